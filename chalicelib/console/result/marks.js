// What is drawn on the plot besides curves: stretches that are not valid and why, and events.
import { colours } from "mien/state";

const LANE = 16;
const ROOM_FOR_A_REASON = 70;

/** Returns how many pixels the events of a choice take above the curves. */
export const lanesHeight = ({ summary, choice }) => lanesOf(summary, choice).length * LANE + 6;

/** Hatches the stretches in which the first chosen face is not valid, and says why where there is room. */
export function drawInvalid(plot, { timeline, choice }) {
  const face = timeline.faces.get(choice.faces[0]);
  if (!face) return;
  const { ctx, bbox } = plot;
  const scale = window.devicePixelRatio || 1;
  const places = [...runsIn(timeline, face, plot.scales.x)].map(([begin, end, mask]) => ({
    left: Math.max(plot.valToPos(begin, "x", true), bbox.left),
    right: Math.min(plot.valToPos(end, "x", true), bbox.left + bbox.width),
    mask,
  })).filter(({ left, right }) => right > left);
  ctx.fillStyle = hatching(ctx, scale);
  for (const { left, right } of places) {
    const begin = Math.floor(left); // whole pixels, which fill many times faster
    ctx.fillRect(begin, bbox.top, Math.max(Math.round(right) - begin, 1), bbox.height);
  }
  ctx.save();
  ctx.font = `${11 * scale}px system-ui, sans-serif`;
  for (const { left, right, mask } of places) {
    if (right - left < ROOM_FOR_A_REASON * scale) continue;
    const text = timeline.reasonText(mask);
    const width = ctx.measureText(text).width;
    if (width + 8 * scale > right - left) continue;
    ctx.fillStyle = colours().paper;
    ctx.fillRect(left + 3 * scale, bbox.top + 3 * scale, width + 6 * scale, 16 * scale);
    ctx.fillStyle = colours().warn;
    ctx.fillText(text, left + 6 * scale, bbox.top + 15 * scale);
  }
  ctx.restore();
}

/** Fills, for each series, what lies between the least and the greatest of each bucket of frames. */
export function drawSpans(plot) {
  if (!plot.spans) return;
  const { ctx, bbox, data } = plot;
  ctx.save();
  ctx.globalAlpha = 0.3;
  const last = bbox.left + bbox.width;
  const edges = data[0].map((time) => Math.round(plot.valToPos(time, "x", true)));
  plot.spans.forEach((spans, at) => {
    const { scale, stroke } = plot.series[at + 1];
    const y = (value) => Math.round(plot.valToPos(value, scale, true));
    ctx.fillStyle = typeof stroke === "function" ? stroke() : stroke;
    spans.forEach((span, place) => {
      if (!span) return;
      const left = Math.max(edges[place], bbox.left);
      const right = Math.min(edges[place + 1] ?? last, last);
      const top = y(span[1]);
      if (right > left) ctx.fillRect(left, top, right - left, Math.max(y(span[0]) - top, 1));
    });
  });
  ctx.restore();
}

/** Yields [begin, end] of each run of places that hold something. */
export function* runsOf(places) {
  let begin = -1;
  for (let place = 0; place <= places.length; place += 1) {
    const holds = place < places.length && places[place] !== null;
    if (holds && begin < 0) begin = place;
    if (!holds && begin >= 0) {
      yield [begin, place];
      begin = -1;
    }
  }
}

/** Returns what hatched places are filled with. */
function hatching(ctx, scale) {
  const { hatch } = colours();
  if (tile?.hatch !== hatch || tile?.scale !== scale) {
    const size = Math.round(8 * scale);
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = size;
    const pen = canvas.getContext("2d");
    [pen.strokeStyle, pen.lineWidth] = [hatch, scale];
    for (const shift of [-size, 0, size]) {
      pen.moveTo(shift - 1, size + 1);
      pen.lineTo(shift + size + 1, -1);
    }
    pen.stroke();
    tile = { hatch, scale, canvas };
  }
  return ctx.createPattern(tile.canvas, "repeat");
}

let tile = null;

/** Yields [begin, end, mask] in seconds for each stretch that is not valid, as far as it is shown. */
export function* runsIn(timeline, face, { min, max }) {
  const { times } = timeline;
  const [first, last] = [timeline.indexAt(min), timeline.indexAt(max)];
  for (const [begin, end, mask] of face.invalidRuns) {
    if (end < first || begin > last) continue;
    yield [times[begin], times[Math.min(end + 1, times.length - 1)], mask];
  }
}

/** Returns the events of the first chosen face by kind: [[name, events], ...]. */
export function lanesOf(summary, choice) {
  const face = summary?.faces.find(({ face_id: id }) => id === choice.faces[0]);
  const lanes = new Map();
  for (const event of face?.events || []) {
    if (!lanes.has(event.event)) lanes.set(event.event, []);
    lanes.get(event.event).push(event);
  }
  return [...lanes.entries()];
}

/** Draws the events of the first chosen face above the curves, one lane a kind. */
export function drawLanes(plot, { summary, choice }) {
  const { ctx, bbox } = plot;
  const scale = window.devicePixelRatio || 1;
  ctx.save();
  ctx.font = `${11 * scale}px system-ui, sans-serif`;
  lanesOf(summary, choice).forEach(([name, events], lane) => {
    const top = (lane * LANE + 4) * scale;
    ctx.fillStyle = colours().soft;
    ctx.textAlign = "right";
    ctx.fillText(name, bbox.left - 6 * scale, top + 9 * scale);
    ctx.fillStyle = colours().accent;
    for (const { start_s: begin, end_s: end } of events) {
      const left = Math.max(plot.valToPos(begin, "x", true), bbox.left);
      const right = Math.min(plot.valToPos(end, "x", true), bbox.left + bbox.width);
      if (right >= left) ctx.fillRect(left, top, Math.max(right - left, 2 * scale), 10 * scale);
    }
  });
  ctx.restore();
}
