// One job: the film, its curves, its faces and the numbers of the frame that is shown.
import { html } from "mien/html";
import { signal } from "@preact/signals-core";
import { useEffect, useMemo, useState } from "preact/hooks";
import { ApiError, call, callJson, mediaUrl, report } from "mien/api";
import { Tabulated } from "mien/batch";
import { Chooser, chosenIn } from "mien/chooser";
import { leaveAt, momentLeft, useCorrections } from "mien/correcting";
import { Curves } from "mien/curves";
import { Faces } from "mien/faces";
import { Detail } from "mien/rows";
import { useMetrics } from "mien/explanation";
import { TIMELINE, readPacked } from "mien/packed";
import { Selection } from "mien/selection";
import { Stage } from "mien/stage";
import { address, useSignal } from "mien/state";
import { LEGACY, SESSION, readSession } from "mien/session";
import { sizeIn } from "mien/timeline";

const REFRESH_MS = 1000;
const SUMMARY = "application/vnd.mien.summary.v0+json";
const OVER = new Set(["done", "error", "cancelled"]);
const AWAITED = {
  others: "The curves appear here as soon as the job is done.",
  batch: "The table of all results appears here as soon as all files are measured.",
  comparison: "The table of means appears here as soon as the recordings are compared.",
};

export function Result({ id }) {
  const [job, failure, reload] = useJob(id);
  if (failure) return html`<p class="empty" role="alert">${failure}</p>`;
  if (!job) return html`<p class="empty" role="status">Loading ...</p>`;
  return html`
    <div class="result-head">
      <h1>${job.filename || "Job"}</h1>
      <span class=${`status ${job.status}`}>${job.status}</span> <${Detail} job=${job} />
      <span class="grow"></span>
      <${Files} job=${job} />
    </div>
    ${job.status === "done" ? html`<${OF_OTHER_JOBS[job.name] || Measured} key=${`${job.result?.self} ${job.result?.updated}`} job=${job} reload=${reload} />` : html`<${Waiting} job=${job} />`}
  `;
}

function Waiting({ job }) {
  if (job.status !== "queued" && job.status !== "working") return html`<p class="empty">${job.status === "error" ? "Nothing was measured." : "The job was cancelled."}</p>`;
  return html`<p class="empty" role="status">${job.upload ? "The file has not arrived yet. " : ""}${AWAITED[job.name] || AWAITED.others}</p>`;
}

const Compared = () => html`
  <p class="empty">A comparison of other jobs: Files has the table of its means and bands. <a href="#/compare">Compare</a> draws such curves.</p>
`;

const OF_OTHER_JOBS = { comparison: Compared, batch: Tabulated };

function Files({ job }) {
  const files = [...(job.result?.representations || []), ...(job.input?.representations || [])];
  async function save(file) {
    try {
      window.location.assign(await mediaUrl(file.media)); // an attachment: the page stays
    } catch (error) {
      report(error);
    }
  }
  if (files.length === 0) return null;
  return html`
    <details class="menu"><summary>Files</summary>
      <ul>${files.map((file) => html`<li><button class="link" onClick=${() => save(file)}>${file.file_name}</button></li>`)}</ul>
    </details>
  `;
}

function Measured({ job, reload }) {
  const { query } = useSignal(address);
  const isExact = query.get("exact") === "1";
  const { timeline, count, rows, summary, isWhole, failure } = useNumbers(job.result, isExact);
  const metrics = useMetrics();
  const [frame, seek, range, shown, hover] = useMemo(() => [0, momentLeft(job), null, null, null].map((value) => signal(value)), []);
  const known = useCorrections(job.result, () => {
    leaveAt(job, timeline?.times[frame.peek()]);
    reload();
  });
  const choice = timeline && chosenIn(query, timeline, summary, metrics);

  if (failure) return html`<p class="empty">${failure}</p>`;
  if (!timeline || count === 0) return html`<p class="empty" role="status">Reading the numbers ...</p>`;
  const stage = html`<${Stage} job=${job} timeline=${timeline} count=${count} rows=${rows} choice=${choice} frame=${frame} seek=${seek} range=${range} known=${known} />`;
  if (timeline.faces.size === 0 && isWhole) return html`${stage}<p class="empty">No face was found in ${timeline.count} ${timeline.count === 1 ? "frame" : "frames"}.</p>`;
  const shared = { job, timeline, count, rows, summary, choice, frame, seek, range, shown, hover, descriptions: metrics };
  return html`
    <div class="result">
      <div class="film">
        ${stage}
        <${Chooser} ...${shared} isExact=${isExact} />
        ${count > 1 && html`<${Curves} ...${shared} />`}
        ${!isWhole && html`<p class="hint" role="status">Reading the numbers: ${count} frames so far ...</p>`}
        ${count > 1 && html`<${Selection} ...${shared} />`}
        ${count > 1 && html`<${Help} />`}
      </div>
      <${Faces} ...${shared} isWhole=${isWhole} known=${known} />
    </div>
  `;
}

