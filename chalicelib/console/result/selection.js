// What a stretch of time comes to: means, peaks and counts, as a table to copy, a CSV, a picture.
import { html } from "mien/html";
import { useState } from "preact/hooks";
import { report } from "mien/api";
import { exactFrames } from "mien/exact";
import { pngOf, svgOf } from "mien/picture";
import { copyText, csvLine, saveBlob, saveText } from "mien/save";
import { useSignal } from "mien/state";

const HEAD = ["face", "metric", "mean", "peak", "at (s)", "above 50", "valid frames"];

export function Selection({ job, timeline, summary, choice, range, shown }) {
  const chosen = useSignal(range);
  const [isBusy, setBusy] = useState(false);
  const picture = () => svgOf({ timeline, choice, window: shown.peek(), title: job.filename });
  const stem = job.filename || "job";
  async function saveCsv() {
    setBusy(true);
    try {
      const frames = await exactFrames(job.result, ...chosen);
      saveText(`${stem}-${chosen.map((time) => time.toFixed(2)).join("-")}.csv`, csvOf(frames, choice), "text/csv");
    } catch (error) {
      report(error);
    }
    setBusy(false);
  }
  const pictures = html`
    <button onClick=${async () => saveBlob(`${stem}.png`, await pngOf(picture()))}>PNG of the curves</button>
    <button onClick=${() => saveText(`${stem}.svg`, picture(), "image/svg+xml")}>SVG</button>`;
  if (!chosen) {
    return html`<p class="toolbar tight">${pictures}
      <span class="hint">Drag over the curves (or press [ and ] at its first and last frame) to select a stretch: means, peaks, counts, CSV.</span></p>`;
  }
  const rows = statisticsOf(timeline, choice, chosen);
  const counts = choice.faces.map((id) => [id, countsIn(summary, id, chosen)]).filter(([, found]) => found);
  const [begin, end] = chosen;
  return html`
    <section class="selection" aria-label="Selection">
      <h2>${begin.toFixed(2)} to ${end.toFixed(2)} s <span class="hint">${(end - begin).toFixed(2)} s, valid frames only</span></h2>
      <div class="wide"><table>
        <thead><tr>${HEAD.map((name, at) => html`<th scope="col" class=${at > 1 ? "number" : ""}>${name}</th>`)}</tr></thead>
        <tbody>
          ${rows.map((row) => html`<tr><td>${row.face}</td><td>${row.metric}</td>${row.cells.map((cell) => html`<td class="number">${cell}</td>`)}</tr>`)}
        </tbody>
      </table></div>
      ${counts.map(([id, found]) => html`<p class="small">Events that begin here, face ${id}: ${found}</p>`)}
      <p class="toolbar tight">
        <button onClick=${() => copyText([HEAD, ...rows.map((row) => [row.face, row.metric, ...row.cells])].map((line) => line.join("\t")).join("\n"))}>Copy the table</button>
        <button disabled=${isBusy} onClick=${saveCsv}>${isBusy ? "Reading ..." : "CSV of the frames"}</button>
        ${pictures}
        <button class="quiet" onClick=${() => (range.value = null)}>Clear</button>
      </p>
    </section>
  `;
}

/** Returns a row for each chosen face and metric: mean over time of the valid frames, as the summary has it. */
export function statisticsOf(timeline, choice, [begin, end]) {
  const { times } = timeline;
  const [first, last] = [timeline.indexAt(begin), timeline.indexAt(end)];
  return choice.faces.flatMap((id) => choice.metrics.map((metric) => {
    const face = timeline.faces.get(id);
    const column = face.columns.get(metric);
    let [sum, seconds, above, frames, peak, peakAt] = [0, 0, 0, 0, -Infinity, NaN];
    const stop = face.rowFrom(last + 1);
    for (let row = face.rowFrom(first); row < stop; row += 1) {
      const value = column?.get(row) ?? NaN;
      if (Number.isNaN(value) || face.masks.data[row] !== 0) continue;
      const index = face.frames.data[row];
      const lasts = timeline.lasts(index);
      sum += value * lasts;
      seconds += lasts;
      frames += 1;
      if (value > 50) above += lasts;
      if (value > peak) [peak, peakAt] = [value, times[index]];
    }
    const cells = frames
      ? [(seconds ? sum / seconds : sum).toFixed(1), peak.toFixed(1), peakAt.toFixed(2), `${Math.round((100 * above) / (seconds || 1))} %`, frames]
      : ["-", "-", "-", "-", 0];
    return { face: id, metric, cells };
  }));
}

/** Returns how many events of a face begin in a stretch: "smile 2, blink 1", "" for none. */
function countsIn(summary, id, [begin, end]) {
  const counts = new Map();
  for (const event of summary?.faces.find((face) => face.face_id === id)?.events || []) {
    if (event.start_s >= begin && event.start_s <= end) counts.set(event.event, (counts.get(event.event) || 0) + 1);
  }
  return [...counts].map(([name, count]) => `${name} ${count}`).join(", ");
}

/** Returns the exact numbers of the chosen faces and metrics, a line for each frame and face. */
function csvOf(frames, choice) {
  const lines = [csvLine(["time (s)", "face id", "valid", ...choice.metrics])];
  for (const { time, faces } of frames) {
    for (const id of choice.faces) {
      const values = faces[id];
      if (values) lines.push(csvLine([time, id, Number(values.valid), ...choice.metrics.map((name) => values[name] ?? "")]));
    }
  }
  return `${lines.join("\r\n")}\r\n`;
}
