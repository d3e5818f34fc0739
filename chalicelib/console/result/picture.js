// The plot as a picture to keep: SVG, and PNG made of it, with title, axes, legend and what is not valid.
import { DASHES, clockText, dataOf } from "mien/curves";
import { runsIn, runsOf } from "mien/marks";
import { isScore } from "mien/metrics";
import { colours } from "mien/state";

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [1200, 520, 60, 60, 60, 90];
const MOST_TICKS = 12;
const STEPS_S = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 900, 1800, 3600];

/** Returns the text of an SVG of the curves from `begin` to `end` seconds. */
export function svgOf({ timeline, choice, window: window_, title }) {
  const { times } = timeline;
  const [begin, end] = window_ || [times[0], times[times.length - 1]];
  const { data, spans } = dataOf(timeline, choice, window_, WIDTH - LEFT - RIGHT);
  const x = (time) => LEFT + ((time - begin) / (end - begin || 1)) * (WIDTH - LEFT - RIGHT);
  const series = choice.faces.flatMap((id, face) => choice.metrics.map((name, index) => ({ id, name, face, index })));
  const others = series.flatMap(({ name }, at) => (isScore(name) ? [] : data[at + 1])).filter((value) => value !== null);
  const notScores = choice.metrics.filter((name) => !isScore(name));
  const scales = { score: [choice.metrics.includes("valence") ? -100 : 0, 100], other: [Math.min(...others), Math.max(...others)] };
  const y = (value, [low, high]) => HEIGHT - BOTTOM - ((value - low) / (high - low || 1)) * (HEIGHT - TOP - BOTTOM);
  const parts = [
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="${colours().card}"/>`,
    text(LEFT, 28, `${title}, ${choice.faces.map((id) => `face ${id}`).join(" and ")}`, "start", 18),
    ...axes(begin, end, x, (value) => y(value, scales.score), scales.score),
    ...hatched(timeline, choice, x, begin, end),
    ...series.map(({ name, index }, at) => (spans ? area(data[0], spans[at], x, (value) => y(value, isScore(name) ? scales.score : scales.other), index) : "")),
    ...series.map(({ name, face, index }, at) => line(data[0], data[at + 1], x, (value) => y(value, isScore(name) ? scales.score : scales.other), index, face)),
    ...series.map(({ id, name, face, index }, at) => legend(at, choice.faces.length > 1 ? `${name} (face ${id})` : name, index, face)),
    others.length ? text(WIDTH - 6, TOP - 8, `${notScores.join(", ")}: from ${scales.other.map((value) => value.toFixed(1)).join(" to ")}`, "end", 12) : "",
    text(LEFT, HEIGHT - 10, "Hatched: not valid. Visible movement of a face, not what a person feels.", "start", 11),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif">${parts.join("")}</svg>`;
}

/** Returns a PNG of the same, twice as fine. */
export async function pngOf(svg) {
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [2 * WIDTH, 2 * HEIGHT];
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  } finally {
    URL.revokeObjectURL(url);
  }
}

function axes(begin, end, x, y, [low, high]) {
  const lines = [];
  for (let value = low; value <= high; value += 20) {
    lines.push(rule(LEFT, y(value), WIDTH - RIGHT, y(value)), text(LEFT - 8, y(value) + 4, String(value), "end", 12));
  }
  const step = STEPS_S.find((each) => (end - begin) / each <= MOST_TICKS) ?? STEPS_S.at(-1);
  for (let tick = Math.ceil(begin / step); tick * step <= end; tick += 1) {
    const time = tick * step;
    lines.push(rule(x(time), TOP, x(time), HEIGHT - BOTTOM), text(x(time), HEIGHT - BOTTOM + 18, clockText(+time.toFixed(2)), "middle", 12));
  }
  return lines;
}

function hatched(timeline, choice, x, min, max) {
  const face = timeline.faces.get(choice.faces[0]);
  const pattern = `<defs><pattern id="h" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line y2="8" stroke="${colours().warn}" stroke-opacity="0.5"/></pattern></defs>`;
  const runs = face ? [...runsIn(timeline, face, { min, max })] : [];
  return [pattern, ...runs.map(([begin, end]) => {
    const [left, right] = [Math.max(x(begin), LEFT), Math.min(x(end), WIDTH - RIGHT)];
    return right > left ? `<rect x="${left.toFixed(1)}" y="${TOP}" width="${(right - left).toFixed(1)}" height="${HEIGHT - TOP - BOTTOM}" fill="url(#h)"/>` : "";
  })];
}

function area(times, spans, x, y, index) {
  const inside = (place) => Math.min(Math.max(x(times[place]), LEFT), WIDTH - RIGHT).toFixed(1);
  const places = (begin, end) => Array.from({ length: end - begin }, (_, at) => begin + at);
  const path = [...runsOf(spans)].map(([begin, end]) => {
    const upper = places(begin, end).map((place) => `${inside(place)} ${y(spans[place][1]).toFixed(1)}`);
    const lower = places(begin, end).reverse().map((place) => `${inside(place)} ${y(spans[place][0]).toFixed(1)}`);
    return `M${[...upper, ...lower].join("L")}Z`;
  });
  return `<path d="${path.join("")}" fill="${colours().curves[index]}" fill-opacity="0.3"/>`;
}

function line(times, values, x, y, index, face) {
  let path = "";
  let isDown = false;
  times.forEach((time, at) => {
    const value = values[at];
    if (value !== null && x(time) >= LEFT - 1 && x(time) <= WIDTH - RIGHT + 1) path += `${isDown ? "L" : "M"}${x(time).toFixed(1)} ${y(value).toFixed(1)}`;
    isDown = value !== null && path !== "";
  });
  return `<path d="${path}" fill="none" stroke="${colours().curves[index]}" stroke-width="1.75" stroke-dasharray="${DASHES[face % DASHES.length].join(" ")}"/>`;
}

function legend(at, name, index, face) {
  const [left, top] = [LEFT + (at % 4) * 270, HEIGHT - 46 + Math.floor(at / 4) * 16];
  return `<path d="M${left} ${top - 4}h24" stroke="${colours().curves[index]}" stroke-width="3" stroke-dasharray="${DASHES[face % DASHES.length].join(" ")}"/>${text(left + 30, top, name, "start", 13)}`;
}

const rule = (x1, y1, x2, y2) => `<path d="M${x1.toFixed(1)} ${y1.toFixed(1)}L${x2.toFixed(1)} ${y2.toFixed(1)}" stroke="${colours().line}"/>`;
const text = (x, y, words, anchor, size) => `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" font-size="${size}" text-anchor="${anchor}" fill="${colours().ink}">${escaped(words)}</text>`;
const escaped = (words) => words.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign]);
