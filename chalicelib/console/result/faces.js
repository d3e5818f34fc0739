// Each face with a picture, when it is seen, and what it shows in the frame at hand.
import { html } from "mien/html";
import { effect } from "@preact/signals-core";
import { useEffect, useRef, useState } from "preact/hooks";
import { mediaUrl } from "mien/api";
import { Correcting, titleOf } from "mien/correcting";
import { Explanation, ReliabilityMark } from "mien/explanation";
import { grouped } from "mien/metrics";
import { clockText } from "mien/curves";
import { faceColour } from "mien/boxes";
import { setQuery } from "mien/state";

const MOST_FACES = 60;
const SIZE = 72;
const [TRIES, RETRY_MS] = [10, 100]; // a browser may say that it has sought before it can paint: all is black then

export function Faces({ job, timeline, isWhole, choice, frame, seek, descriptions, known }) {
  const faces = [...timeline.faces.values()];
  const pictures = useThumbnails(job, timeline, isWhole ? faces.slice(0, MOST_FACES) : []);
  function choose(id, isAdded) {
    const others = choice.faces.filter((each) => each !== id);
    const next = isAdded ? (choice.faces.includes(id) ? others : [...others, id]) : [id];
    setQuery({ faces: (next.length ? next : [id]).join(",") });
  }
  return html`
    <aside class="faces" aria-label="Faces">
      <h2>${faces.length} ${faces.length === 1 ? "face" : "faces"}</h2>
      <ul class=${faces.length > 3 ? "who many" : "who"}>
        ${faces.slice(0, MOST_FACES).map((face) => html`
          <li>
            <button class=${choice.faces.includes(face.id) ? "face on" : "face"} aria-pressed=${choice.faces.includes(face.id)}
              style=${{ "--face": faceColour(timeline, face.id) }} onClick=${(event) => choose(face.id, event.shiftKey || event.ctrlKey || event.metaKey)}>
              ${pictures.get(face.id) ? html`<img src=${pictures.get(face.id)} width=${SIZE} height=${SIZE} alt="" />` : html`<span class="no-picture" aria-hidden="true"></span>`}
              <span><strong>${titleOf(known, face.id)}</strong><br />${seenText(timeline, face)}</span>
            </button>
          </li>`)}
      </ul>
      ${faces.length > 1 && html`<p class="hint">Shift and click compares faces.</p>`}
      ${faces.length > MOST_FACES && html`<p class="hint">The first ${MOST_FACES} are shown.</p>`}
      ${known && isWhole && html`<${Correcting} known=${known} id=${choice.faces[0]} timeline=${timeline} frame=${frame} />`}
      <${Values} timeline=${timeline} id=${choice.faces[0]} title=${titleOf(known, choice.faces[0])} frame=${frame} seek=${seek} descriptions=${descriptions} />
    </aside>
  `;
}

function Values({ timeline, id, title, frame, seek, descriptions }) {
  const [index, setIndex] = useState(frame.peek());
  const [explained, setExplained] = useState("");
  useEffect(() => effect(() => setIndex(frame.value)), []);
  const face = timeline.faces.get(id);
  if (!face) return null;
  if (face.rows > 0 && !face.isSeen(index)) {
    return html`<h3>${title}</h3>
      <p class="hint">Not in this frame. <button class="link" onClick=${() => (seek.value = timeline.times[face.first])}>Go to where it is first seen</button></p>`;
  }
  if (face.rows === 0) return html`<h3>${title} in this frame</h3><p class="hint" role="status">Reading the numbers ...</p>`;
  const reason = face.reason(index);
  return html`
    <h3>${title} in this frame</h3>
    ${reason && html`<p class="not-valid">Not valid: ${reason}. Do not rely on these numbers.</p>`}
    ${grouped(timeline.names).map(([group, names]) => html`
      <details open=${group === "Expressions" || group === "Emotions"}>
        <summary>${group}</summary>
        <table class="values"><tbody>
          ${names.map((name) => html`
            <tr>
              <th scope="row"><${ReliabilityMark} metric=${descriptions[name]} /><button class="link" aria-expanded=${explained === name} onClick=${() => setExplained(explained === name ? "" : name)}>${name}</button></th>
              <td><${Bar} name=${name} value=${face.value(index, name)} group=${group} /></td>
            </tr>
            ${explained === name && html`<tr class="meaning"><td colspan="2"><${Explanation} name=${name} metric=${descriptions[name]} /></td></tr>`}`)}
        </tbody></table>
      </details>`)}
  `;
}

