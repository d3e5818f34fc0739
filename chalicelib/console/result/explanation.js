// What a metric is, its unit, and how far to trust it: from the API's own description of it.
import { html } from "mien/html";
import { callJson, report } from "mien/api";
import { meaningOf } from "mien/metrics";
import { useEffect, useState } from "preact/hooks";

const UNITS = { score: "a score", degrees: "degrees", pixels: "pixels of the film", "0..255": "0 to 255" };
const GRADES = {
  usable: ["●", "Usable", "It agreed with people who coded faces by eye."],
  "with care": ["◐", "With care", "It mostly agreed with people who coded faces by eye, on few faces or with misses."],
  "not usable": ["○", "Not usable", "It did not agree with people who coded faces by eye."],
  "not measured": ["○", "Not measured", "Too few coded faces show it: nobody knows how right it is."],
};

/** A sign for how reliable a metric is; nothing for what is no score. */
export function ReliabilityMark({ metric }) {
  const grade = GRADES[metric?.["x-reliability"]];
  if (!grade) return html`<span class="trust" aria-hidden="true"></span>`;
  return html`<span class=${`trust ${metric["x-reliability"].replace(" ", "-")}`} title=${`Reliability: ${grade[1]}`} role="img" aria-label=${grade[1]}>${grade[0]}</span>`;
}

export function Explanation({ name, metric }) {
  const grade = GRADES[metric?.["x-reliability"]];
  const figures = /Reliability: [^:]*: (.*)$/.exec(metric?.description || "")?.[1];
  return html`
    <div class="explanation">
      <p>${meaningOf(name)}</p>
      <p><strong>Unit</strong> ${unitOf(metric)}${metric?.["x-classifier"] ? html`; also called <code>${metric["x-classifier"]}</code>` : ""}</p>
      ${grade && html`<p><strong>Reliability</strong> <span class=${`trust ${metric["x-reliability"].replace(" ", "-")}`} aria-hidden="true">${grade[0]}</span> ${grade[1]}. ${grade[2]} ${" "}
        ${figures && metric["x-reliability"] !== "not measured" ? html`<span class="small">Measured: ${figures}</span>` : ""}</p>`}
      <p class="small">It describes what a face shows, not what a person feels. <a href="responsible-use">Responsible use</a></p>
    </div>
  `;
}

function unitOf(metric) {
  if (!metric) return "as in the result's files";
  const unit = UNITS[metric["x-unit"]] || metric["x-unit"];
  return metric["x-unit"] === "score" && metric.minimum !== undefined ? `${unit} from ${metric.minimum} to ${metric.maximum}` : unit;
}

/** Returns the API's description of every metric by name: {description, "x-unit", "x-reliability", minimum, maximum}. */
export function useMetrics() {
  const [metrics, setMetrics] = useState({});
  useEffect(() => {
    callJson("openapi.json").then((document) => setMetrics(document.components.schemas.FaceMetrics?.properties || {}), report);
  }, []);
  return metrics;
}
