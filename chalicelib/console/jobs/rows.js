// Rows of the list of jobs: columns that can be chosen, and only as many rows in the page as are seen.
import { html } from "mien/html";
import { useEffect, useRef, useState } from "preact/hooks";
import { idOf } from "mien/api";

const SPARE = 12; // rows above and below what is seen
const COUNTED = { batch: "files", comparison: "recordings" }; // instead of frames

/** {name: [title, what a cell shows]} */
export const COLUMNS = {
  status: ["Status", (job) => html`<span class=${`status ${job.status}`}>${job.status}</span> <${Detail} job=${job} />`],
  analysis: ["Analysis", (job) => job.name],
  sent: ["Sent", (job) => html`<time datetime=${job.published} title=${new Date(job.published).toLocaleString()}>${ago(job.published)}</time>`],
  length: ["Length", (job) => lengthOf(job.input?.media_seconds)],
  frames: ["Frames", (job) => (job.name in COUNTED ? "" : job.progress?.frames_total ?? "")],
  size: ["Size", (job) => sizeText(job.input?.representations?.[0]?.size_bytes)],
  author: ["By", (job) => job.author],
  id: ["Id", (job) => html`<code>${idOf(job)}</code>`],
};
export const FIRST_COLUMNS = ["status", "analysis", "length", "sent"];

/** The rows of `jobs` that the window shows; spacers stand for the others. */
export function Rows({ jobs, columns, chosen, onChoose }) {
  const body = useRef(null);
  const [range, setRange] = useState([0, 60]);
  useEffect(() => {
    let waits = 0;
    function measure() {
      waits = 0;
      const row = body.current?.querySelector("tr.job");
      if (!row) return;
      const height = row.offsetHeight || 48;
      const top = body.current.getBoundingClientRect().top;
      const begin = Math.max(0, Math.floor(-top / height) - SPARE);
      const end = Math.ceil((window.innerHeight - top) / height) + SPARE;
      setRange((was) => (was[0] === begin && was[1] === end ? was : [begin, end]));
    }
    const later = () => (waits = waits || requestAnimationFrame(measure));
    later();
    window.addEventListener("scroll", later, { passive: true });
    window.addEventListener("resize", later);
    return () => {
      cancelAnimationFrame(waits);
      window.removeEventListener("scroll", later);
      window.removeEventListener("resize", later);
    };
  }, [jobs.length]);
  const [begin, end] = [Math.min(range[0], Math.max(jobs.length - 1, 0)), Math.min(range[1], jobs.length)];
  const width = columns.length + 2;
  return html`
    <tbody ref=${body}>
      ${begin > 0 && html`<tr class="spacer" style=${{ "--rows": begin }} aria-hidden="true"><td colspan=${width}></td></tr>`}
      ${jobs.slice(begin, end).map((job) => html`<${Row} key=${job.self} job=${job} columns=${columns} isChosen=${chosen.has(job.self)} onChoose=${onChoose} />`)}
      ${end < jobs.length && html`<tr class="spacer" style=${{ "--rows": jobs.length - end }} aria-hidden="true"><td colspan=${width}></td></tr>`}
    </tbody>
  `;
}

function Row({ job, columns, isChosen, onChoose }) {
  const name = job.filename || "(no file yet)";
  return html`
    <tr class=${isChosen ? "job on" : "job"}>
      <td class="pick"><input type="checkbox" aria-label=${`Select ${name}`} checked=${isChosen}
        onClick=${(event) => onChoose(job, event.target.checked, event.shiftKey)} /></td>
      <th scope="row" class="file"><a href=${`#/job/${idOf(job)}`} title=${name}>${name}</a></th>
      ${columns.map((column) => html`<td class=${`col-${column}`}>${COLUMNS[column][1](job)}</td>`)}
    </tr>
  `;
}

export function Detail({ job }) {
  if (job.status === "error") return html`<span class="sentence" title=${job.error}>${job.error}</span>`;
  if (job.status === "queued" && job.upload) return html`<span class="small">its file has not arrived yet</span>`;
  if (job.status !== "working" || !job.progress) return null;
  const { frames_done: done, frames_total: total, frames_per_second: speed } = job.progress;
  const noun = COUNTED[job.name] || "frames";
  return html`
    ${total ? html`<progress value=${done} max=${total} aria-label=${`${noun[0].toUpperCase()}${noun.slice(1)} measured`}></progress>` : ""}
    <span class="small">${done}${total ? ` of ${total}` : ""} ${noun}${speed ? `, ${Math.round(speed)}/s` : ""}</span>
  `;
}

function ago(time) {
  const seconds = Math.max(0, (Date.now() - Date.parse(time)) / 1000);
  if (seconds < 60) return "just now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return new Date(time).toLocaleDateString();
}

function lengthOf(seconds) {
  if (seconds === null || seconds === undefined) return "";
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")} min`;
}

export function sizeText(bytes) {
  if (bytes === undefined) return "";
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
