// Exact numbers of a stretch of time, out of a session JSON of any length: found by halving, read by its lines.
import { call, mediaUrl } from "mien/api";
import { SESSION, readLines, readSession } from "mien/session";

const PROBE_BYTES = 64 * 1024;
const ANY = { headers: { Accept: "*/*" } };

/**
 * Returns the frames of a result from `begin` to `end` seconds as the session JSON has them: [{time, faces}].
 * Throws if there is no such file.
 */
export async function exactFrames(entry, begin, end) {
  const file = entry.representations.find(({ content_type: type }) => type === SESSION);
  if (!file) return legacyFrames(entry, begin, end);
  const url = await mediaUrl(file.media);
  const from = await placeBefore(url, file.size_bytes, begin);
  return framesFrom(url, from, begin, end);
}

/** Returns a place in the file that lies at or before the first frame at `begin`, and not far before it. */
async function placeBefore(url, size, begin) {
  let [low, high] = [0, size];
  while (high - low > 2 * PROBE_BYTES) {
    const middle = Math.floor((low + high) / 2);
    const time = await firstTime(url, middle);
    if (time !== null && time < begin) low = middle;
    else high = middle;
  }
  return low;
}

async function firstTime(url, place) {
  for (let width = PROBE_BYTES; ; width *= 4) {
    const response = await part(url, place, place + width - 1);
    const text = new TextDecoder().decode(await response.arrayBuffer());
    const found = /\n\{"time":([0-9.]+)/.exec(text);
    if (found) return Number(found[1]);
    if (text.length < width / 4) return null; // the end of the file
  }
}

async function framesFrom(url, place, begin, end) {
  const response = await part(url, place);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const frames = [];
  let isOver = false;
  let [rest, isFirst] = ["", true]; // the head of the document, or half a line
  for (;;) {
    const { value, done } = await reader.read();
    rest += value || "";
    if (isFirst && rest.includes("\n")) [rest, isFirst] = [rest.slice(rest.indexOf("\n") + 1), false];
    if (!isFirst) {
      rest = readLines(rest, (frame) => {
        isOver = isOver || frame.time > end;
        if (frame.time >= begin && frame.time <= end) frames.push(frame);
      });
    }
    if (done || isOver) break;
  }
  reader.cancel();
  return frames;
}

async function part(url, begin, end = "") {
  const response = await fetch(url, { headers: { Range: `bytes=${begin}-${end}` }, credentials: "omit" });
  if (!response.ok) throw new Error(`the media store answered ${response.status}; reload the page`);
  return response;
}

async function legacyFrames(entry, begin, end) {
  const file = entry.representations.find(({ content_type: type }) => /vnd\.affectiva\.metrics/.test(type));
  if (!file) throw new Error("this result has no file with exact numbers");
  const timeline = await readSession(await call(file.media, ANY), () => {});
  const frames = [];
  for (let index = timeline.indexAt(begin); index < timeline.count && timeline.times[index] <= end; index += 1) {
    const faces = {};
    for (const face of timeline.faces.values()) {
      if (!face.isSeen(index)) continue;
      faces[face.id] = Object.fromEntries(timeline.names.map((name) => [name, face.value(index, name)]));
      faces[face.id].valid = face.isValid(index);
    }
    frames.push({ time: timeline.times[index], faces });
  }
  return frames;
}
