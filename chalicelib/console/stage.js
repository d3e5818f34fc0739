// The video or picture, with boxes, ids and chosen scores drawn over it, exact to the frame.
import { html } from "mien/html";
import { effect } from "@preact/signals-core";
import { useEffect, useRef, useState } from "preact/hooks";
import { mediaUrl, report } from "mien/api";

const HALF_A_TICK_S = 1e-3;
const FACE_COLOURS = 8;

export function Stage({ job, timeline, count, choice, frame, seek, range }) {
  const medium = useRef(null);
  const canvas = useRef(null);
  const shown = useRef({});
  const [source, setSource] = useState("");
  const [cannotPlay, setCannotPlay] = useState(false);
  const [isLooping, setLooping] = useState(false);
  const file = job.input?.representations?.[0];
  const isStill = count === 1 && !/^video\//.test(file?.content_type || "");
  shown.current = { timeline, choice, isLooping };

  useEffect(() => {
    if (file) mediaUrl(file.media).then(setSource, report);
  }, [file?.media]);

  useEffect(() => {
    const draw = () => drawFaces(canvas.current, medium.current, shown.current, frame.peek());
    const observer = new ResizeObserver(draw);
    observer.observe(medium.current);
    const dispose = effect(() => {
      frame.value;
      draw();
    });
    return () => {
      observer.disconnect();
      dispose();
    };
  }, []);
  useEffect(() => drawFaces(canvas.current, medium.current, shown.current, frame.peek()), [count, choice, source]);

  useEffect(() => {
    if (isStill) return undefined;
    return followed(medium.current, shown, frame, range);
  }, [source]);

  useEffect(() => effect(() => {
    const wanted = seek.value;
    if (wanted === null) return;
    frame.value = shown.current.timeline.indexAt(wanted);
    if (!isStill && medium.current) medium.current.currentTime = wanted + HALF_A_TICK_S;
  }), [source]);

  function step(by) {
    const { times } = timeline;
    const index = Math.min(Math.max(frame.peek() + by, 0), times.length - 1);
    medium.current?.pause?.();
    seek.value = times[index];
  }
  function onKey(event) {
    if (/^(INPUT|SELECT|TEXTAREA|BUTTON|SUMMARY)$/.test(event.target.tagName)) return;
    const does = { " ": toggle, ArrowLeft: () => step(-1), ArrowRight: () => step(1), Home: () => step(-Infinity), End: () => step(Infinity), l: () => setLooping(!isLooping) }[event.key];
    if (!does) return;
    event.preventDefault();
    does();
  }
  function toggle() {
    const video = medium.current;
    if (!video?.play) return;
    if (video.paused) video.play().catch(() => setCannotPlay(true));
    else video.pause();
  }
  useEffect(() => {
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  });

  return html`
    <figure class="stage">
      <div class="picture">
        ${isStill
          ? html`<img ref=${medium} src=${source} alt=${job.filename} onLoad=${() => drawFaces(canvas.current, medium.current, shown.current, 0)} onError=${() => source && setCannotPlay(true)} />`
          : html`<video ref=${medium} src=${source} preload="auto" playsinline onClick=${toggle} onError=${() => source && setCannotPlay(true)}
              onLoadedMetadata=${() => drawFaces(canvas.current, medium.current, shown.current, frame.peek())}></video>`}
        <canvas ref=${canvas} aria-hidden="true"></canvas>
        ${cannotPlay && html`<p class="cannot">Your browser cannot show this kind of file (${file?.content_type}). The curves and numbers are complete.</p>`}
      </div>
      ${!isStill && html`
        <figcaption class="transport">
          <button onClick=${toggle} aria-label="Play or pause" title="Play or pause (space)">▶ ❚❚</button>
          <button onClick=${() => step(-1)} aria-label="One frame back" title="One frame back (←)">◀|</button>
          <button onClick=${() => step(1)} aria-label="One frame on" title="One frame on (→)">|▶</button>
          <label class="check"><input type="checkbox" checked=${isLooping} onChange=${(event) => setLooping(event.target.checked)} /> Loop the selection</label>
          <${Clock} timeline=${timeline} frame=${frame} />
        </figcaption>`}
    </figure>
  `;
}

