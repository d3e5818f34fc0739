// The timeline file: columns by face in little space (docs/results.md has the layout). Its overview comes first.
import { Column, Timeline, sizeIn } from "mien/timeline";

export const TIMELINE = "application/vnd.mien.timeline.v0";
const MAGIC = "mientl 1";
const YIELD_MS = 40;

/**
 * Reads a timeline file from a `Response`. Calls `onProgress(timeline)` once the overview is there, and after each face.
 * `wanted` limits the columns that are kept. Throws if it cannot be read.
 */
export async function readPacked(response, onProgress, wanted = null) {
  const bytes = new Bytes(response.body.getReader());
  const start = await bytes.take(12);
  if (new TextDecoder().decode(start.subarray(0, 8)) !== MAGIC) throw new Error("this is no timeline");
  const headLength = new DataView(start.buffer, start.byteOffset).getUint32(8, true);
  const head = JSON.parse(new TextDecoder().decode(await inflated(await bytes.take(headLength))));
  const timeline = new Timeline();
  timeline.isExact = false;
  timeline.frameSize = sizeIn(head);
  timeline.reasons = head.reasons;
  timeline.holes = new Map(head.holes?.map(({ frame, lasts_s: lasts }) => [frame, lasts]));
  timeline.names = head.columns.map(({ name }) => name);
  timeline.clock = Column.of(timesOf(await inflated(await bytes.take(head.times.bytes)), head), 1);
  for (const face of head.faces) {
    const data = await inflated(await bytes.take(face.overview_bytes));
    timeline.face(face.face_id).overview = overviewOf(data, face, head, wanted);
  }
  onProgress(timeline);
  for (const face of head.faces) {
    const data = await inflated(await bytes.take(face.bytes));
    await addRows(timeline.face(face.face_id), data, face, head, wanted);
    onProgress(timeline);
  }
  return timeline;
}

/** What a stream has brought so far, and a way to take the next so many bytes of it. */
class Bytes {
  constructor(reader) {
    this.reader = reader;
    this.parts = [];
    this.length = 0;
  }

  async take(size) {
    while (this.length < size) {
      const { value, done } = await this.reader.read();
      if (done) throw new Error("the timeline ends early");
      this.parts.push(value);
      this.length += value.length;
    }
    const taken = new Uint8Array(size);
    let filled = 0;
    while (filled < size) {
      const part = this.parts[0];
      const count = Math.min(part.length, size - filled);
      taken.set(part.subarray(0, count), filled);
      filled += count;
      if (count === part.length) this.parts.shift();
      else this.parts[0] = part.subarray(count);
    }
    this.length -= size;
    return taken;
  }
}

async function inflated(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Streams of integers one after another: each the running sum of zigzag differences in 7 bits a byte. */
class Unpacker {
  constructor(data) {
    this.data = data;
    this.place = 0;
  }

  into(target) {
    const { data } = this;
    let { place } = this;
    let sum = 0;
    for (let index = 0; index < target.length; index += 1) {
      let byte = data[place++];
      let zigzag = byte & 0x7f;
      for (let weight = 128; byte > 0x7f; weight *= 128) {
        byte = data[place++];
        zigzag += (byte & 0x7f) * weight;
      }
      sum += zigzag % 2 ? -(zigzag + 1) / 2 : zigzag / 2;
      target[index] = sum;
    }
    this.place = place;
    return target;
  }
}

function timesOf(data, head) {
  const times = new Unpacker(data).into(new Float64Array(head.frames));
  const perS = Math.round(1 / head.times.step_s);
  let now = 0;
  for (let index = 0; index < times.length; index += 1) {
    now += times[index];
    times[index] = now / perS;
  }
  return times;
}

function overviewOf(data, face, head, wanted) {
  const unpacker = new Unpacker(data);
  const next = () => unpacker.into(new Int32Array(face.buckets));
  const [buckets, seen, valid] = [next(), next(), next()];
  const [low, high] = [new Map(), new Map()];
  const least = head.columns.map(next);
  head.columns.forEach(({ name, step }, place) => {
    const most = next();
    if (wanted && !wanted.has(name)) return;
    for (let row = 0; row < most.length; row += 1) most[row] += least[place][row];
    low.set(name, Column.of(least[place], perUnit(step)));
    high.set(name, Column.of(most, perUnit(step)));
  });
  const bucketFrames = head.bucket_frames;
  const [first, last] = [buckets[0] * bucketFrames, Math.min((buckets.at(-1) + 1) * bucketFrames, head.frames) - 1];
  return { buckets, seen, valid, low, high, bucketFrames, first, last };
}

async function addRows(face, data, { rows }, head, wanted) {
  const unpacker = new Unpacker(data);
  const frames = unpacker.into(new Int32Array(rows));
  const masks = unpacker.into(new Uint32Array(rows));
  let since = performance.now();
  for (const { name, step } of head.columns) {
    const integers = unpacker.into(new Int32Array(rows));
    if (!wanted || wanted.has(name)) face.columns.set(name, Column.of(narrowed(integers), perUnit(step)));
    if (performance.now() - since > YIELD_MS) {
      await new Promise((resolve) => setTimeout(resolve));
      since = performance.now();
    }
  }
  face.frames = Column.of(frames, 1);
  face.masks = Column.of(masks, 1);
  for (let row = 0; row < rows; row += 1) face.note(frames[row], masks[row]);
}

/** Returns the same integers in half the memory, if they fit. */
function narrowed(integers) {
  const narrow = Int16Array.from(integers);
  return narrow.every((value, row) => value === integers[row]) ? narrow : integers;
}

const perUnit = (step) => Math.round(1 / step);
