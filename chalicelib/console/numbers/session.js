// Session JSON and legacy JSON, read as a stream: results that have no timeline, and exact numbers.
import { Timeline, sizeIn } from "mien/timeline";

export const SESSION = "application/vnd.affectiva.session.v0+json";
export const LEGACY = "application/vnd.affectiva.metrics.v0+json";
const YIELD_MS = 40;
const WITHOUT_REASON = "not valid";

/** Reads a result file from a `Response`. Calls `onProgress(timeline)` now and then. Throws if it cannot be read. */
export async function readSession(response, onProgress) {
  const timeline = new Timeline();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let isHead = true;
  let since = performance.now();
  for (;;) {
    const { value, done } = await reader.read();
    rest += value || "";
    if (isHead && rest.includes("\n")) {
      const head = rest.slice(0, rest.indexOf("\n"));
      if (!head.endsWith('"frames":[')) return readWhole(timeline, await restOf(reader, rest));
      readHead(timeline, JSON.parse(`${head}]}`));
      rest = rest.slice(head.length + 1);
      isHead = false;
    }
    if (!isHead) rest = readLines(rest, (frame) => addFrame(timeline, frame));
    if (done) break;
    if (performance.now() - since > YIELD_MS) {
      onProgress(timeline);
      await new Promise((resolve) => setTimeout(resolve));
      since = performance.now();
    }
  }
  return isHead ? readWhole(timeline, rest) : timeline;
}

/** Calls `take(frame)` for every whole line of frames in `text`, and returns what is left of it. */
export function readLines(text, take) {
  let begin = 0;
  for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", begin)) {
    const line = text.slice(begin, text[end - 1] === "," ? end - 1 : end);
    begin = end + 1;
    if (line.startsWith("{")) take(JSON.parse(line));
  }
  return text.slice(begin);
}

function readHead(timeline, head) {
  timeline.names = Object.keys(head.configuration);
  timeline.frameSize = sizeIn(head);
}

function addFrame(timeline, frame) {
  const index = timeline.count;
  timeline.clock.push(frame.time);
  for (const [id, values] of Object.entries(frame.faces)) {
    const face = timeline.face(id);
    const reasons = values["invalid reasons"] || [];
    face.addRow(index, values.valid === false ? timeline.maskOf(reasons.length ? reasons : [WITHOUT_REASON]) : 0);
    for (const [name, value] of Object.entries(values)) {
      if (typeof value === "number") face.put(name, value);
    }
  }
}

async function restOf(reader, text) {
  let whole = text;
  for (;;) {
    const { value, done } = await reader.read();
    whole += value || "";
    if (done) return whole;
  }
}

function readWhole(timeline, text) {
  const document = JSON.parse(text);
  if (document.content_type === SESSION) {
    readHead(timeline, document);
    document.frames.forEach((frame) => addFrame(timeline, frame));
    return timeline;
  }
  timeline.frameSize = sizeIn(document);
  const { "time stamp (msec)": times, "invalid reasons": reasons = [], ...columns } = document.metrics;
  timeline.names = Object.keys(document.metric_map).filter((name) => name in columns);
  const face = timeline.face("0");
  times.forEach((time, index) => {
    timeline.clock.push(time / 1000);
    if (Object.values(columns)[0][index] === "TF") return;
    const isInvalid = columns.valid?.[index] === 0;
    face.addRow(index, isInvalid ? timeline.maskOf((reasons[index] || WITHOUT_REASON).split("; ")) : 0);
    for (const [name, values] of Object.entries(columns)) {
      if (name !== "valid" && typeof values[index] === "number") face.put(name, values[index]);
    }
  });
  if (face.rows === 0) timeline.faces.delete("0");
  return timeline;
}
