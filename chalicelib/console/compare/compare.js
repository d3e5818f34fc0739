// Several results side by side: one stimulus, many viewers.
import { html } from "mien/html";
import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import { idOf, report } from "mien/api";
import { binned, difference, mainFace, stepFor, summed } from "mien/comparison";
import { clockText } from "mien/curves";
import { Explanation, ReliabilityMark, useMetrics } from "mien/explanation";
import { grouped } from "mien/metrics";
import { MOST, eachOf, jobsOf, readRecording } from "mien/recordings";
import { csvLine, saveText } from "mien/save";
import { address, colours, setQuery, useSignal } from "mien/state";

const SEEDS = [1, 2];

export function Compare() {
  const { query } = useSignal(address);
  const metrics = useMetrics();
  const metric = query.get("metric") || "smile";
  const groups = [
    { jobs: query.get("jobs") || "", annotation: query.get("a") || "" },
    { jobs: "", annotation: query.get("b") || "" },
  ].filter(({ jobs, annotation }) => jobs || annotation);
  const { result, progress } = useComparison(groups, metric);
  const names = grouped(Object.keys(metrics)).filter(([title]) => title === "Expressions" || title === "Emotions").flatMap(([, all]) => all);
  function submit(event) {
    event.preventDefault();
    const form = new FormData(event.target);
    setQuery({ a: form.get("a").trim(), b: form.get("b").trim(), jobs: form.get("a").trim() ? null : query.get("jobs") });
  }
  return html`
    <h1>Compare</h1>
    <form class="toolbar" onSubmit=${submit} key=${`${query.get("a")}|${query.get("b")}`}>
      <label>Jobs with the annotation <input name="a" defaultValue=${query.get("a") || ""} placeholder=${query.get("jobs") ? "those that you selected" : "stimulus=spot A"} /></label>
      <label>against <input name="b" defaultValue=${query.get("b") || ""} placeholder="nothing, or stimulus=spot B" /></label>
      <button class="main">Compare</button>
      <label>Metric <select value=${metric} onChange=${(event) => setQuery({ metric: event.target.value })}>
        ${(names.length ? names : [metric]).map((name) => html`<option value=${name}>${name}</option>`)}</select></label>
      <${ReliabilityMark} metric=${metrics[metric]} />
    </form>
    ${groups.length === 0 && html`<${Teaching} />`}
    ${progress && html`<p class="hint" role="status">${progress}</p>`}
    ${result && html`<${Comparison} result=${result} metric=${metric} />`}
    ${groups.length > 0 && html`<details class="help"><summary>What is ${metric}?</summary><${Explanation} name=${metric} metric=${metrics[metric]} /></details>`}
  `;
}

const Teaching = () => html`
  <div class="empty">
    <h2>One stimulus, many viewers</h2>
    <p>Send the recordings with an annotation, such as <code>stimulus=spot A</code>, then name it above; or select jobs in the list.
    Their curves are laid over one clock, from the first frame of each, and averaged.</p>
    <p class="small">One face of each recording counts, the one that is valid in most frames, and only its valid frames. Up to ${MOST} recordings.</p>
  </div>
`;

