// The plot of chosen metrics over time: validity hatched, events in lanes, zoom, pan, a cursor that follows the film.
import { html } from "mien/html";
import { effect } from "@preact/signals-core";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { drawInvalid, drawLanes, lanesHeight } from "mien/marks";
import { isScore } from "mien/metrics";

const MOST_POINTS = 4000;
const HEIGHT = 260;
const AXIS = 104; // wide enough for the names of events
const DASHES = [[], [6, 4], [2, 3], [10, 4, 2, 4]];

export function Curves({ timeline, count, summary, choice, frame, seek, range }) {
  const holder = useRef(null);
  const plot = useRef(null);
  const window_ = useRef(null);
  const latest = useRef({});
  latest.current = { timeline, summary, choice };
  const key = `${choice.faces.join()}|${choice.metrics.join()}`;

  useEffect(() => {
    const made = makePlot(holder.current, latest, window_, seek, range);
    plot.current = made;
    const playhead = document.createElement("div");
    playhead.className = "playhead";
    made.over.append(playhead);
    const dispose = effect(() => {
      const left = made.valToPos(latest.current.timeline.times[frame.value], "x");
      playhead.style.display = left < 0 || left > made.over.clientWidth ? "none" : "";
      playhead.style.transform = `translateX(${left}px)`;
    });
    const disposeRange = effect(() => {
      const chosen = range.value;
      if (!chosen) made.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
    });
    const observer = new ResizeObserver(() => holder.current && made.setSize({ width: holder.current.clientWidth, height: HEIGHT + lanesHeight(latest.current) }));
    observer.observe(holder.current);
    return () => {
      dispose();
      disposeRange();
      observer.disconnect();
      made.destroy();
    };
  }, [key]);

  useEffect(() => refresh(plot.current, latest.current.timeline, latest.current.choice, window_), [count, key]);

  function zoom(factor) {
    const [begin, end] = window_.current || extent(timeline);
    const middle = Math.min(Math.max(timeline.times[frame.peek()], begin), end);
    show(plot.current, latest, window_, middle - (middle - begin) * factor, middle + (end - middle) * factor);
  }
  function zoomToSelection() {
    const chosen = range.peek();
    if (chosen) show(plot.current, latest, window_, ...chosen);
  }
  return html`
    <section class="curves" aria-label="Curves over time">
      <div ref=${holder}></div>
      <p class="toolbar">
        <button onClick=${() => zoom(0.5)}>Zoom in</button>
        <button onClick=${() => zoom(2)}>Zoom out</button>
        <button onClick=${zoomToSelection}>Zoom to the selection</button>
        <button onClick=${() => show(plot.current, latest, window_, ...extent(timeline))}>Whole film</button>
        <span class="hint">Click to seek, drag to select, wheel to zoom, shift and wheel to move. Hatched: not valid.</span>
      </p>
    </section>
  `;
}

const extent = ({ times }) => [times[0], times[times.length - 1]];

function makePlot(holder, latest, window_, seek, range) {
  const { choice, timeline } = latest.current;
  const ink = getComputedStyle(document.documentElement).getPropertyValue("--soft").trim();
  const grid = { stroke: getComputedStyle(document.documentElement).getPropertyValue("--line").trim(), width: 1 };
  const axis = { stroke: ink, grid, ticks: grid };
  const made = new uPlot(
    {
      width: holder.clientWidth || 600,
      height: HEIGHT + lanesHeight(latest.current),
      padding: [lanesHeight(latest.current) + 8, 8, 0, 0],
      series: [{ label: "time (s)" }, ...seriesOf(choice)],
      scales: { x: { time: false }, score: { range: [scoresGoBelow(choice) ? -100 : 0, 100] }, other: {} },
      axes: [
        { ...axis, values: (_plot, splits) => splits.map((each) => `${+each.toFixed(3)} s`) },
        { ...axis, scale: "score", size: AXIS, values: (_plot, splits) => splits.map(String) },
        { ...axis, scale: "other", side: 1, grid: { show: false } },
      ],
      legend: { live: true },
      cursor: { drag: { x: true, y: false, setScale: false }, points: { size: 7 } },
      hooks: {
        drawClear: [(plot) => drawInvalid(plot, latest.current)],
        draw: [(plot) => drawLanes(plot, latest.current)],
        setSelect: [(plot) => {
          if (plot.select.width < 2) return;
          range.value = [plot.posToVal(plot.select.left, "x"), plot.posToVal(plot.select.left + plot.select.width, "x")];
        }],
        ready: [(plot) => listen(plot, latest, window_, seek, range)],
      },
    },
    dataOf(timeline, choice, window_.current),
    holder,
  );
  return made;
}

