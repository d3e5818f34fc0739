// A finished batch: how its jobs ended, and each of them.
import { html } from "mien/html";
import { useEffect, useState } from "preact/hooks";
import { callJson, idOf, listJobs, report } from "mien/api";
import { Detail } from "mien/rows";

const PAGE = 100;

export function Tabulated({ job }) {
  const [{ states, jobs, next }, setBatch] = useState({ states: null, jobs: [], next: null });
  const path = `batches/${idOf(job)}`;
  async function add(page) {
    const { jobs: more, next: rest } = await listJobs(page);
    setBatch((was) => ({ ...was, jobs: [...was.jobs, ...more], next: rest }));
  }
  useEffect(() => {
    callJson(path).then(({ states: found }) => setBatch((was) => ({ ...was, states: found })), report);
    add(`${path}/jobs?limit=${PAGE}`).catch(report);
  }, [path]);
  return html`
    <p>A batch of ${states ? countsOf(states) : "jobs"}. Files has one table of the results of all its jobs.</p>
    <ol class="members">${jobs.map((each) => html`
      <li key=${each.self}><a href=${`#/job/${idOf(each)}`}>${each.filename || "(no file)"}</a> <span class=${`status ${each.status}`}>${each.status}</span> <${Detail} job=${each} /></li>`)}</ol>
    ${next && html`<button onClick=${() => add(next).catch(report)}>Show more jobs</button>`}
  `;
}

/** Returns how many jobs there are, and how many in each state: "5 jobs: 4 done, 1 failed". */
function countsOf(states) {
  const count = Object.values(states).reduce((sum, each) => sum + each, 0);
  const parts = Object.entries(states).filter(([, each]) => each > 0).map(([state, each]) => `${each} ${state === "error" ? "failed" : state}`);
  return `${count} ${count === 1 ? "job" : "jobs"}: ${parts.join(", ")}`;
}
