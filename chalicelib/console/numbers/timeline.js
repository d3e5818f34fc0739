// A result in memory: one time per frame; by face, one row for each frame that shows it, one column per metric.

/** Numbers that may become more. */
export class Column {
  constructor(Type = Float32Array, perUnit = 1) {
    this.data = new Type(256);
    this.length = 0;
    this.perUnit = perUnit;
  }

  static of(data, perUnit) {
    const column = new Column(data.constructor, perUnit);
    column.data = data;
    column.length = data.length;
    return column;
  }

  push(value) {
    if (this.length === this.data.length) {
      const larger = new this.data.constructor(this.data.length * 2);
      larger.set(this.data);
      this.data = larger;
    }
    this.data[this.length] = value;
    this.length += 1;
  }

  get(row) {
    return row >= 0 && row < this.length ? this.data[row] / this.perUnit : NaN;
  }

  /** Returns the least, the greatest and the mean of some rows, null if there are none. */
  extent(begin, end) {
    let [low, high, sum, count] = [Infinity, -Infinity, 0, 0];
    const { data } = this;
    for (let row = begin; row < end; row += 1) {
      const value = data[row];
      if (value !== value) continue; // NaN
      if (value < low) low = value;
      if (value > high) high = value;
      sum += value;
      count += 1;
    }
    return count ? [low / this.perUnit, high / this.perUnit, sum / count / this.perUnit] : null;
  }
}

/** Returns the first place in ascending `numbers` that is not below `wanted`. */
export function placeOf(numbers, wanted, length = numbers.length) {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * One face. `frames`: the number of the frame of each row; `masks`: why a row is not valid, a bit for each of the
 * timeline's reasons; `columns` by metric. `overview` sums up every 64 frames, null in results without one.
 */
export class Face {
  constructor(id, timeline) {
    this.id = id;
    this.timeline = timeline;
    this.frames = new Column(Int32Array);
    this.masks = new Column(Uint32Array);
    this.columns = new Map();
    this.overview = null;
    this.seenFrames = 0;
    this.validFrames = 0;
    this.invalidRuns = []; // [first frame, last frame, mask]
    this.lastRow = 0;
  }

  get rows() {
    return this.frames.length;
  }

  get first() {
    return this.rows ? this.frames.data[0] : this.overview.first;
  }

  get last() {
    return this.rows ? this.frames.data[this.rows - 1] : this.overview.last;
  }

  /** Returns the row of a frame, -1 if it does not show the face. */
  rowAt(frame) {
    const { data } = this.frames;
    for (const row of [this.lastRow, this.lastRow + 1]) {
      if (row < this.rows && data[row] === frame) return (this.lastRow = row);
    }
    const row = this.rowFrom(frame);
    return row < this.rows && data[row] === frame ? (this.lastRow = row) : -1;
  }

  /** Returns the first row that is not before a frame. */
  rowFrom(frame) {
    return placeOf(this.frames.data, frame, this.rows);
  }

  value(frame, name) {
    return this.columns.get(name)?.get(this.rowAt(frame)) ?? NaN;
  }

  isSeen(frame) {
    return this.rowAt(frame) >= 0;
  }

  isValid(frame) {
    const row = this.rowAt(frame);
    return row >= 0 && this.masks.data[row] === 0;
  }

  /** Returns why a frame of this face is not valid, "" if it is. */
  reason(frame) {
    const row = this.rowAt(frame);
    return row < 0 ? "" : this.timeline.reasonText(this.masks.data[row]);
  }

  /** Adds a row, or says of one in `frames` and `masks` already that it is there. */
  addRow(frame, mask) {
    this.frames.push(frame);
    this.masks.push(mask);
    this.note(frame, mask);
  }

  note(frame, mask) {
    this.seenFrames += 1;
    if (mask === 0) {
      this.validFrames += 1;
      return;
    }
    const last = this.invalidRuns.at(-1);
    if (last && last[1] === frame - 1 && last[2] === mask) last[1] = frame;
    else this.invalidRuns.push([frame, frame, mask]);
  }

  put(name, value) {
    let column = this.columns.get(name);
    if (!column) this.columns.set(name, (column = new Column()));
    while (column.length < this.rows - 1) column.push(NaN);
    column.push(value);
  }

  /** Returns the least, the greatest and the mean (null in an overview) of a metric from frame `begin` up to `end`, or null. */
  extent(name, begin, end) {
    const isFine = this.rows > 0 && (!this.overview || end - begin < 2 * this.overview.bucketFrames);
    if (isFine) return this.columns.get(name)?.extent(this.rowFrom(begin), this.rowFrom(end)) ?? null;
    if (!this.overview) return null;
    const { buckets, bucketFrames, low, high } = this.overview;
    const [from, to] = [placeOf(buckets, Math.floor(begin / bucketFrames)), placeOf(buckets, Math.ceil(end / bucketFrames))];
    const least = low.get(name)?.extent(from, to);
    return least ? [least[0], high.get(name).extent(from, to)[1], null] : null;
  }
}

export class Timeline {
  constructor() {
    this.clock = new Column(Float64Array);
    this.faces = new Map();
    this.names = [];
    this.reasons = [];
    this.frameSize = null;
    this.isExact = true;
    this.holes = new Map(); // by the number of a frame after which some were lost: for how many seconds it stands
  }

  get count() {
    return this.clock.length;
  }

  get times() {
    return this.clock.data.subarray(0, this.count);
  }

  face(id) {
    let face = this.faces.get(id);
    if (!face) this.faces.set(id, (face = new Face(id, this)));
    return face;
  }

  /** Returns the frame that is shown at `timeS`: the last that has begun. */
  indexAt(timeS) {
    return Math.max(placeOf(this.clock.data, timeS + 1e-4, this.count) - 1, 0);
  }

  /** Returns how many seconds a frame stands: until the next one or a hole; the last as long as the one before it. */
  lasts(frame) {
    if (this.count < 2) return 0;
    const begin = Math.min(frame, this.count - 2);
    return this.holes.get(begin) ?? this.times[begin + 1] - this.times[begin];
  }

  reasonText(mask) {
    return this.reasons.filter((_reason, place) => mask & (1 << place)).join(", ");
  }

  maskOf(reasons) {
    let mask = 0;
    for (const reason of reasons) {
      if (!this.reasons.includes(reason)) this.reasons.push(reason);
      mask |= 1 << this.reasons.indexOf(reason);
    }
    return mask;
  }
}

/** Returns [width, height] of the frames that boxes refer to, null in results that do not say. */
export function sizeIn(document) {
  const size = document?.frame_size;
  return size ? [size.width_px, size.height_px] : null;
}
