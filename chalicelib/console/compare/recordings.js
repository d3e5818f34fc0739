// The recordings of a comparison: jobs that an annotation or a selection names, and their timelines.
import { call, callJson, listJobs } from "mien/api";
import { TIMELINE, readPacked } from "mien/packed";
import { LEGACY, SESSION, readSession } from "mien/session";

export const MOST = 300;
const AT_ONCE = 6;
const KEPT_BYTES = 150e6;

/** Returns the finished jobs of `jobs` (ids) or of an annotation (`key` or `key=value`), at most 300, and if there were more. */
export async function jobsOf({ jobs, annotation }, signal) {
  if (jobs) {
    const found = await eachOf(jobs.split(",").slice(0, MOST), (id) => callJson(`jobs/${encodeURIComponent(id)}`, { signal }));
    return { jobs: found.filter(({ status }) => status === "done"), isMore: false };
  }
  const [key, value] = annotation.split(/=(.*)/s);
  const found = new Map();
  let next = `jobs/search_by_annotation?${new URLSearchParams({ key, ...(value ? { value } : {}), limit: "100" })}`;
  while (next && found.size <= MOST) {
    const page = await listJobs(next, signal);
    page.jobs.forEach((job) => job.status === "done" && found.set(job.self, job));
    next = page.next;
  }
  return { jobs: [...found.values()].slice(0, MOST), isMore: found.size > MOST };
}

/** Calls `work` for every item, a few at once, and returns what it returned in their order. */
export async function eachOf(items, work) {
  const results = new Array(items.length);
  let next = 0;
  async function take() {
    while (next < items.length) {
      const place = next;
      next += 1;
      results[place] = await work(items[place], place);
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, take));
  return results;
}

const kept = new Map();
let keptBytes = 0;

/** Returns a job's timeline with one metric, null if it has no numbers. Small files stay in memory, for the next metric. */
export async function readRecording(job, metric, signal) {
  const file = [TIMELINE, SESSION, LEGACY].map((type) => job.result?.representations.find(({ content_type: found }) => found === type)).find(Boolean);
  if (!file) return null;
  let bytes = kept.get(file.self);
  if (!bytes) {
    bytes = await (await call(file.media, { headers: { Accept: "*/*" }, signal })).arrayBuffer();
    if (keptBytes + bytes.byteLength < KEPT_BYTES) {
      kept.set(file.self, bytes);
      keptBytes += bytes.byteLength;
    }
  }
  const read = file.content_type === TIMELINE ? readPacked : readSession;
  return read(new Response(bytes), () => {}, new Set([metric]));
}
