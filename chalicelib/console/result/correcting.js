// Who is who: faces that are named, merged, split or left out, and taken back. A worker then writes the files again.
import { html } from "mien/html";
import { useEffect, useState } from "preact/hooks";
import { call, callJson, report } from "mien/api";
import { clockText } from "mien/curves";
import { tell } from "mien/state";

const REFRESH_MS = 1000;
let isOpen = false; // for as long as the page is: a correction shows the result again
let left = {}; // and the moment that was shown then

/** Returns the faces of a result as the API has them, null if they cannot be corrected, and how to change them. `reload` is called once files have followed. */
export function useCorrections(entry, reload) {
  const [faces, setFaces] = useState(null);
  const url = entry?.faces;
  async function look(signal) {
    const found = await callJson(url, { signal });
    setFaces(found);
    return found;
  }
  useEffect(() => {
    if (!url) return undefined;
    const abort = new AbortController();
    look(abort.signal).catch(report);
    return () => abort.abort();
  }, [url, entry?.updated]);
  const isQueued = faces?.status === "queued";
  useEffect(() => {
    if (!isQueued) return undefined;
    const abort = new AbortController();
    const timer = setInterval(() => {
      look(abort.signal)
        .then((found) => found.status === "done" && reload())
        .catch(report);
    }, REFRESH_MS);
    return () => {
      clearInterval(timer);
      abort.abort();
    };
  }, [isQueued]);
  async function change(method, corrections) {
    try {
      await call(url, { method, json: corrections && { corrections } });
      const found = await look();
      if (found.status === "done") reload();
    } catch (error) {
      report(error);
    }
  }
  if (!url || !faces) return null;
  return {
    ...faces,
    isQueued,
    names: new Map(faces.faces.filter(({ name }) => name).map((face) => [face.face_id, face.name])),
    add: (correction) => change("PATCH", [correction]),
    undo: () => change("PUT", faces.corrections.slice(0, -1)),
    reset: () => change("DELETE"),
  };
}

/** Keeps the time that is shown for the next `momentLeft` of this job. */
export const leaveAt = (job, timeS) => (left = { self: job.self, timeS });

/** Returns the time in seconds that was shown before a correction of this job, once; else null. */
export function momentLeft(job) {
  const timeS = left.self === job.self ? left.timeS : null;
  left = {};
  return timeS ?? null;
}

/** What a face is called: its name, else its number. */
export const titleOf = (known, id) => known?.names.get(id) || `Face ${id}`;

export function Correcting({ known, id, timeline, frame }) {
  const others = known.faces.map((face) => face.face_id).filter((each) => each !== id);
  const isThere = known.faces.some((face) => face.face_id === id);
  return html`
    <details class="correcting" open=${isOpen} onToggle=${(event) => (isOpen = event.target.open)}><summary>Correct faces</summary>
      ${known.isQueued && html`<p class="hint" role="status">The files are being written. Until then they are as they were.</p>`}
      ${known.error && html`<p class="not-valid">${known.error}</p>`}
      ${isThere && html`<${One} key=${id} known=${known} id=${id} others=${others} timeline=${timeline} frame=${frame} />`}
      ${known.corrections.length > 0 && html`
        <h3>Corrections</h3>
        <ol>${known.corrections.map((each) => html`<li>${sentence(each)}</li>`)}</ol>
        <p class="buttons"><button onClick=${known.undo}>Undo the last</button><button onClick=${known.reset}>Take all back</button></p>`}
    </details>
  `;
}

function One({ known, id, others, timeline, frame }) {
  const [name, setName] = useState(known.names.get(id) || "");
  const [into, setInto] = useState("");
  const of = `face ${id}`;
  function rename(event) {
    event.preventDefault();
    known.add({ action: "name", face_id: id, name });
  }
  function merge(event) {
    event.preventDefault();
    if (into) known.add({ action: "merge", face_id: id, into });
    else tell("Choose the face that it is.");
  }
  const split = () => known.add({ action: "split", face_id: id, at_s: timeline.times[frame.peek()] });
  return html`
    <form onSubmit=${rename}>
      <label>Name of ${of} <input name="face-name" maxlength="100" value=${name} onInput=${(event) => setName(event.target.value)} /></label>
      <button>Save name</button>
    </form>
    ${others.length > 0 && html`
      <form onSubmit=${merge}>
        <label>${`Face ${id}`} is the same person as
          <select name="into" value=${into} onChange=${(event) => setInto(event.target.value)}>
            <option value="">choose</option>
            ${others.map((each) => html`<option value=${each}>${known.names.get(each) ? `${known.names.get(each)} (${each})` : `face ${each}`}</option>`)}
          </select></label>
        <button>Merge</button>
      </form>`}
    <p class="buttons">${timeline.count > 1 && html`<button onClick=${split}>From this frame on it is another face</button>`}
      <button onClick=${() => known.add({ action: "ignore", face_id: id })}>Leave ${of} out</button></p>
  `;
}

function sentence({ action, face_id: id, name, into, at_s: at, new_face_id: other }) {
  if (action === "merge") return `Face ${id} is face ${into}.`;
  if (action === "split") return `From ${clockText(at)} on, face ${id} is face ${other}.`;
  if (action === "ignore") return `Face ${id} is left out.`;
  return name ? `Face ${id} is ${name}.` : `Face ${id} has no name.`;
}