function Clock({ timeline, frame }) {
  const output = useRef(null);
  useEffect(() => effect(() => {
    const index = frame.value;
    output.current.textContent = `${timeline.times[index]?.toFixed(3) ?? "-"} s, frame ${index + 1} of ${timeline.count}`;
  }), [timeline]);
  return html`<output class="clock" ref=${output}></output>`;
}

/** Follows the video frame by frame, or by its clock in browsers that cannot say which frame they show. */
function followed(video, shown, frame, range) {
  let handle = 0;
  let isOver = false;
  function at(timeS) {
    const { timeline, isLooping } = shown.current;
    const chosen = range.peek();
    if (isLooping && chosen && timeS >= chosen[1]) video.currentTime = chosen[0];
    frame.value = timeline.indexAt(timeS);
  }
  if (!video.requestVideoFrameCallback) {
    const onTime = () => at(video.currentTime);
    video.addEventListener("timeupdate", onTime);
    return () => video.removeEventListener("timeupdate", onTime);
  }
  function onFrame(_now, { mediaTime }) {
    if (isOver) return;
    // While it is paused, the frame is what was sought: frames of earlier seeks may still arrive.
    if (!video.paused) at(mediaTime + HALF_A_TICK_S);
    handle = video.requestVideoFrameCallback(onFrame);
  }
  const onRest = () => at(video.currentTime);
  video.addEventListener("pause", onRest);
  video.addEventListener("seeked", onRest);
  handle = video.requestVideoFrameCallback(onFrame);
  return () => {
    isOver = true;
    video.removeEventListener("pause", onRest);
    video.removeEventListener("seeked", onRest);
    video.cancelVideoFrameCallback(handle);
  };
}

/** Returns the colour of a face, by its place among all of them. */
export function faceColour(timeline, id) {
  const place = [...timeline.faces.keys()].indexOf(id) % FACE_COLOURS;
  return getComputedStyle(document.documentElement).getPropertyValue(`--face-${place + 1}`).trim();
}

function drawFaces(canvas, medium, { timeline, choice }, index) {
  if (!canvas || !medium) return;
  const scale = window.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = medium;
  canvas.width = width * scale;
  canvas.height = height * scale;
  const [frameWidth, frameHeight] = timeline.frameSize || [medium.videoWidth || medium.naturalWidth, medium.videoHeight || medium.naturalHeight];
  if (!frameWidth || !width) return;
  const context = canvas.getContext("2d");
  context.setTransform((scale * width) / frameWidth, 0, 0, (scale * height) / frameHeight, 0, 0);
  const unit = frameWidth / width; // one pixel of the screen
  context.font = `${13 * unit}px system-ui, sans-serif`;
  for (const face of timeline.faces.values()) {
    if (face.isSeen(index)) drawFace(context, timeline, face, index, choice, unit);
  }
}

function drawFace(context, timeline, face, index, choice, unit) {
  const side = (name) => face.value(index, `face box ${name}`);
  const [left, top, width, height] = ["left", "top", "width", "height"].map(side);
  if (Number.isNaN(left)) return;
  const isValid = face.valid.get(index) === 1;
  const colour = faceColour(timeline, face.id);
  const isChosen = choice.faces.includes(face.id);
  context.lineWidth = (isChosen ? 3 : 1.5) * unit;
  context.setLineDash(isValid ? [] : [6 * unit, 5 * unit]);
  context.strokeStyle = colour;
  context.strokeRect(left, top, width, height);
  const lines = [isValid ? face.id : `${face.id}: ${face.reasons.get(index) || "not valid"}`];
  if (isChosen && isValid) lines.push(...choice.metrics.map((name) => `${name} ${Math.round(face.value(index, name))}`));
  const lineHeight = 17 * unit;
  const widest = Math.max(...lines.map((line) => context.measureText(line).width)) + 10 * unit;
  const labelTop = Math.max(top - (isChosen ? 0 : lineHeight), 0);
  const besideIt = left + width + 4 * unit;
  const hasRoom = besideIt + widest <= context.canvas.width / context.getTransform().a;
  const labelLeft = isChosen ? (hasRoom ? besideIt : Math.max(left - widest - 4 * unit, 0)) : left;
  context.fillStyle = "rgba(10, 14, 20, 0.72)";
  context.fillRect(labelLeft, labelTop, widest, lineHeight * lines.length + 4 * unit);
  context.fillStyle = "#fff";
  lines.forEach((line, row) => context.fillText(line, labelLeft + 5 * unit, labelTop + lineHeight * (row + 0.8)));
}
