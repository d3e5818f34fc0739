// The choice of curves: which faces and metrics are shown, and what each metric is.
import { html } from "mien/html";
import { effect } from "@preact/signals-core";
import { useEffect, useRef, useState } from "preact/hooks";
import { Explanation, ReliabilityMark } from "mien/explanation";
import { byTelling, grouped, isScore } from "mien/metrics";
import { LEGACY, SESSION } from "mien/session";
import { setQuery } from "mien/state";

const MOST_CURVES = 6;

export function Chooser({ job, timeline, choice, descriptions, frame, hover, isExact }) {
  const [explained, setExplained] = useState("");
  const toggle = (name) => {
    const isOn = choice.metrics.includes(name);
    const metrics = isOn ? choice.metrics.filter((each) => each !== name) : [...choice.metrics, name].slice(-MOST_CURVES);
    setQuery({ metrics: metrics.join(",") || "none" });
  };
  const explain = (name) => setExplained(explained === name ? "" : name);
  const hasExact = !isExact && !timeline.isExact && job.result.representations.some(({ content_type: type }) => type === SESSION || type === LEGACY);
  return html`
    <div class="chooser" role="group" aria-label="Curves">
      ${choice.metrics.map((name, index) => html`
        <span class="chip" style=${{ "--curve": `var(--curve-${index + 1})` }}>
          <button class="link" aria-expanded=${explained === name} title="What is this?" onClick=${() => explain(name)}>${name}</button>
          <${Reading} timeline=${timeline} id=${choice.faces[0]} name=${name} frame=${frame} hover=${hover} />
          <button class="quiet" aria-label=${`Remove ${name}`} onClick=${() => toggle(name)}>×</button>
        </span>`)}
      <details class="menu"><summary>Metrics</summary>
        <div class="groups">
          ${grouped(timeline.names).map(([title, names]) => html`
            <fieldset><legend>${title}</legend>
              ${names.map((name) => html`
                <span class="line"><label class="check">
                  <input type="checkbox" checked=${choice.metrics.includes(name)} onChange=${() => toggle(name)} />
                  <${ReliabilityMark} metric=${descriptions[name]} />${name}</label>
                  <button class="quiet what" aria-label=${`What is ${name}?`} aria-expanded=${explained === name} onClick=${() => explain(name)}>?</button></span>
                ${explained === name && html`<${Explanation} name=${name} metric=${descriptions[name]} />`}`)}
            </fieldset>`)}
          <p class="hint">Six curves at once. ● usable, ◐ with care, ○ not measured or not usable: ? says more.</p>
          ${hasExact && html`<p><button onClick=${() => setQuery({ exact: "1" })}>Read the exact file too</button>
            <span class="hint">for scores before the own neutral, and four decimals; larger</span></p>`}
        </div>
      </details>
    </div>
    ${choice.metrics.includes(explained) && html`<${Explanation} name=${explained} metric=${descriptions[explained]} />`}
    ${choice.faces.length > 1 && html`<p class="hint">${choice.faces.map((id, at) => `Face ${id}: ${["solid", "dashed", "dotted", "dash and dot"][at % 4]}`).join(", ")}. Numbers on the buttons, hatching and events: face ${choice.faces[0]}.</p>`}
  `;
}

/** The value of a curve where the pointer is, else in the frame that is shown. */
function Reading({ timeline, id, name, frame, hover }) {
  const output = useRef(null);
  useEffect(() => effect(() => {
    const index = hover.value === null ? frame.value : timeline.indexAt(hover.value);
    const value = timeline.faces.get(id)?.value(index, name) ?? NaN;
    output.current.textContent = Number.isNaN(value) ? "-" : value.toFixed(isScore(name) ? 0 : 1);
  }), [timeline, id, name, timeline.faces.get(id)?.rows]);
  return html`<span class="reading" ref=${output}></span>`;
}

/** Returns which faces and metrics are shown: those of the address, else the most telling ones. */
export function chosenIn(query, timeline, summary, descriptions) {
  const ids = [...timeline.faces.keys()];
  const faces = (query.get("faces") || "").split(",").filter((id) => timeline.faces.has(id));
  const wanted = query.get("metrics");
  const metrics = wanted === "none" ? [] : (wanted || "").split(",").filter((name) => timeline.names.includes(name));
  return {
    faces: faces.length ? faces : ids.slice(0, 1),
    metrics: metrics.length || wanted === "none" ? metrics : telling(timeline, summary, faces[0] ?? ids[0], descriptions),
  };
}

function telling(timeline, summary, id, descriptions) {
  const scores = grouped(timeline.names).filter(([title]) => title === "Expressions").flatMap(([, names]) => names).filter((name) => name !== "attention");
  const measured = summary?.faces.find((face) => face.face_id === id)?.metrics || {};
  const tells = (name) => (timeline.count === 1 ? timeline.faces.get(id)?.value(0, name) || 0 : measured[name] ? measured[name].peak - measured[name].minimum + measured[name].mean : 0);
  return byTelling(scores, Object.fromEntries(scores.map((name) => [name, tells(name)])), descriptions).slice(0, 3);
}