function listen(plot, latest, window_, seek, range) {
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
      show(plot, latest, window_, min + by, max + by);
    } else {
      const at = plot.posToVal(event.offsetX, "x");
      const factor = Math.exp(event.deltaY / 400);
      show(plot, latest, window_, at - (at - min) * factor, at + (max - at) * factor);
    }
  }, { passive: false });
}

/** Shows the stretch from `begin` to `end` seconds, as far as there is film. */
function show(plot, latest, window_, begin, end) {
  const [first, last] = extent(latest.current.timeline);
  const span = Math.max(Math.min(end - begin, last - first), 0.05);
  const from = Math.min(Math.max(begin, first), last - span);
  window_.current = span >= last - first ? null : [from, from + span];
  refresh(plot, latest.current.timeline, latest.current.choice, window_);
}

function refresh(plot, timeline, choice, window_) {
  if (!plot) return;
  const [min, max] = window_.current || extent(timeline);
  plot.batch(() => {
    plot.setData(dataOf(timeline, choice, window_.current), false);
    plot.setScale("x", { min, max });
  });
}

function seriesOf(choice) {
  const styles = getComputedStyle(document.documentElement);
  return choice.faces.flatMap((id, face) => choice.metrics.map((name, index) => ({
    label: choice.faces.length > 1 ? `${name} (face ${id})` : name,
    scale: isScore(name) ? "score" : "other",
    stroke: styles.getPropertyValue(`--curve-${index + 1}`).trim(),
    dash: DASHES[face % DASHES.length],
    width: 1.75,
    points: { show: false },
    value: (_plot, value) => (value === null || value === undefined ? "-" : value.toFixed(1)),
  })));
}

const scoresGoBelow = (choice) => choice.metrics.includes("valence");

/** Returns uPlot's data for a window: every frame if they are few, else the lowest and highest of each bucket. */
export function dataOf(timeline, choice, window_) {
  const { times } = timeline;
  const [begin, end] = window_ || extent(timeline);
  const first = Math.max(timeline.indexAt(begin) - 1, 0);
  const last = Math.min(timeline.indexAt(end) + 2, times.length);
  const columns = choice.faces.flatMap((id) => choice.metrics.map((name) => timeline.faces.get(id)?.columns.get(name)));
  const bucket = Math.max(1, Math.ceil((2 * (last - first)) / MOST_POINTS));
  const data = [[], ...columns.map(() => [])];
  for (let index = first; index < last; index += bucket) {
    const stop = Math.min(index + bucket, last);
    data[0].push(times[index]);
    if (bucket > 1) data[0].push((times[index] + times[stop - 1]) / 2);
    columns.forEach((column, at) => put(data[at + 1], column, index, stop, bucket));
  }
  return data;
}

function put(target, column, begin, end, bucket) {
  if (bucket === 1) {
    const value = column ? column.get(begin) : NaN;
    target.push(Number.isNaN(value) ? null : value);
    return;
  }
  let low = Infinity;
  let high = -Infinity;
  for (let index = begin; index < end; index += 1) {
    const value = column ? column.get(index) : NaN;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (high < low) target.push(null, null);
  else target.push(low, high);
}
