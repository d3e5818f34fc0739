// What is drawn on the plot besides curves: stretches that are not valid, and events.

const LANE = 16;

/** Returns how many pixels the events of a choice take above the curves. */
export const lanesHeight = ({ summary, choice }) => lanesOf(summary, choice).length * LANE + 6;

/** Hatches the stretches in which the first chosen face is not valid. */
export function drawInvalid(plot, { timeline, choice }) {
  const face = timeline.faces.get(choice.faces[0]);
  if (!face) return;
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  for (const [begin, end] of invalidRuns(timeline, face, plot.scales.x)) {
    const left = Math.max(plot.valToPos(begin, "x", true), bbox.left);
    const right = Math.min(plot.valToPos(end, "x", true), bbox.left + bbox.width);
    if (right > left) ctx.rect(left, bbox.top, right - left, bbox.height);
  }
  ctx.clip();
  ctx.strokeStyle = getComputedStyle(document.documentElement).getPropertyValue("--hatch").trim();
  ctx.beginPath();
  for (let x = bbox.left - bbox.height; x < bbox.left + bbox.width; x += 9 * (window.devicePixelRatio || 1)) {
    ctx.moveTo(x, bbox.top + bbox.height);
    ctx.lineTo(x + bbox.height, bbox.top);
  }
  ctx.stroke();
  ctx.restore();
}

function* invalidRuns(timeline, face, { min, max }) {
  const { times } = timeline;
  const last = Math.min(timeline.indexAt(max) + 1, times.length - 1);
  let begin = -1;
  for (let index = timeline.indexAt(min); index <= last; index += 1) {
    const isInvalid = face.valid.get(index) === 0;
    if (isInvalid && begin < 0) begin = index;
    if (begin >= 0 && (!isInvalid || index === last)) {
      yield [times[begin], times[index]];
      begin = -1;
    }
  }
}

function lanesOf(summary, choice) {
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
  const styles = getComputedStyle(document.documentElement);
  ctx.save();
  ctx.font = `${11 * scale}px system-ui, sans-serif`;
  lanesOf(summary, choice).forEach(([name, events], lane) => {
    const top = (lane * LANE + 4) * scale;
    ctx.fillStyle = styles.getPropertyValue("--soft").trim();
    ctx.textAlign = "right";
    ctx.fillText(name, bbox.left - 6 * scale, top + 9 * scale);
    ctx.fillStyle = styles.getPropertyValue("--accent").trim();
    for (const { start_s: begin, end_s: end } of events) {
      const left = Math.max(plot.valToPos(begin, "x", true), bbox.left);
      const right = Math.min(plot.valToPos(end, "x", true), bbox.left + bbox.width);
      if (right >= left) ctx.fillRect(left, top, Math.max(right - left, 2 * scale), 10 * scale);
    }
  });
  ctx.restore();
}
