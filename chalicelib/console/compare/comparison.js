// Many recordings on one clock: means, bands, differences. A test holds it to a reference in Python, to the last digit.

export const RESAMPLES = 400;
const MOST_BINS = 1000;
const [LOW, HIGH] = [0.025, 0.975];

/** Returns how long a step of the common clock is, in seconds, for recordings of at most so many seconds. */
export const stepFor = (longestS) => Math.max(0.1, Math.ceil((10 * longestS) / MOST_BINS) / 10);

/** Returns the face that is valid in most frames, null if there is none. The first one counts if several are. */
export function mainFace(timeline) {
  let main = null;
  for (const face of timeline.faces.values()) {
    if (face.validFrames > 0 && (!main || face.validFrames > main.validFrames)) main = face;
  }
  return main;
}

/** Returns the mean of a metric in each step of the clock since the first frame; NaN without a valid frame. */
export function binned(timeline, face, metric, stepS, bins) {
  const [sums, counts] = [new Float64Array(bins), new Uint32Array(bins)];
  const column = face?.columns.get(metric);
  const [begin] = timeline.times;
  for (let row = 0; column && row < face.rows; row += 1) {
    if (face.masks.data[row] !== 0) continue;
    const bin = Math.floor((timeline.times[face.frames.data[row]] - begin) / stepS + 1e-9);
    if (bin >= bins) continue;
    sums[bin] += column.get(row);
    counts[bin] += 1;
  }
  return sums.map((sum, bin) => (counts[bin] ? sum / counts[bin] : NaN));
}

/**
 * Returns {count, mean, low, high} of each step for a group of recordings as `binned` made them: how many have a value, their
 * mean, and the limits between which 95 of 100 means lie if recordings are drawn again (bootstrap over recordings).
 */
export async function summed(group, bins, seed, pause) {
  const drawn = await resampledMeans(group, bins, seed, pause);
  const count = Array.from({ length: bins }, (_, bin) => group.reduce((sum, values) => sum + !Number.isNaN(values[bin]), 0));
  const mean = meansOf(group, bins, new Array(group.length).fill(1));
  return { count, mean, ...limits(drawn, bins), drawn };
}

/** Returns {mean, low, high} of the difference of two groups as `summed` returned them. */
export function difference(a, b, bins) {
  const drawn = a.drawn.map((means, at) => means.map((value, bin) => value - b.drawn[at][bin]));
  return { mean: a.mean.map((value, bin) => value - b.mean[bin]), ...limits(drawn, bins) };
}

async function resampledMeans(group, bins, seed, pause) {
  const next = generator(seed);
  const drawn = [];
  for (let again = 0; again < RESAMPLES; again += 1) {
    const weights = new Array(group.length).fill(0);
    for (let place = 0; place < group.length; place += 1) weights[Math.floor(next() * group.length)] += 1;
    drawn.push(meansOf(group, bins, weights));
    if (again % 20 === 0) await pause?.();
  }
  return drawn;
}

function meansOf(group, bins, weights) {
  const [sums, counts] = [new Float64Array(bins), new Float64Array(bins)];
  group.forEach((values, place) => {
    const weight = weights[place];
    if (weight === 0) return;
    for (let bin = 0; bin < bins; bin += 1) {
      const value = values[bin];
      if (value !== value) continue; // NaN
      sums[bin] += weight * value;
      counts[bin] += weight;
    }
  });
  return sums.map((sum, bin) => (counts[bin] ? sum / counts[bin] : NaN));
}

function limits(drawn, bins) {
  const [low, high] = [new Float64Array(bins).fill(NaN), new Float64Array(bins).fill(NaN)];
  const column = new Float64Array(drawn.length);
  for (let bin = 0; bin < bins; bin += 1) {
    let length = 0;
    for (const means of drawn) if (means[bin] === means[bin]) column[length++] = means[bin];
    if (length === 0) continue;
    const sorted = column.subarray(0, length).sort();
    low[bin] = sorted[Math.floor(LOW * (length - 1))];
    high[bin] = sorted[Math.ceil(HIGH * (length - 1))];
  }
  return { low, high };
}

/** Mulberry32: the same numbers from 0 to 1 for a seed, here and in Python. */
function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
