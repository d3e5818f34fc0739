// Boxes, names and chosen scores of faces, drawn over a picture.
import { colours } from "mien/state";

const LONGEST_NAME = 28; // in letters, on the film

/** Returns the colour of a face, by its place among all of them. */
export function faceColour(timeline, id) {
  const { faces } = colours();
  return faces[[...timeline.faces.keys()].indexOf(id) % faces.length];
}

/** Draws the faces of a frame over what `medium` shows: boxes, names, chosen scores. */
export function drawFaces(canvas, medium, { timeline, choice, hasBoxes, names }, index) {
  if (!canvas || !medium) return;
  const scale = window.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = medium;
  canvas.width = width * scale;
  canvas.height = height * scale;
  const [frameWidth, frameHeight] = timeline.frameSize || [medium.videoWidth || medium.naturalWidth, medium.videoHeight || medium.naturalHeight];
  if (!frameWidth || !width || hasBoxes) return;
  const context = canvas.getContext("2d");
  context.setTransform((scale * width) / frameWidth, 0, 0, (scale * height) / frameHeight, 0, 0);
  const unit = frameWidth / width; // one pixel of the screen
  context.font = `${13 * unit}px system-ui, sans-serif`;
  const seen = [...timeline.faces.values()].filter((face) => face.isSeen(index));
  const boxes = new Map(seen.map((face) => [face.id, boxOf(face, index)]));
  for (const face of seen) drawFace(context, timeline, face, index, choice, names, unit, boxes, [frameWidth, frameHeight]);
}

const boxOf = (face, index) => ["left", "top", "width", "height"].map((side) => face.value(index, `face box ${side}`));

/** Returns the corner of a label next to a face: the first place over no face, else the one that hides least of them. */
function cornerBeside(box, [width, height], boxes, frame, gap) {
  const [left, top, boxWidth, boxHeight] = box;
  const places = [[left + boxWidth + gap, top], [left - width - gap, top], [left, top + boxHeight + gap], [left, top - height - gap]]
    .map((corner) => corner.map((at, axis) => Math.max(Math.min(at, frame[axis] - [width, height][axis]), 0)));
  const hidden = places.map((corner) => boxes.reduce((sum, each) => sum + commonArea([...corner, width, height], each), 0));
  return places[hidden.indexOf(Math.min(...hidden))];
}

function commonArea(one, other) {
  const [across, down] = [0, 1].map((axis) => Math.min(one[axis] + one[axis + 2], other[axis] + other[axis + 2]) - Math.max(one[axis], other[axis]));
  return Math.max(across, 0) * Math.max(down, 0) || 0; // a box may be unknown
}

const shortened = (name) => (name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name);

function drawFace(context, timeline, face, index, choice, names, unit, boxes, frame) {
  const [left, top, width, height] = boxes.get(face.id);
  if (Number.isNaN(left)) return;
  const isValid = face.isValid(index);
  const colour = faceColour(timeline, face.id);
  const isChosen = choice.faces.includes(face.id);
  context.lineWidth = (isChosen ? 3 : 1.5) * unit;
  context.setLineDash(isValid ? [] : [6 * unit, 5 * unit]);
  context.strokeStyle = colour;
  context.strokeRect(left, top, width, height);
  const called = shortened(names?.get(face.id) || face.id);
  const lines = [isValid ? called : `${called}: ${face.reason(index)}`];
  if (isChosen && isValid) lines.push(...choice.metrics.map((name) => `${name} ${Math.round(face.value(index, name))}`));
  const lineHeight = 17 * unit;
  const widest = Math.max(...lines.map((line) => context.measureText(line).width)) + 10 * unit;
  const size = [widest, lineHeight * lines.length + 4 * unit];
  const [labelLeft, labelTop] = isChosen ? cornerBeside([left, top, width, height], size, [...boxes.values()], frame, 4 * unit) : [left, Math.max(top - lineHeight, 0)];
  context.fillStyle = "rgba(10, 14, 20, 0.72)";
  context.fillRect(labelLeft, labelTop, ...size);
  context.fillStyle = "#fff";
  lines.forEach((line, row) => context.fillText(line, labelLeft + 5 * unit, labelTop + lineHeight * (row + 0.8)));
}
