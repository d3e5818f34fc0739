// The list of jobs: live, filtered, many at once.
import { html } from "mien/html";
import { useRef, useState } from "preact/hooks";
import { callJson, deleteJob, idOf, report } from "mien/api";
import { OVER, useJobs } from "mien/pages";
import { COLUMNS, FIRST_COLUMNS, Rows } from "mien/rows";
import { saveBlob, saveText } from "mien/save";
import { address, setQuery, tell, useSignal } from "mien/state";
import { tableOf, zipOf } from "mien/zip";

const STATUSES = ["queued", "working", "done", "error", "cancelled"];
const ANALYSES = ["multiface", "sdk-metrics", "current-pack", "ct-pack-linear", "ct-pack-hybrid", "no-op", "comparison", "batch"];
const FILTERS = ["search", "status", "name", "from", "to", "annotation"];
const MOST_COMPARED = 300;

export function Jobs() {
  const { query } = useSignal(address);
  const of = Object.fromEntries(FILTERS.map((name) => [name, query.get(name) || ""]));
  const { jobs, isLoading, isWhole, reload } = useJobs(pathOf(of));
  const [chosen, setChosen] = useState(new Set());
  const lastChosen = useRef(null);
  const columns = (query.get("columns")?.split(",") || FIRST_COLUMNS).filter((name) => COLUMNS[name]);
  const shown = jobs.filter((job) => matches(job, of));
  const picked = shown.filter((job) => chosen.has(job.self));

  function choose(job, on, isRange) {
    const [here, there] = [shown.indexOf(job), shown.findIndex(({ self }) => self === lastChosen.current)];
    const some = isRange && there >= 0 ? shown.slice(Math.min(here, there), Math.max(here, there) + 1) : [job];
    lastChosen.current = job.self;
    const changed = new Set(chosen);
    for (const { self } of some) on ? changed.add(self) : changed.delete(self);
    setChosen(changed);
  }

  return html`
    <h1 class="visually-hidden">Jobs</h1>
    <${Filters} of=${of} columns=${columns} />
    ${shown.length === 0 ? html`<${Empty} isLoading=${isLoading} isFiltered=${FILTERS.some((name) => of[name])} />` : ""}
    ${shown.length > 0 && html`
      <div class="toolbar actions" role="group" aria-label="What to do with the selected jobs">
        <span role="status">${picked.length ? `${picked.length} of ${shown.length} selected` : `${shown.length}${isWhole ? "" : "+"} ${shown.length === 1 ? "job" : "jobs"}`}</span>
        ${picked.length > 0 && html`<${Actions} picked=${picked} onDone=${() => { setChosen(new Set()); reload(); }} />`}
      </div>
      <table class="jobs">
        <thead>
          <tr>
            <th class="pick"><input type="checkbox" aria-label="Select all" checked=${picked.length === shown.length}
              onChange=${(event) => setChosen(new Set(event.target.checked ? shown.map((job) => job.self) : []))} /></th>
            <th scope="col">File</th>${columns.map((name) => html`<th scope="col" class=${`col-${name}`}>${COLUMNS[name][0]}</th>`)}
          </tr>
        </thead>
        <${Rows} jobs=${shown} columns=${columns} chosen=${chosen} onChoose=${choose} />
      </table>
    `}
  `;
}

function Filters({ of, columns }) {
  const set = (name) => (event) => setQuery({ [name]: event.target.value });
  const options = (all) => [html`<option value="">all</option>`, ...all.map((each) => html`<option value=${each}>${each}</option>`)];
  const more = ["name", "from", "to", "annotation"].filter((name) => of[name]).length;
  return html`
    <search class="toolbar" aria-label="Filter">
      <label>Search <input type="search" value=${of.search} onInput=${set("search")} placeholder="part of a file name" /></label>
      <label>Status <select value=${of.status} onChange=${set("status")}>${options(STATUSES)}</select></label>
      <details class="menu"><summary>More filters${more ? ` (${more})` : ""}</summary>
        <div class="sheet">
          <label>Analysis <select value=${of.name} onChange=${set("name")}>${options(ANALYSES)}</select></label>
          <label>Sent from <input type="date" value=${of.from} onChange=${set("from")} /></label>
          <label>to <input type="date" value=${of.to} onChange=${set("to")} /></label>
          <label>Annotation <input value=${of.annotation} onChange=${set("annotation")} placeholder="key or key=value" /></label>
          <button onClick=${() => setQuery(Object.fromEntries(FILTERS.map((name) => [name, null])))}>Show all</button>
        </div>
      </details>
      <details class="menu"><summary>Columns</summary>
        <div class="sheet">
          ${Object.entries(COLUMNS).map(([name, [title]]) => html`<label class="check"><input type="checkbox" checked=${columns.includes(name)}
            onChange=${(event) => setQuery({ columns: Object.keys(COLUMNS).filter((each) => (each === name ? event.target.checked : columns.includes(each))).join(",") || "none" })} /> ${title}</label>`)}
        </div>
      </details>
      <span class="grow"></span>
      <a class="button main" href="#/send">Send files</a>
    </search>
  `;
}

