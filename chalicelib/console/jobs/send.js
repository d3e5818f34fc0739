// Files, folders and URLs as jobs: a queue that sends a few at a time.
import { html } from "mien/html";
import { signal } from "@preact/signals-core";
import { useEffect, useState } from "preact/hooks";
import { callJson, idOf, report } from "mien/api";
import { useSignal } from "mien/state";
import { sendFile } from "mien/upload";

const AT_ONCE = 2;
const SHOWN = 200;
const FIRST = new Set(["name", "neutral_baseline", "smoothing"]);
const TITLES = {
  name: "Analysis", expires_in: "Delete after (s)", callback_url: "Callback URL", data_split: "Data split", start_s: "Start (s)", end_s: "End (s)",
  frames_per_second: "Frames per second", max_faces: "Most faces at a time", neutral_baseline: "Own neutral", smoothing: "Smoothing", table: "Table",
};
const NOT_OPTIONS = new Set(["file_name", "size_bytes", "content_type", "input_url"]);

/** What waits, goes and went: [{file, url, name, size, sent, state, sentence, job, abort}]. Lives beyond the view. */
const queue = signal([]);
let running = 0;

function changed() {
  queue.value = [...queue.peek()];
}

function add(items, options, notes) {
  queue.value = [...queue.peek(), ...items.map((item) => ({ ...item, options, notes, sent: 0, state: "waiting" }))];
  next();
}

function next() {
  while (running < AT_ONCE) {
    const item = queue.peek().find((each) => each.state === "waiting");
    if (!item) return;
    running += 1;
    item.state = "sending";
    item.abort = new AbortController();
    sendItem(item).finally(() => {
      running -= 1;
      changed();
      next();
    });
  }
}

async function sendItem(item) {
  changed();
  let last = 0;
  function onProgress(bytes) {
    item.sent = bytes;
    if (performance.now() - last > 100) {
      last = performance.now();
      changed();
    }
  }
  try {
    item.job = item.url
      ? await callJson("jobs", { method: "POST", json: { entry_job: { ...item.options, input_url: item.url } } })
      : await sendFile(item.file, item.options, { onProgress, signal: item.abort.signal });
    await annotate(item);
    item.state = "sent";
  } catch (error) {
    item.state = error.name === "AbortError" ? "cancelled" : "failed";
    item.sentence = error.name === "AbortError" ? "" : error.message;
  }
}

async function annotate({ job, notes }) {
  for (const [key, value] of notes) {
    if (job.input?.annotations) {
      await callJson(job.input.annotations, { method: "POST", json: { annotation: { key, value } } });
    }
  }
}

export function Send() {
  const items = useSignal(queue);
  const [schema, setSchema] = useState({});
  const [options, setOptions] = useState({});
  const [notes, setNotes] = useState("");
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    callJson("openapi.json").then((document) => setSchema(optionsIn(document)), report);
  }, []);

  const fieldsOf = (fields, isMeant) => Object.entries(fields).filter(([name]) => isMeant(name)).map(([name, field]) => html`<${Option}
    name=${name} field=${field} value=${options[name]} onChange=${(value) => setOptions(withOption(options, name, value))} />`);
  const send = (files) => add([...files].map((file) => ({ file, name: file.webkitRelativePath || file.name, size: file.size })), options, pairs(notes));
  async function drop(event) {
    event.preventDefault();
    setOver(false);
    send(await filesOf(event.dataTransfer));
  }
  function sendUrl(event) {
    event.preventDefault();
    const url = new FormData(event.target).get("url").trim();
    add([{ url, name: url, size: 0 }], options, []);
    event.target.reset();
  }

  return html`
    <h1>Send media</h1>
    <div class="columns">
      <div>
        <div class=${`drop ${isOver ? "over" : ""}`} onDragOver=${(event) => { event.preventDefault(); setOver(true); }}
          onDragLeave=${() => setOver(false)} onDrop=${drop}>
          <p><strong>Drop videos, pictures or folders here</strong></p>
          <p>
            <label class="button">Choose files
              <input type="file" multiple accept="video/*,image/*,.mkv,.avi" onChange=${(event) => { send(event.target.files); event.target.value = ""; }} /></label>
            <label class="button">Choose a folder
              <input type="file" webkitdirectory onChange=${(event) => { send(mediaOnly(event.target.files)); event.target.value = ""; }} /></label>
          </p>
        </div>
        <form class="url" onSubmit=${sendUrl}>
          <label>Or the https URL of a file <input name="url" type="url" pattern="https://.*" required placeholder="https://media.example.org/clip.mp4" /></label>
          <button>Send the URL</button>
        </form>
        <${Queue} items=${items} />
      </div>
      <fieldset class="options">
        <legend>For all that you send now</legend>
        ${fieldsOf(schema, (name) => FIRST.has(name))}
        <label><span>Annotations, one <code>key=value</code> a line</span>
          <textarea rows="3" value=${notes} onInput=${(event) => setNotes(event.target.value)} placeholder="stimulus=spot A"></textarea><span class="hint">To find and compare these recordings later.</span></label>
        <details open=${Object.keys(options).some((name) => !FIRST.has(name))}><summary>More options</summary>
          <div class="options-more">${fieldsOf(schema, (name) => !FIRST.has(name))}</div>
        </details>
      </fieldset>
    </div>
  `;
}

