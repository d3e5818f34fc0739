// The video or picture, exact to the frame: played, stepped, marked; boxes lie over it.
import { html } from "mien/html";
import { effect } from "@preact/signals-core";
import { useEffect, useRef, useState } from "preact/hooks";
import { mediaUrl, report } from "mien/api";
import { drawFaces } from "mien/boxes";

const HALF_A_TICK_S = 1e-3;
const FILM = "video/mp4"; // that the worker rendered on request
const ANNOTATED = "-annotated.mp4";
const LATEST_BEGIN_S = 1;
const TYPING = "input:not([type=checkbox]), select, textarea";

export function Stage({ job, timeline, count, rows, choice, frame, seek, range, known }) {
  const medium = useRef(null);
  const canvas = useRef(null);
  const shown = useRef({});
  const [source, setSource] = useState("");
  const [cannotPlay, setCannotPlay] = useState(false);
  const [isLooping, setLooping] = useState(false);
  const [isPlaying, setPlaying] = useState(false);
  const [isFilm, setFilm] = useState(false);
  const input = job.input?.representations?.[0];
  const film = job.result?.representations?.find((each) => each.content_type === FILM);
  const file = isFilm ? film : input;
  const isStill = count === 1 && !/^video\//.test(input?.content_type || "");
  const shiftS = isFilm ? beginOfFilm(job, timeline.times[0] ?? 0) : 0;
  const hasBoxes = isFilm && file.file_name.endsWith(ANNOTATED);
  shown.current = { timeline, choice, isLooping, shiftS, hasBoxes, names: known?.names };

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
  useEffect(() => drawFaces(canvas.current, medium.current, shown.current, frame.peek()), [count, rows, choice, source, known]);

  useEffect(() => {
    if (isStill) return undefined;
    return followed(medium.current, shown, frame, range);
  }, [source]);

  useEffect(() => effect(() => {
    // A file begins to play at its own 0, which may be before the first measured frame.
    const wanted = seek.value ?? shown.current.timeline.times[frame.peek()];
    frame.value = shown.current.timeline.indexAt(wanted);
    if (!isStill && medium.current) medium.current.currentTime = wanted - shown.current.shiftS + HALF_A_TICK_S;
  }), [source]);

  /** Shows the rendered film if the browser cannot play the input and there is one; else says so. */
  function fail() {
    if (film && !isFilm && !isStill) setFilm(true);
    else setCannotPlay(true);
  }
  function step(by) {
    const { times } = timeline;
    const index = Math.min(Math.max(frame.peek() + by, 0), times.length - 1);
    medium.current?.pause?.();
    seek.value = times[index];
  }
  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches?.(TYPING)) return;
    const isControl = event.target.matches?.("button, summary, a, input");
    const does = keys[event.key];
    if (!does || (isControl && event.key === " ")) return; // space presses the button that has the focus
    event.preventDefault();
    does();
  }
  const keys = {
    " ": toggle,
    ArrowLeft: () => step(-1),
    ArrowRight: () => step(1),
    Home: () => step(-Infinity),
    End: () => step(Infinity),
    l: () => setLooping(!isLooping),
    "[": () => mark(0),
    "]": () => mark(1),
    Escape: () => (range.value = null),
  };
  /** Lets the selection begin (0) or end (1) at the frame that is shown. */
  function mark(end) {
    const { times } = timeline;
    const chosen = [...(range.peek() || [times[0], times[times.length - 1]])];
    chosen[end] = times[frame.peek()];
    if (chosen[1] > chosen[0]) range.value = chosen;
  }
  function toggle() {
    const video = medium.current;
    if (!video?.play) return;
    if (video.paused) video.play().catch(fail);
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
          : html`<video ref=${medium} src=${source} preload="auto" playsinline onClick=${toggle} onError=${() => source && fail()}
              onPlay=${() => setPlaying(true)} onPause=${() => setPlaying(false)} aria-label=${job.filename}
              style=${cannotPlay && timeline.frameSize ? placeOf(timeline.frameSize) : null}
              onLoadedMetadata=${(event) => { if (event.target.videoWidth === 0) fail(); drawFaces(canvas.current, medium.current, shown.current, frame.peek()); }}></video>`}
        <canvas ref=${canvas} aria-hidden="true"></canvas>
      </div>
      ${cannotPlay && html`<p class="cannot">Your browser cannot show this kind of ${isStill ? "picture" : "film"} (${file?.content_type}); boxes are drawn
        where the faces are. Curves and numbers are complete. To see it here, send it ${isStill ? "as JPEG or PNG" : "with the option video: annotated, or as MP4 (H.264) or WebM"}.</p>`}
      ${isFilm && !cannotPlay && html`<p class="cannot">Your browser cannot play ${input.content_type}: this is the rendered film, ${file.file_name}.</p>`}
      ${!isStill && html`
        <figcaption class="transport">
          <button onClick=${toggle} disabled=${cannotPlay} aria-label=${isPlaying ? "Pause" : "Play"} title="Play or pause (space)">
            <${Icon} path=${isPlaying ? "M3 2h3.5v12H3zM9.5 2H13v12H9.5z" : "M4 2l10 6-10 6z"} /></button>
          <button onClick=${() => step(-1)} aria-label="One frame back" title="One frame back (←)"><${Icon} path="M2 2h2v12H2zM14 2v12L5 8z" /></button>
          <button onClick=${() => step(1)} aria-label="One frame on" title="One frame on (→)"><${Icon} path="M12 2h2v12h-2zM2 2l9 6-9 6z" /></button>
          <label class="check"><input type="checkbox" checked=${isLooping} onChange=${(event) => setLooping(event.target.checked)} /> Loop the selection</label>
          <${Clock} timeline=${timeline} frame=${frame} />
        </figcaption>`}
    </figure>
  `;
}

const Icon = ({ path }) => html`<svg width="14" height="14" viewBox="0 0 16 16" aria-hidden="true"><path d=${path} fill="currentColor" /></svg>`;

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
    const { timeline, isLooping, shiftS } = shown.current;
    const chosen = range.peek();
    const isOutside = chosen && (timeS >= chosen[1] || timeS < chosen[0] - HALF_A_TICK_S);
    if (isLooping && isOutside && !video.paused) video.currentTime = chosen[0] - shiftS + HALF_A_TICK_S;
    frame.value = timeline.indexAt(timeS);
  }
  if (!video.requestVideoFrameCallback) {
    const onTime = () => at(video.currentTime + shown.current.shiftS);
    video.addEventListener("timeupdate", onTime);
    return () => video.removeEventListener("timeupdate", onTime);
  }
  function onFrame(_now, { mediaTime }) {
    if (isOver) return;
    // While it is paused, the frame is what was sought: frames of earlier seeks may still arrive.
    if (!video.paused) at(mediaTime + shown.current.shiftS + HALF_A_TICK_S);
    handle = video.requestVideoFrameCallback(onFrame);
  }
  const onRest = () => at(video.currentTime + shown.current.shiftS);
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

/** Returns the style of a film without a picture: as large as it may be on this screen, in its own proportions. */
const placeOf = ([width, height]) => ({ aspectRatio: `${width} / ${height}`, width: `min(100%, ${(40 * width) / height}vh)` });

/** Returns which time of the media is 0 in its rendered film: as the worker has it, for stretches and late clocks. */
function beginOfFilm(job, firstS) {
  if (job.start_s) return job.start_s;
  return firstS >= 0 && firstS <= LATEST_BEGIN_S ? 0 : firstS;
}
