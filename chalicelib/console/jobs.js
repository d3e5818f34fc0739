// The list of jobs: live, filtered, many at once.
import { html } from "mien/html";
import { useEffect, useRef, useState } from "preact/hooks";
import { callJson, deleteJob, idOf, listJobs, report } from "mien/api";
import { address, setQuery, tell, useSignal } from "mien/state";

const PAGE = 50;
const REFRESH_MS = 2000;
const STATUSES = ["queued", "working", "done", "error", "cancelled"];
const OVER = new Set(["done", "error", "cancelled"]);

export function Jobs() {
  const { query } = useSignal(address);
  const status = query.get("status") || "";
  const search = query.get("search") || "";
  const { jobs, more, loadMore, reload, isLoading } = useJobs(status);
  const [chosen, setChosen] = useState(new Set());
  const shown = jobs.filter((job) => `${job.filename} ${job.name}`.toLowerCase().includes(search.toLowerCase()));
  const picked = shown.filter((job) => chosen.has(job.self));

  async function forEach(jobsToDo, action, done) {
    let count = 0;
    for (const job of jobsToDo) {
      try {
        await action(job);
        count += 1;
      } catch (error) {
        report(error);
      }
    }
    setChosen(new Set());
    if (count) tell(`${count} ${count === 1 ? "job" : "jobs"} ${done}.`);
    reload();
  }

  function remove() {
    const names = picked.map((job) => job.filename).slice(0, 5).join(", ");
    const more = picked.length > 5 ? " ..." : "";
    const question = `Delete ${picked.length} of your jobs for good, with media, results and annotations? (${names}${more})`;
    if (window.confirm(question)) forEach(picked, deleteJob, "deleted");
  }

  return html`
    <section class="toolbar" aria-label="Filter">
      <label>Search <input type="search" value=${search} onInput=${(event) => setQuery({ search: event.target.value })} /></label>
      <label>
        Status
        <select value=${status} onChange=${(event) => setQuery({ status: event.target.value })}>
          <option value="">all</option>
          ${STATUSES.map((each) => html`<option value=${each}>${each}</option>`)}
        </select>
      </label>
      <span class="grow"></span>
      ${picked.length > 0 &&
      html`
        <span>${picked.length} selected</span>
        <button onClick=${() => forEach(picked.filter((job) => OVER.has(job.status)), requeue, "requeued")}>Run again</button>
        <button onClick=${() => forEach(picked.filter((job) => !OVER.has(job.status)), cancel, "cancelled")}>Cancel</button>
        <button class="danger" onClick=${remove}>Delete ...</button>
      `}
      <a class="button main" href="#/send">Send files</a>
    </section>
    ${shown.length === 0 ? html`<${Empty} isLoading=${isLoading} isFiltered=${Boolean(status || search)} />` : ""}
    ${shown.length > 0 &&
    html`
      <table class="jobs">
        <thead>
          <tr>
            <th class="pick"><input type="checkbox" aria-label="Select all" checked=${picked.length === shown.length}
              onChange=${(event) => setChosen(new Set(event.target.checked ? shown.map((job) => job.self) : []))} /></th>
            <th>File</th><th>Status</th><th>Analysis</th><th>Sent</th>
          </tr>
        </thead>
        <tbody>
          ${shown.map((job) => html`<${Row} key=${job.self} job=${job} isChosen=${chosen.has(job.self)}
            onChoose=${(on) => setChosen(toggled(chosen, job.self, on))} />`)}
        </tbody>
      </table>
    `}
    ${more && html`<p class="more"><button onClick=${loadMore}>Show older jobs</button></p>`}
  `;
}

function Row({ job, isChosen, onChoose }) {
  return html`
    <tr>
      <td class="pick"><input type="checkbox" aria-label=${`Select ${job.filename}`} checked=${isChosen}
        onChange=${(event) => onChoose(event.target.checked)} /></td>
      <td class="file"><a href=${`#/job/${idOf(job)}`}>${job.filename || "(no file yet)"}</a></td>
      <td><span class=${`status ${job.status}`}>${job.status}</span> <${Detail} job=${job} /></td>
      <td>${job.name}</td>
      <td><time datetime=${job.published} title=${job.published}>${ago(job.published)}</time></td>
    </tr>
  `;
}

export function Detail({ job }) {
  if (job.status === "error") return html`<span class="sentence">${job.error}</span>`;
  if (job.status !== "working" || !job.progress) return null;
  const { frames_done: done, frames_total: total, frames_per_second: speed } = job.progress;
  return html`
    ${total ? html`<progress value=${done} max=${total} aria-label="Frames measured"></progress>` : ""}
    <span class="small">${done}${total ? ` of ${total}` : ""} frames${speed ? `, ${Math.round(speed)}/s` : ""}</span>
  `;
}

function Empty({ isLoading, isFiltered }) {
  if (isLoading) return html`<p class="empty" role="status">Loading ...</p>`;
  if (isFiltered) return html`<p class="empty">No job matches. <button onClick=${clear}>Show all</button></p>`;
  return html`
    <div class="empty">
      <h2>No jobs yet</h2>
      <p>Send a video or a picture with a face. A few seconds later its curves are here.</p>
      <a class="button main" href="#/send">Send files</a>
    </div>
  `;
}

function useJobs(status) {
  const [state, setState] = useState({ jobs: [], more: null, isLoading: true });
  const pages = useRef(1);
  const reloadNow = useRef(() => {});
  useEffect(() => {
    const abort = new AbortController();
    let timer;
    pages.current = 1;
    setState({ jobs: [], more: null, isLoading: true });
    async function load() {
      clearTimeout(timer);
      try {
        const jobs = [];
        let next = `jobs?limit=${PAGE}${status ? `&status=${status}` : ""}`;
        for (let page = 0; page < pages.current && next; page += 1) {
          const found = await listJobs(next, abort.signal);
          jobs.push(...found.jobs);
          next = found.next;
        }
        setState({ jobs, more: next, isLoading: false });
        const isQuiet = document.hidden || jobs.every((job) => OVER.has(job.status));
        timer = setTimeout(load, isQuiet ? REFRESH_MS * 5 : REFRESH_MS);
      } catch (error) {
        report(error);
        if (!abort.signal.aborted) timer = setTimeout(load, REFRESH_MS * 5);
      }
    }
    reloadNow.current = load;
    load();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [status]);
  function loadMore() {
    pages.current += 1;
    reloadNow.current();
  }
  return { ...state, loadMore, reload: () => reloadNow.current() };
}

const requeue = (job) => callJson(`${job.self}/requeue`, { method: "POST" });
const cancel = (job) => callJson(job.self, { method: "PATCH", form: { "entry_job[status]": "cancelled" } });
const clear = () => setQuery({ status: null, search: null });

function toggled(set, item, on) {
  const changed = new Set(set);
  if (on) changed.add(item);
  else changed.delete(item);
  return changed;
}

function ago(time) {
  const seconds = Math.max(0, (Date.now() - Date.parse(time)) / 1000);
  if (seconds < 60) return "just now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return new Date(time).toLocaleDateString();
}
