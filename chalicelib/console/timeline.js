// Result files read as a stream into columns: one time per frame, one column per face and metric.

const SESSION = "application/vnd.affectiva.session.v0+json";
const LEGACY = "application/vnd.affectiva.metrics.v0+json";
const YIELD_MS = 40;

class Column {
  constructor(Type, fill) {
    this.Type = Type;
    this.fill = fill;
    this.data = new Type(512).fill(fill);
  }

  set(index, value) {
    if (index >= this.data.length) {
      const larger = new this.Type(Math.max(index + 1, this.data.length * 2)).fill(this.fill);
      larger.set(this.data);
      this.data = larger;
    }
    this.data[index] = value;
  }

  get(index) {
    return index < this.data.length ? this.data[index] : this.fill;
  }
}

/** One face over the whole medium. `columns` by metric; `valid` is 1 or 0 per frame; `reasons` by frame. */
class Face {
  constructor(id) {
    this.id = id;
    this.columns = new Map();
    this.valid = new Column(Uint8Array, 1);
    this.reasons = new Map();
    this.first = -1;
    this.last = -1;
    this.frames = 0;
  }

  put(index, name, value) {
    let column = this.columns.get(name);
    if (!column) this.columns.set(name, (column = new Column(Float32Array, NaN)));
    column.set(index, value);
  }

  value(index, name) {
    return this.columns.get(name)?.get(index) ?? NaN;
  }

  isSeen(index) {
    for (const column of this.columns.values()) return !Number.isNaN(column.get(index));
    return false;
  }

  seen(index) {
    if (this.first < 0) this.first = index;
    this.last = index;
    this.frames += 1;
  }
}

export class Timeline {
  constructor() {
    this.clock = new Column(Float64Array, NaN);
    this.count = 0;
    this.faces = new Map();
    this.names = [];
    this.frameSize = null;
  }

  get times() {
    return this.clock.data.subarray(0, this.count);
  }

  face(id) {
    let face = this.faces.get(id);
    if (!face) this.faces.set(id, (face = new Face(id)));
    return face;
  }

  /** Returns the frame that is shown at `timeS`: the last that has begun. */
  indexAt(timeS) {
    const times = this.clock.data;
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (times[middle] <= timeS + 1e-4) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  addFrame(frame) {
    const index = this.count;
    this.clock.set(index, frame.time);
    this.count += 1;
    for (const [id, values] of Object.entries(frame.faces)) {
      const face = this.face(id);
      face.seen(index);
      for (const [name, value] of Object.entries(values)) {
        if (typeof value === "number") face.put(index, name, value);
      }
      if (values.valid === false) {
        face.valid.set(index, 0);
        face.reasons.set(index, values["invalid reasons"].join(", "));
      }
    }
  }
}

/** Returns the representation that curves are drawn from, undefined if a result has none. */
export const numbersOf = (entry) =>
  entry.representations.find(({ content_type: type }) => type === SESSION || type === LEGACY);

/** Reads a result file from a `Response`. Calls `onProgress(timeline)` now and then. Throws if it cannot be read. */
export async function readTimeline(response, onProgress) {
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
    if (!isHead) rest = readLines(timeline, rest);
    if (done) break;
    if (performance.now() - since > YIELD_MS) {
      onProgress(timeline);
      await new Promise((resolve) => setTimeout(resolve));
      since = performance.now();
    }
  }
  return isHead ? readWhole(timeline, rest) : timeline;
}

function readHead(timeline, head) {
  timeline.names = Object.keys(head.configuration);
  timeline.frameSize = sizeIn(head);
}

/** Returns [width, height] of the frames that boxes refer to, null in results that do not say. */
export function sizeIn(document) {
  const size = document?.frame_size;
  return size ? [size.width_px, size.height_px] : null;
}

function readLines(timeline, text) {
  let begin = 0;
  for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", begin)) {
    const line = text.slice(begin, text[end - 1] === "," ? end - 1 : end);
    begin = end + 1;
    if (line.startsWith("{")) timeline.addFrame(JSON.parse(line));
  }
  return text.slice(begin);
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
    document.frames.forEach((frame) => timeline.addFrame(frame));
    return timeline;
  }
  timeline.frameSize = sizeIn(document);
  const { "time stamp (msec)": times, ...columns } = document.metrics;
  timeline.names = Object.keys(document.metric_map).filter((name) => name in columns);
  const face = timeline.face("0");
  const isSeen = (index) => Object.values(columns)[0][index] !== "TF";
  times.forEach((time, index) => {
    timeline.clock.set(index, time / 1000);
    timeline.count += 1;
    if (!isSeen(index)) return;
    face.seen(index);
    for (const [name, values] of Object.entries(columns)) {
      if (typeof values[index] === "number") face.put(index, name, values[index]);
    }
    if (columns.valid && columns.valid[index] === 0) {
      face.valid.set(index, 0);
      face.reasons.set(index, columns["invalid reasons"]?.[index] || "");
    }
  });
  return timeline;
}
