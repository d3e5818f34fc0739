// One job: the film, its curves, its faces and the numbers of the frame that is shown.
import { html } from "mien/html";
import { signal } from "@preact/signals-core";
import { useEffect, useMemo, useState } from "preact/hooks";
import { call, callJson, mediaUrl, report } from "mien/api";
import { Curves } from "mien/curves";
import { Faces } from "mien/faces";
import { Detail } from "mien/jobs";
import { grouped, meaningOf } from "mien/metrics";
import { Selection } from "mien/selection";
import { Stage } from "mien/stage";
import { address, setQuery, useSignal } from "mien/state";
import { numbersOf, readTimeline, sizeIn } from "mien/timeline";

const REFRESH_MS = 1000;
const SUMMARY = "application/vnd.mien.summary.v0+json";
const MOST_CURVES = 6;
const OVER = new Set(["done", "error", "cancelled"]);

export function Result({ id }) {
  const job = useJob(id);
  if (!job) return html`<p class="empty" role="status">Loading ...</p>`;
  return html`
    <div class="result-head">
      <h1>${job.filename || "Job"}</h1>
      <span class=${`status ${job.status}`}>${job.status}</span> <${Detail} job=${job} />
      <span class="grow"></span>
      <${Files} job=${job} />
    </div>
    ${job.status === "done" ? html`<${Measured} key=${job.result?.self} job=${job} />` : html`<${Waiting} job=${job} />`}
  `;
}

function Waiting({ job }) {
  if (job.status === "error") return html`<p class="empty">Nothing was measured: ${job.error}</p>`;
  if (job.status === "cancelled") return html`<p class="empty">The job was cancelled.</p>`;
  return html`<p class="empty" role="status">The curves appear here as soon as the job is done.</p>`;
}

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

function Measured({ job }) {
  const { timeline, count, summary, isWhole, failure } = useNumbers(job.result);
  const descriptions = useDescriptions();
  const frame = useMemo(() => signal(0), []);
  const seek = useMemo(() => signal(null), []);
  const range = useMemo(() => signal(null), []);
  const { query } = useSignal(address);
  const choice = timeline && chosenIn(query, timeline, summary);

  if (failure) return html`<p class="empty">${failure}</p>`;
  if (!timeline || count === 0) return html`<p class="empty" role="status">Reading the numbers ...</p>`;
  if (timeline.faces.size === 0 && isWhole) {
    return html`<${Stage} job=${job} timeline=${timeline} count=${count} choice=${choice} frame=${frame} seek=${seek} range=${range} />
      <p class="empty">No face was found in ${timeline.count} frames.</p>`;
  }
  return html`
    <div class="result">
      <div class="film">
        <${Stage} job=${job} timeline=${timeline} count=${count} choice=${choice} frame=${frame} seek=${seek} range=${range} />
        <${Chooser} timeline=${timeline} choice=${choice} descriptions=${descriptions} />
        ${count > 1 &&
        html`<${Curves} timeline=${timeline} count=${count} summary=${summary} choice=${choice} frame=${frame} seek=${seek} range=${range} />`}
        ${!isWhole && html`<p class="hint" role="status">Reading the numbers: ${count} frames so far ...</p>`}
        ${count > 1 && html`<${Selection} job=${job} timeline=${timeline} choice=${choice} range=${range} />`}
      </div>
      <${Faces} job=${job} timeline=${timeline} isWhole=${isWhole} choice=${choice} frame=${frame} seek=${seek} descriptions=${descriptions} />
    </div>
  `;
}

