// All jobs that a filter finds, page by page, kept fresh without asking for all of them again.
import { useEffect, useRef, useState } from "preact/hooks";
import { callJson, listJobs, report } from "mien/api";

const PAGE = 100;
const MOST = 5000;
const REFRESH_MS = 2000;
const AT_A_TIME = 10;
export const OVER = new Set(["done", "error", "cancelled"]);

/** Returns {jobs, isLoading, isWhole, reload}: newest first. `path`: what lists them, with its filters. */
export function useJobs(path) {
  const [state, setState] = useState({ jobs: [], isLoading: true, isWhole: false });
  const reloadNow = useRef(() => {});
  useEffect(() => {
    const abort = new AbortController();
    const known = new Map();
    let timer = 0;
    let isWhole = false;
    const publish = (isLoading) => !abort.signal.aborted && setState({ jobs: [...known.values()].sort(newestFirst), isLoading, isWhole });
    const page = (address) => listJobs(address, abort.signal);
    const first = `${path}${path.includes("?") ? "&" : "?"}limit=${PAGE}`;
    async function loadAll() {
      known.clear();
      let next = first;
      while (next && known.size < MOST) {
        const found = await page(next);
        found.jobs.forEach((job) => known.set(job.self, job));
        next = found.next;
        publish(Boolean(next) && known.size === 0);
      }
      isWhole = !next;
      publish(false);
    }
    async function refresh() {
      const { jobs, next } = await page(first);
      const oldest = next && jobs.length ? jobs.at(-1).self : "";
      for (const [self] of known) if (self >= oldest && !jobs.some((job) => job.self === self)) known.delete(self); // ids sort by time
      jobs.forEach((job) => known.set(job.self, job));
      const moving = [...known.values()].filter((job) => !OVER.has(job.status) && !jobs.includes(job)).slice(-AT_A_TIME);
      const found = await Promise.all(moving.map((job) => callJson(job.self, { signal: abort.signal }).catch(() => null)));
      found.forEach((job) => job && known.set(job.self, job));
      publish(false);
    }
    function again() {
      const isQuiet = document.hidden || [...known.values()].every((job) => OVER.has(job.status));
      if (!abort.signal.aborted) timer = setTimeout(() => run(refresh), isQuiet ? REFRESH_MS * 3 : REFRESH_MS);
    }
    async function run(load) {
      clearTimeout(timer);
      try {
        await load();
      } catch (error) {
        report(error);
      }
      again();
    }
    reloadNow.current = () => run(loadAll);
    setState({ jobs: [], isLoading: true, isWhole: false });
    run(loadAll);
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [path]);
  return { ...state, reload: () => reloadNow.current() };
}

const newestFirst = (a, b) => (a.self < b.self ? 1 : -1);