const Help = () => html`
  <details class="help"><summary>Keys and mouse</summary>
    <dl>
      <dt>Space</dt><dd>play, pause</dd><dt>← →</dt><dd>one frame back, on</dd><dt>Home End</dt><dd>first, last frame</dd>
      <dt>[ ]</dt><dd>the selection begins, ends at this frame</dd><dt>l</dt><dd>loop the selection</dd><dt>Esc</dt><dd>no selection</dd>
      <dt>Click</dt><dd>go to that time</dd><dt>Drag</dt><dd>select</dd><dt>Wheel</dt><dd>zoom; with shift: move</dd>
    </dl>
    <p class="hint">Zoomed out, a line is the mean of several frames, and the band around it their least and greatest. Hatched: not valid.</p>
  </details>
`;

function useJob(id) {
  const [job, setJob] = useState(null);
  const [failure, setFailure] = useState("");
  const [times, setTimes] = useState(0);
  useEffect(() => {
    let isShown = false;
    const abort = new AbortController();
    let timer;
    async function load() {
      try {
        const found = await callJson(`jobs/${encodeURIComponent(id)}`, { signal: abort.signal });
        setJob(found);
        isShown = true;
        if (!OVER.has(found.status)) timer = setTimeout(load, REFRESH_MS);
      } catch (error) {
        const isGone = error instanceof ApiError && (error.status === 404 || (error.status !== 401 && !isShown));
        if (isGone) setFailure(error.message);
        else report(error);
      }
    }
    load();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [id, times]);
  return [job, failure, () => setTimes((was) => was + 1)];
}

/** Returns the file that curves are drawn from: the timeline, or what older results have. */
function numbersOf(entry, isExact) {
  const types = isExact ? [SESSION, LEGACY, TIMELINE] : [TIMELINE, SESSION, LEGACY];
  return types.map((type) => entry.representations.find(({ content_type: found }) => found === type)).find(Boolean);
}

function useNumbers(entry, isExact) {
  const [state, setState] = useState({ timeline: null, count: 0, rows: 0, summary: null, isWhole: false, failure: "" });
  useEffect(() => {
    const abort = new AbortController();
    const accept = { headers: { Accept: "*/*" }, signal: abort.signal };
    const set = (changes) => !abort.signal.aborted && setState((was) => ({ ...was, ...changes }));
    const file = entry && numbersOf(entry, isExact);
    if (!file) {
      set({ failure: "This result has no file with values over time; see its files." });
      return undefined;
    }
    const brief = entry.representations.find((each) => each.content_type === SUMMARY);
    async function readSummary() {
      if (brief) set({ summary: await (await call(brief.media, accept)).json() });
    }
    function show(timeline, isWhole) {
      const rows = [...timeline.faces.values()].reduce((sum, face) => sum + face.rows, 0);
      set({ timeline, count: timeline.count, rows, isWhole });
    }
    async function readNumbers() {
      const response = await call(file.media, accept);
      const read = file.content_type === TIMELINE ? readPacked : readSession;
      show(await read(response, (timeline) => show(timeline, false)), true);
    }
    Promise.all([readSummary(), readNumbers()]).catch((error) => {
      report(error);
      if (error.name !== "AbortError") set({ failure: `The numbers cannot be read: ${error.message}` });
    });
    return () => abort.abort();
  }, [entry?.self, isExact]);
  if (state.timeline && state.summary) state.timeline.frameSize ??= sizeIn(state.summary.media);
  return state;
}