function Bar({ name, value, group }) {
  if (Number.isNaN(value)) return "-";
  const isBar = group !== "Head and picture";
  const [left, width] = name === "valence" ? [50 + Math.min(value, 0) / 2, Math.abs(value) / 2] : [0, value];
  return html`${isBar && html`<span class=${name === "valence" ? "bar-of from-the-middle" : "bar-of"} aria-hidden="true"><i style=${{ left: `${left}%`, width: `${width}%` }}></i></span>`}
    <span class="number">${value.toFixed(isBar ? 0 : 1)}</span>`;
}

function seenText(timeline, face) {
  const { times } = timeline;
  if (timeline.count === 1) return "in this picture";
  const span = `${clockText(+times[face.first].toFixed(1))} to ${clockText(+times[face.last].toFixed(1))}`;
  return face.seenFrames ? `${span}, ${Math.round((100 * face.validFrames) / face.seenFrames)} % valid` : span;
}

/** Returns {face id: data URL}: a cut-out of each face from a frame in the middle of its valid ones, as far as the browser plays the film. */
function useThumbnails(job, timeline, faces) {
  const [pictures, setPictures] = useState(new Map());
  const done = useRef(new Set());
  useEffect(() => {
    const file = job.input?.representations?.[0];
    const wanted = faces.filter(({ id }) => !done.current.has(id));
    if (!file || wanted.length === 0) return;
    wanted.forEach(({ id }) => done.current.add(id));
    cutOut(file, timeline, wanted, (id, url) => setPictures((was) => new Map(was).set(id, url))).catch(() => {});
  }, [faces.length]);
  return pictures;
}

async function cutOut(file, timeline, faces, take) {
  const isStill = /^image\//.test(file.content_type) && timeline.count === 1;
  const source = await opened(await mediaUrl(file.media), isStill);
  const [width, height] = timeline.frameSize || [source.videoWidth || source.naturalWidth, source.videoHeight || source.naturalHeight];
  const [ratioX, ratioY] = [(source.videoWidth || source.naturalWidth) / width, (source.videoHeight || source.naturalHeight) / height];
  if (source.videoWidth === 0) return; // sound only, as far as this browser can tell
  for (const face of faces) {
    const index = bestFrame(face);
    if (!isStill) await sought(source, timeline.times[index] + 1e-3);
    const side = (name) => face.value(index, `face box ${name}`);
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 2 * SIZE;
    const size = 1.25 * Math.max(side("width"), side("height"));
    const [left, top] = [side("left") + (side("width") - size) / 2, side("top") + (side("height") - size) / 2];
    const context = canvas.getContext("2d");
    for (let tries = 0; tries < TRIES; tries += 1) {
      context.drawImage(source, left * ratioX, top * ratioY, size * ratioX, size * ratioY, 0, 0, 2 * SIZE, 2 * SIZE);
      if (context.getImageData(0, 0, 2 * SIZE, 2 * SIZE).data.some((value, at) => at % 4 < 3 && value > 0)) break;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    take(face.id, canvas.toDataURL("image/jpeg", 0.8));
  }
}

/** Returns the valid frame that is nearest to the middle of those that show a face. */
function bestFrame(face) {
  const middle = face.rows >> 1;
  for (let by = 0; by <= middle; by += 1) {
    for (const row of [middle - by, middle + by]) {
      if (row < face.rows && face.masks.data[row] === 0) return face.frames.data[row];
    }
  }
  return face.first;
}

function opened(url, isStill) {
  return new Promise((resolve, reject) => {
    const source = isStill ? new Image() : document.createElement("video");
    source.crossOrigin = "anonymous"; // else the cut-out could not be read back
    source[isStill ? "onload" : "onloadeddata"] = () => resolve(source);
    source.onerror = () => reject(new Error("cannot be shown"));
    source.muted = true;
    source.src = url;
  });
}

function sought(video, timeS) {
  return new Promise((resolve) => {
    video.onseeked = resolve;
    video.currentTime = timeS;
  });
}
