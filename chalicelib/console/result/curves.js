// The plot of chosen metrics over time: validity hatched, events in lanes, zoom, pan, a cursor that follows the film.
import { html } from "mien/html";
import { effect } from "@preact/signals-core";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { drawInvalid, drawLanes, drawSpans, lanesHeight } from "mien/marks";
import { isScore } from "mien/metrics";
import { colours } from "mien/state";

const POINTS_A_PIXEL = 0.5;
const HEIGHT = 260;
const AXIS = 104; // wide enough for the names of events
export const DASHES = [[], [6, 4], [2, 3], [10, 4, 2, 4]];
const SHORTEST_S = 0.05;

/** `shown`: a signal with [begin, end] in seconds of what is visible, null for the whole film. */
export function Curves({ timeline, count, rows, summary, choice, frame, seek, range, shown, hover }) {
  const holder = useRef(null);
  const plot = useRef(null);
  const latest = useRef({});
  latest.current = { timeline, summary, choice };
  const key = `${choice.faces.join()}|${choice.metrics.join()}`;

  useEffect(() => {
    const made = makePlot(holder.current, latest, { shown, seek, range, hover });
    plot.current = made;
    const playhead = document.createElement("div");
    playhead.className = "playhead";
    made.over.append(playhead);
    const disposals = [
      effect(() => {
        shown.value;
        refresh(made, latest.current, shown.peek());
        place(frame.peek());
      }),
      effect(() => place(frame.value)),
      effect(() => select(made, range.value)),
    ];
    function place(index) {
      const left = made.valToPos(latest.current.timeline.times[index], "x");
      playhead.style.display = left < 0 || left > made.over.clientWidth ? "none" : "";
      playhead.style.transform = `translateX(${left}px)`;
    }
    const observer = new ResizeObserver(() => {
      if (!holder.current) return;
      made.setSize({ width: holder.current.clientWidth, height: HEIGHT + lanesHeight(latest.current) });
      queueMicrotask(() => place(frame.peek())); // after the plot has its scales
    });
    observer.observe(holder.current);
    const dark = window.matchMedia("(prefers-color-scheme: dark)");
    const repaint = () => made.redraw();
    dark.addEventListener("change", repaint);
    return () => {
      disposals.forEach((dispose) => dispose());
      dark.removeEventListener("change", repaint);
      observer.disconnect();
      made.destroy();
    };
  }, [key, Boolean(summary)]);

  useEffect(() => {
    refresh(plot.current, latest.current, shown.peek());
    select(plot.current, range.peek());
  }, [count, rows, key]);

  function zoom(factor) {
    const [begin, end] = shown.peek() || extent(timeline);
    const middle = Math.min(Math.max(timeline.times[frame.peek()], begin), end);
    show(timeline, shown, middle - (middle - begin) * factor, middle + (end - middle) * factor);
  }
  function move(share) {
    const [begin, end] = shown.peek() || extent(timeline);
    show(timeline, shown, begin + share * (end - begin), end + share * (end - begin));
  }
  return html`
    <section class="curves" aria-label="Curves over time">
      <div ref=${holder} role="img" aria-label=${`Curves of ${choice.metrics.join(", ") || "nothing"}; the numbers are in the tables beside and below`}></div>
      <p class="toolbar tight">
        <button onClick=${() => zoom(0.5)} title="Zoom in (+)">Zoom in</button>
        <button onClick=${() => zoom(2)} title="Zoom out (-)">Zoom out</button>
        <button onClick=${() => move(-0.5)} aria-label="Earlier">←</button>
        <button onClick=${() => move(0.5)} aria-label="Later">→</button>
        <button onClick=${() => range.peek() && show(timeline, shown, ...range.peek())}>Zoom to the selection</button>
        <button onClick=${() => (shown.value = null)}>Whole film</button>
      </p>
    </section>
  `;
}

const extent = ({ times }) => [times[0], times[times.length - 1]];

function makePlot(holder, latest, signals) {
  const { choice } = latest.current;
  const ink = () => colours().soft;
  const grid = { stroke: () => colours().line, width: 1 };
  const axis = { stroke: ink, grid, ticks: grid };
  return new uPlot(
    {
      width: holder.clientWidth || 600,
      height: HEIGHT + lanesHeight(latest.current),
      padding: [lanesHeight(latest.current) + 8, 8, 0, 0],
      series: [{}, ...seriesOf(choice)],
      scales: { x: { time: false }, score: { range: [choice.metrics.includes("valence") ? -104 : 0, 104] }, other: {} },
      axes: [
        { ...axis, values: (_plot, splits) => splits.map(clockText), space: 70, size: 34 },
        { ...axis, scale: "score", size: AXIS, values: (_plot, splits) => splits.map(String) },
        { ...axis, scale: "other", side: 1, grid: { show: false }, show: choice.metrics.some((name) => !isScore(name)) },
      ],
      legend: { show: false },
      cursor: { drag: { x: true, y: false, setScale: false }, points: { size: 7 } },
      hooks: {
        drawClear: [(plot) => drawInvalid(plot, latest.current)],
        drawAxes: [(plot) => drawSpans(plot)],
        draw: [(plot) => drawLanes(plot, latest.current)],
        setCursor: [(plot) => {
          const at = plot.cursor.left;
          signals.hover.value = at === null || at < 0 ? null : plot.posToVal(at, "x");
        }],
        setSelect: [(plot) => {
          if (plot.select.width < 2) return;
          signals.range.value = [plot.posToVal(plot.select.left, "x"), plot.posToVal(plot.select.left + plot.select.width, "x")];
        }],
        ready: [(plot) => listen(plot, latest, signals)],
      },
    },
    [[], ...choice.faces.flatMap(() => choice.metrics.map(() => []))],
    holder,
  );
}