function Chooser({ timeline, choice, descriptions }) {
  const toggle = (name) => {
    const isOn = choice.metrics.includes(name);
    const metrics = isOn ? choice.metrics.filter((each) => each !== name) : [...choice.metrics, name].slice(-MOST_CURVES);
    setQuery({ metrics: metrics.join(",") || "none" });
  };
  return html`
    <div class="chooser">
      ${choice.metrics.map((name, index) => html`
        <button class="chip" style=${{ "--curve": `var(--curve-${index + 1})` }} title=${meaningOf(name, descriptions[name])}
          aria-label=${`Remove ${name}`} onClick=${() => toggle(name)}>${name} ×</button>`)}
      <details class="menu"><summary>Metrics</summary>
        <div class="groups">
          ${grouped(timeline.names).map(([title, names]) => html`
            <fieldset><legend>${title}</legend>
              ${names.map((name) => html`
                <label class="check" title=${meaningOf(name, descriptions[name])}>
                  <input type="checkbox" checked=${choice.metrics.includes(name)} onChange=${() => toggle(name)} /> ${name}
                </label>`)}
            </fieldset>`)}
          <p class="hint">Six curves at once. Hover over a metric to read what it is and how far to trust it.</p>
        </div>
      </details>
    </div>
  `;
}

/** Which faces and metrics are shown: those of the address, else the most telling ones. */
function chosenIn(query, timeline, summary) {
  const ids = [...timeline.faces.keys()];
  const faces = (query.get("faces") || "").split(",").filter((id) => timeline.faces.has(id));
  const wanted = query.get("metrics");
  const metrics = wanted === "none" ? [] : (wanted || "").split(",").filter((name) => timeline.names.includes(name));
  return {
    faces: faces.length ? faces : ids.slice(0, 1),
    metrics: metrics.length || wanted === "none" ? metrics : telling(timeline, summary, faces[0] ?? ids[0]),
  };
}

function telling(timeline, summary, id) {
  const scores = grouped(timeline.names).filter(([title]) => title === "Expressions" || title === "Emotions").flatMap(([, names]) => names);
  const measured = summary?.faces.find((face) => face.face_id === id)?.metrics || {};
  const span = (name) => (measured[name] ? measured[name].peak - measured[name].minimum : 0);
  const ordered = scores.filter((name) => !["attention", "engagement", "valence"].includes(name)).sort((a, b) => span(b) - span(a));
  return ordered.slice(0, 3);
}

function useJob(id) {
  const [job, setJob] = useState(null);
  useEffect(() => {
    const abort = new AbortController();
    let timer;
    async function load() {
      try {
        const found = await callJson(`jobs/${encodeURIComponent(id)}`, { signal: abort.signal });
        setJob(found);
        if (!OVER.has(found.status)) timer = setTimeout(load, REFRESH_MS);
      } catch (error) {
        report(error);
      }
    }
    load();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [id]);
  return job;
}

function useNumbers(entry) {
  const [state, setState] = useState({ timeline: null, count: 0, summary: null, isWhole: false, failure: "" });
  useEffect(() => {
    const abort = new AbortController();
    async function load() {
      const file = entry && numbersOf(entry);
      if (!file) {
        setState((was) => ({ ...was, failure: "This result has no file with values over time; see its files." }));
        return;
      }
      try {
        const accept = { headers: { Accept: "*/*" }, signal: abort.signal };
        const brief = entry.representations.find((each) => each.content_type === SUMMARY);
        const summary = brief ? await (await call(brief.media, accept)).json() : null;
        setState((was) => ({ ...was, summary }));
        const show = (timeline, isWhole) => {
          timeline.frameSize ??= sizeIn(summary?.media);
          setState((was) => ({ ...was, timeline, count: timeline.count, isWhole }));
        };
        show(await readTimeline(await call(file.media, accept), (timeline) => show(timeline, false)), true);
      } catch (error) {
        report(error);
        if (error.name !== "AbortError") setState((was) => ({ ...was, failure: `The numbers cannot be read: ${error.message}` }));
      }
    }
    load();
    return () => abort.abort();
  }, [entry?.self]);
  return state;
}

function useDescriptions() {
  const [descriptions, setDescriptions] = useState({});
  useEffect(() => {
    callJson("openapi.json").then((document) => {
      const properties = document.components.schemas.FaceMetrics?.properties || {};
      setDescriptions(Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, schema.description || ""])));
    }, report);
  }, []);
  return descriptions;
}