function Actions({ picked, onDone }) {
  const [progress, setProgress] = useState("");
  async function forEach(jobs, action, done) {
    let count = 0;
    for (const [index, job] of jobs.entries()) {
      setProgress(`${index} of ${jobs.length} ...`);
      try {
        await action(job);
        count += 1;
      } catch (error) {
        report(error);
      }
    }
    setProgress("");
    if (count) tell(`${count} ${count === 1 ? "job" : "jobs"} ${done}.`);
    onDone();
  }
  function remove() {
    const names = picked.map((job) => job.filename).slice(0, 5).join(", ");
    const question = `Delete ${picked.length} of your jobs for good, with media, results and annotations? (${names}${picked.length > 5 ? " ..." : ""})`;
    if (window.confirm(question)) forEach(picked, deleteJob, "deleted");
  }
  async function download(make, save) {
    try {
      save(await make(done, (at, all) => setProgress(`${at} of ${all} ...`)));
    } catch (error) {
      report(error);
    }
    setProgress("");
  }
  const over = picked.filter((job) => OVER.has(job.status));
  const moving = picked.filter((job) => !OVER.has(job.status));
  const done = picked.filter((job) => job.status === "done");
  if (progress) return html`<span role="status">${progress}</span>`;
  return html`
    ${done.length > 0 && html`
      <button onClick=${() => download(zipOf, (blob) => saveBlob("results.zip", blob))}>Results as ZIP</button>
      <button onClick=${() => download(tableOf, (text) => saveText("summaries.csv", text, "text/csv"))}>Means as CSV</button>`}
    ${done.length > 1 && done.length <= MOST_COMPARED && html`<a class="button" href=${`#/compare?jobs=${done.map(idOf).join(",")}`}>Compare</a>`}
    ${over.length > 0 && html`<button onClick=${() => forEach(over, requeue, "requeued")}>Run again</button>`}
    ${moving.length > 0 && html`<button onClick=${() => forEach(moving, cancel, "cancelled")}>Cancel</button>`}
    <button class="danger" onClick=${remove}>Delete ...</button>
  `;
}

function Empty({ isLoading, isFiltered }) {
  if (isLoading) return html`<p class="empty" role="status">Loading ...</p>`;
  if (isFiltered) return html`<p class="empty">No job matches. <button onClick=${() => setQuery(Object.fromEntries(FILTERS.map((name) => [name, null])))}>Show all</button></p>`;
  return html`
    <div class="empty">
      <h2>No jobs yet</h2>
      <p>Send a video or a picture with a face. A few seconds later its curves are here.</p>
      <p class="small">The numbers describe visible movement of a face. They do not show what a person feels, and no one should be judged by them.</p>
      <a class="button main" href="#/send">Send files</a>
    </div>
  `;
}

/** Returns what lists the jobs: the API filters by annotation, or by status and name. */
function pathOf({ status, name, annotation }) {
  if (annotation) {
    const [key, value] = annotation.split(/=(.*)/s);
    return `jobs/search_by_annotation?${new URLSearchParams({ key, ...(value ? { value } : {}) })}`;
  }
  const filters = new URLSearchParams({ ...(status ? { status } : {}), ...(name ? { name } : {}) }).toString();
  return filters ? `jobs?${filters}` : "jobs";
}

function matches(job, { search, status, name, from, to }) {
  const day = new Date(job.published);
  return (
    (!search || (job.filename || "").toLowerCase().includes(search.toLowerCase()) || idOf(job) === search) &&
    (!status || job.status === status) &&
    (!name || job.name === name) &&
    (!from || day >= new Date(`${from}T00:00`)) &&
    (!to || day < new Date(new Date(`${to}T00:00`).getTime() + 864e5))
  );
}

const requeue = (job) => callJson(`${job.self}/requeue`, { method: "POST" });
const cancel = (job) => callJson(job.self, { method: "PATCH", form: { "entry_job[status]": "cancelled" } });