/** Returns a time on the axis: "12.5 s" in short films, "1:02:03" in long ones. */
export function clockText(seconds) {
  if (Math.abs(seconds) < 60) return `${+seconds.toFixed(3)} s`;
  const whole = Math.floor(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const part = seconds - whole > 5e-4 ? (seconds - whole).toFixed(3).replace(/^0|0+$/g, "") : "";
  const two = (number) => String(number).padStart(2, "0");
  return `${hours ? `${hours}:${two(minutes)}` : minutes}:${two(rest)}${part}`;
}

function listen(plot, latest, { shown, seek, range }) {
  let downAt = 0;
  plot.over.addEventListener("mousedown", (event) => (downAt = event.clientX));
  plot.over.addEventListener("click", (event) => {
    if (Math.abs(event.clientX - downAt) > 3) return;
    range.value = null;
    seek.value = plot.posToVal(event.offsetX, "x");
  });
  plot.over.addEventListener("wheel", (event) => {
    event.preventDefault();
    const { min, max } = plot.scales.x;
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      const by = ((event.deltaX || event.deltaY) / plot.over.clientWidth) * (max - min);
      show(latest.current.timeline, shown, min + by, max + by);
    } else {
      const at = plot.posToVal(event.offsetX, "x");
      const factor = Math.exp(event.deltaY / 400);
      show(latest.current.timeline, shown, at - (at - min) * factor, at + (max - at) * factor);
    }
  }, { passive: false });
}

/** Shows the stretch from `begin` to `end` seconds, as far as there is film. */
export function show(timeline, shown, begin, end) {
  const [first, last] = extent(timeline);
  const span = Math.max(Math.min(end - begin, last - first), Math.min(SHORTEST_S, last - first));
  const from = Math.min(Math.max(begin, first), last - span);
  shown.value = span >= last - first ? null : [from, from + span];
}

function refresh(plot, { timeline, choice }, window_) {
  if (!plot || plot.series.length !== 1 + choice.faces.length * choice.metrics.length) return;
  const [min, max] = window_ || extent(timeline);
  const { data, spans } = dataOf(timeline, choice, window_, plot.over.clientWidth || plot.width);
  plot.spans = spans;
  for (const series of plot.series.slice(1)) {
    series.dash = spans ? [] : series.ownDash; // over means of many frames dashes and thick lines say nothing and take long
    series.width = spans ? 1 : 1.75;
  }
  plot.batch(() => {
    plot.setData(data, false);
    plot.setScale("x", { min, max });
  });
  select(plot, plot.shownRange);
}

/** Marks the selection where it is in what is shown. */
function select(plot, chosen) {
  if (!plot) return;
  plot.shownRange = chosen;
  if (!chosen) {
    plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
    return;
  }
  const [left, right] = chosen.map((time) => Math.min(Math.max(plot.valToPos(time, "x"), 0), plot.over.clientWidth));
  plot.setSelect({ left, width: right - left, top: 0, height: plot.over.clientHeight }, false);
}

function seriesOf(choice) {
  return choice.faces.flatMap((id, face) => choice.metrics.map((name, index) => ({
    label: name,
    scale: isScore(name) ? "score" : "other",
    stroke: () => colours().curves[index],
    ownDash: DASHES[face % DASHES.length],
    width: 1.75,
    points: { show: false },
  })));
}

/**
 * Returns {data, spans} for a window. `data`: uPlot's, every frame if they are few, else the mean of each bucket of them;
 * `spans`: of each series the [least, greatest] of each bucket, null if every frame is drawn.
 */
export function dataOf(timeline, choice, window_, width = 900) {
  const { times } = timeline;
  const [begin, end] = window_ || extent(timeline);
  const first = Math.max(timeline.indexAt(begin) - 1, 0);
  const last = Math.min(timeline.indexAt(end) + 2, times.length);
  const series = choice.faces.flatMap((id) => choice.metrics.map((name) => [timeline.faces.get(id), name]));
  const bucket = Math.max(1, Math.ceil((last - first) / Math.max(width * POINTS_A_PIXEL, 100)));
  const data = [[], ...series.map(() => [])];
  const spans = bucket > 1 ? series.map(() => []) : null;
  const begins = first - (first % bucket); // so that buckets stay the same while the window moves
  for (let index = begins; index < last; index += bucket) {
    const stop = Math.min(index + bucket, times.length);
    data[0].push((times[index] + times[stop - 1]) / 2);
    series.forEach(([face, name], at) => {
      const found = face?.extent(name, index, stop) ?? null;
      data[at + 1].push(found && found[2]);
      spans?.[at].push(found);
    });
  }
  return { data, spans };
}