function Option({ name, field, value, onChange }) {
  const title = TITLES[name] || name.replaceAll("_", " ");
  const usual = /(?:Default: |empty means )([^.]+)\.?$/.exec(field.description || "")?.[1];
  const choices = (field.enum || []).filter((each) => each !== "" && each !== "auto");
  const take = (event) => onChange(event.target.value);
  const types = [field.type].flat();
  const isNumber = types.includes("number") || types.includes("integer");
  return html`
    <label title=${field.description}>${title}
      ${choices.length > 0
        ? html`<select value=${value ?? ""} onChange=${take}><option value="">${usual ? `${usual} (default)` : "default"}</option>
            ${choices.map((each) => html`<option value=${each}>${each}</option>`)}</select>`
        : html`<input type=${isNumber ? "number" : "text"} step="any" min=${field.minimum} max=${field.maximum}
            value=${value ?? ""} onInput=${(event) => onChange(isNumber && event.target.value !== "" ? Number(event.target.value) : event.target.value)} />`}
      <span class="hint">${(field.description || "").replace(/ Default: [^.]+\.$/, "")}</span>
    </label>
  `;
}

function Queue({ items }) {
  if (items.length === 0) return null;
  const count = (state) => items.filter((item) => item.state === state).length;
  const failed = items.filter((item) => item.state === "failed");
  return html`
    <h2>${count("sent")} of ${items.length} sent</h2>
    <p class="toolbar">
      ${count("waiting") + count("sending") > 0 && html`<button onClick=${cancelAll}>Cancel what is left</button>`}
      ${failed.length > 0 && html`<button onClick=${() => retry(failed)}>Try ${failed.length} again</button>`}
      <a href="#/jobs">See the jobs</a>
    </p>
    <ul class="queue">
      ${items.slice(-SHOWN).reverse().map((item) => html`
        <li>
          <span class="file">${item.job ? html`<a href=${`#/job/${idOf(item.job)}`}>${item.name}</a>` : item.name}</span>
          ${item.state === "sending" && item.size > 0
            ? html`<progress value=${Math.min(item.sent, item.size)} max=${item.size} aria-label=${`Upload of ${item.name}`}></progress>`
            : html`<span class=${`status ${item.state}`}>${item.state}</span>`}
          ${item.sentence && html`<span class="sentence">${item.sentence}</span>`}
        </li>`)}
    </ul>
    ${items.length > SHOWN && html`<p class="hint">The last ${SHOWN} are shown.</p>`}
  `;
}

function cancelAll() {
  for (const item of queue.peek()) {
    if (item.state === "waiting") item.state = "cancelled";
    if (item.state === "sending") item.abort.abort();
  }
  changed();
}

function retry(items) {
  for (const item of items) Object.assign(item, { state: "waiting", sentence: "", sent: 0 });
  changed();
  next();
}

function optionsIn(document) {
  const fields = document.components.schemas.NewJob?.properties?.entry_job?.properties || {};
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !NOT_OPTIONS.has(name)));
}

function withOption(options, name, value) {
  const changedOptions = { ...options, [name]: value };
  if (value === "") delete changedOptions[name];
  return changedOptions;
}

function pairs(text) {
  return text.split("\n").map((line) => line.split(/=(.*)/s)).filter(([key, value]) => key.trim() && value?.trim())
    .map(([key, value]) => [key.trim(), value.trim()]);
}

const mediaOnly = (files) => [...files].filter((file) => /^(video|image)\//.test(file.type) || /\.(mkv|avi|mov|webm)$/i.test(file.name));

async function filesOf(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const found = [];
  for (const entry of entries) await walk(entry, found);
  return entries.some((entry) => entry.isDirectory) ? mediaOnly(found) : found;
}

async function walk(entry, found) {
  if (entry.isFile) return found.push(await new Promise((resolve, reject) => entry.file(resolve, reject)));
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return found;
    for (const each of some) await walk(each, found);
  }
}