function Comparison({ result, metric }) {
  const { groups, stepS, bins, against } = result;
  const [, repaint] = useState(0);
  useEffect(() => {
    const dark = window.matchMedia("(prefers-color-scheme: dark)");
    const onChange = () => repaint((times) => times + 1);
    dark.addEventListener("change", onChange);
    return () => dark.removeEventListener("change", onChange);
  }, []);
  const empty = groups.flatMap(({ recordings }) => recordings).filter(({ hasFace }) => !hasFace).length;
  const clock = Array.from({ length: bins }, (_, bin) => bin * stepS);
  return html`
    <section aria-label="Comparison">
      <h2>${metric}: mean ${groups.length > 1 ? "of each group" : "of all recordings"}, with a band that holds 95 % of resampled means</h2>
      <p class="legend">${groups.map(({ title, recordings }, at) => html`<span><i style=${{ background: colours().curves[at] }}></i>${title}: ${recordings.length} recordings</span>`)}</p>
      <${Plot} height=${300} label=${`Mean ${metric} over time`} series=${meanSeries(groups, bins)} clock=${clock} low=${metric === "valence" ? -100 : 0} high=${100} />
      ${against && html`<h2>${groups[0].title} less ${groups[1].title}</h2>
        <${Plot} height=${180} label="Difference of the groups" series=${bandOf(against, 2)} clock=${clock} />`}
      <h2>Valid faces at each moment</h2>
      <${Plot} height=${120} label="Valid faces at each moment" clock=${clock} low=${0}
        series=${groups.map(({ sums }, at) => ({ values: sums.count, stroke: colours().curves[at], width: 1.5, isStep: true }))} />
      ${empty > 0 && html`<p class="not-valid">${empty} ${empty === 1 ? "recording has" : "recordings have"} no valid face and count nowhere.</p>`}
      <p class="toolbar tight">
        <button onClick=${() => saveText(`${metric}-compared.csv`, csvOf(result, clock), "text/csv")}>CSV of means and bands</button>
        <button onClick=${() => saveText(`${metric}-recordings.csv`, recordingsCsv(result, clock), "text/csv")}>CSV of every recording</button>
        <span class="hint">Steps of ${+stepS.toFixed(1)} s. A band tells how far the mean could be another with other viewers like these; it does not tell how right a score is.</span>
      </p>
      ${groups.map(({ title, recordings, isMore }) => html`<details class="help"><summary>${title}: ${recordings.length} recordings${isMore ? `, the first ${MOST}` : ""}</summary>
        <ul class="plain">${recordings.map(({ job, hasFace, seconds }) => html`<li><a href=${`#/job/${idOf(job)}`}>${job.filename}</a> <span class="small">${clockText(+seconds.toFixed(1))}${hasFace ? "" : ", no valid face"}</span></li>`)}</ul></details>`)}
    </section>
  `;
}

/** Each recording thin, then bands and means, so that these lie above. */
function meanSeries(groups, bins) {
  const thin = groups.flatMap(({ recordings }, at) => (recordings.length > 1 ? recordings.map(({ values }) => ({ values: values.slice(0, bins), stroke: faded(colours().curves[at]), width: 1 })) : []));
  return [...thin, ...groups.flatMap(({ sums }, at) => bandOf(sums, at))];
}

const faded = (colour) => `${colour}${colour.length === 7 ? "22" : ""}`;

function bandOf({ mean, low, high }, at) {
  const stroke = colours().curves[at];
  return [{ values: high, stroke: "transparent" }, { values: low, stroke: "transparent", bandTo: -1, fill: `${stroke}44` }, { values: mean, stroke, width: 2.5 }];
}

function Plot({ series, clock, height, label, low, high }) {
  const isCount = series.every(({ isStep }) => isStep);
  const holder = useRef(null);
  useEffect(() => {
    const grid = { stroke: () => colours().line, width: 1 };
    const axis = { stroke: () => colours().soft, grid, ticks: grid };
    const made = new uPlot(
      {
        width: holder.current.clientWidth || 600,
        height,
        legend: { show: false },
        cursor: { sync: { key: "compare" }, y: false, points: { show: false }, drag: { setScale: false } },
        scales: { x: { time: false }, y: { range: (_plot, least, most) => [low ?? Math.min(least, 0), high ?? Math.max(most, 1)] } },
        axes: [{ ...axis, values: (_plot, splits) => splits.map((each) => clockText(+each.toFixed(2))) }, { ...axis, size: 56, space: 24, ...(isCount ? { incrs: [1, 2, 5, 10, 20, 50, 100] } : {}) }],
        series: [{}, ...series.map(({ stroke, width = 0, isStep }) => ({ stroke, width, points: { show: false }, ...(isStep ? { paths: uPlot.paths.stepped({ align: 1 }) } : {}) }))],
        bands: series.flatMap(({ bandTo, fill }, at) => (bandTo ? [{ series: [at + 1 + bandTo, at + 1], fill }] : [])),
      },
      [clock, ...series.map(({ values }) => Array.from(values, (value) => (Number.isNaN(value) ? null : value)))],
      holder.current,
    );
    const observer = new ResizeObserver(() => holder.current && made.setSize({ width: holder.current.clientWidth, height }));
    observer.observe(holder.current);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, [series]);
  return html`<div ref=${holder} role="img" aria-label=${`${label}; the CSV has its numbers`}></div>`;
}

function useComparison(groups, metric) {
  const [state, setState] = useState({ result: null, progress: "" });
  const key = JSON.stringify(groups);
  useEffect(() => {
    const abort = new AbortController();
    const tell = (progress) => !abort.signal.aborted && setState((was) => ({ ...was, progress }));
    async function run() {
      if (groups.length === 0) return setState({ result: null, progress: "" });
      tell("Looking for the jobs ...");
      const found = [];
      for (const group of groups) found.push({ ...(await jobsOf(group, abort.signal)), title: group.annotation || "Selected jobs" });
      const all = found.reduce((sum, { jobs }) => sum + jobs.length, 0);
      if (found.some(({ jobs }) => jobs.length === 0)) return setState({ result: null, progress: `No finished job has the annotation ${found.find(({ jobs }) => jobs.length === 0).title}.` });
      let done = 0;
      for (const group of found) {
        group.read = await eachOf(group.jobs, async (job) => {
          const timeline = await readRecording(job, metric, abort.signal);
          tell(`Reading ${(done += 1)} of ${all} recordings ...`);
          return { job, timeline, seconds: timeline?.count ? timeline.times[timeline.count - 1] - timeline.times[0] : 0 };
        });
      }
      const result = await compared(found, metric);
      if (!abort.signal.aborted) setState({ result, progress: "" });
      return undefined;
    }
    run().catch((error) => {
      report(error);
      tell(error.name === "AbortError" ? "" : "The comparison failed.");
    });
    return () => abort.abort();
  }, [key, metric]);
  return state;
}

async function compared(found, metric) {
  const longest = Math.max(...found.flatMap(({ read }) => read.map(({ seconds }) => seconds)));
  const stepS = stepFor(longest);
  const bins = Math.floor(longest / stepS + 1e-9) + 1;
  const pause = () => new Promise((resolve) => setTimeout(resolve));
  const groups = [];
  for (const [at, { title, read, isMore }] of found.entries()) {
    const recordings = read.map(({ job, timeline, seconds }) => {
      const face = timeline && mainFace(timeline);
      return { job, seconds, hasFace: Boolean(face), values: timeline ? binned(timeline, face, metric, stepS, bins) : new Float64Array(bins).fill(NaN) };
    });
    groups.push({ title, isMore, recordings, sums: await summed(recordings.map(({ values }) => values), bins, SEEDS[at], pause) });
  }
  const against = groups.length > 1 ? difference(groups[0].sums, groups[1].sums, bins) : null;
  for (const { sums } of groups) delete sums.drawn;
  return { groups, stepS, bins, against };
}

const written = (value) => (Number.isNaN(value) ? "" : +value.toFixed(4));

function csvOf({ groups, against, bins }, clock) {
  const titles = groups.flatMap(({ title }) => ["valid faces", "mean", "low", "high"].map((name) => `${title}: ${name}`));
  const lines = [csvLine(["time (s)", ...titles, ...(against ? ["difference", "difference low", "difference high"] : [])])];
  for (let bin = 0; bin < bins; bin += 1) {
    const cells = groups.flatMap(({ sums }) => [sums.count[bin], written(sums.mean[bin]), written(sums.low[bin]), written(sums.high[bin])]);
    if (against) cells.push(written(against.mean[bin]), written(against.low[bin]), written(against.high[bin]));
    lines.push(csvLine([+clock[bin].toFixed(3), ...cells]));
  }
  return `${lines.join("\r\n")}\r\n`;
}

function recordingsCsv({ groups, bins }, clock) {
  const lines = [csvLine(["group", "job", "file", "time (s)", "value"])];
  for (const { title, recordings } of groups) {
    for (const { job, values } of recordings) {
      for (let bin = 0; bin < bins; bin += 1) {
        if (!Number.isNaN(values[bin])) lines.push(csvLine([title, idOf(job), job.filename, +clock[bin].toFixed(3), written(values[bin])]));
      }
    }
  }
  return `${lines.join("\r\n")}\r\n`;
}
