// What a stretch of time comes to: means, peaks and counts, as a table to copy, a CSV, a picture.
import { html } from "mien/html";
import { tell, useSignal } from "mien/state";

export function Selection({ job, timeline, choice, range }) {
  const chosen = useSignal(range);
  if (!chosen) return html`<p class="hint">Drag over the curves to see what a stretch comes to.</p>`;
  const rows = statisticsOf(timeline, choice, chosen);
  const [begin, end] = chosen;
  const stem = `${job.filename}-${begin.toFixed(2)}-${end.toFixed(2)}`;
  return html`
    <section class="selection" aria-label="Selection">
      <h2>${begin.toFixed(2)} to ${end.toFixed(2)} s</h2>
      <table>
        <thead><tr><th>Face</th><th>Metric</th><th>Mean</th><th>Peak</th><th>at (s)</th><th>Above 50</th><th>Valid frames</th></tr></thead>
        <tbody>
          ${rows.map((row) => html`<tr><td>${row.face}</td><td>${row.metric}</td>${row.cells.map((cell) => html`<td class="number">${cell}</td>`)}</tr>`)}
        </tbody>
      </table>
      <p class="toolbar">
        <button onClick=${() => copy(rows)}>Copy the table</button>
        <button onClick=${() => save(`${stem}.csv`, csvOf(timeline, choice, chosen), "text/csv")}>CSV of the frames</button>
        <button onClick=${() => savePicture(`${stem}.png`)}>PNG of the curves</button>
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
    let [sum, seconds, above, frames, peak, peakAt] = [0, 0, 0, 0, -Infinity, NaN];
    for (let index = first; index <= last; index += 1) {
      const value = face.value(index, metric);
      if (Number.isNaN(value) || face.valid.get(index) === 0) continue;
      const lasts = index + 1 < times.length ? times[index + 1] - times[index] : times[index] - times[index - 1];
      sum += value * lasts;
      seconds += lasts;
      frames += 1;
      if (value > 50) above += lasts;
      if (value > peak) [peak, peakAt] = [value, times[index]];
    }
    const cells = frames
      ? [(sum / seconds).toFixed(1), peak.toFixed(1), peakAt.toFixed(2), `${Math.round((100 * above) / seconds)} %`, frames]
      : ["-", "-", "-", "-", 0];
    return { face: id, metric, cells };
  }));
}

function csvOf(timeline, choice, [begin, end]) {
  const lines = [["time (s)", "face id", "valid", ...choice.metrics].map(cellOf).join(",")];
  for (let index = timeline.indexAt(begin); index <= timeline.indexAt(end); index += 1) {
    for (const id of choice.faces) {
      const face = timeline.faces.get(id);
      if (!face.isSeen(index)) continue;
      const values = choice.metrics.map((name) => face.value(index, name).toFixed(4));
      lines.push([timeline.times[index], id, face.valid.get(index), ...values].join(","));
    }
  }
  return `${lines.join("\r\n")}\r\n`;
}

const cellOf = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

async function copy(rows) {
  const head = ["face", "metric", "mean", "peak", "at (s)", "above 50", "valid frames"];
  const text = [head, ...rows.map((row) => [row.face, row.metric, ...row.cells])].map((line) => line.join("\t")).join("\n");
  try {
    await navigator.clipboard.writeText(text);
    tell("The table is on the clipboard.");
  } catch {
    tell("The browser does not let this page use the clipboard; take the CSV instead.", "error");
  }
}

function savePicture(name) {
  const canvas = document.querySelector(".curves canvas");
  canvas.toBlob((blob) => saveBlob(name, blob), "image/png");
}

const save = (name, text, type) => saveBlob(name, new Blob([text], { type }));

function saveBlob(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
