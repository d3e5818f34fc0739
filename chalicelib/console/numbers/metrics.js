// What each metric means, in the terms of the Facial Action Coding System.

const MEANINGS = {
  attention: "How far the head faces the camera.",
  "brow furrow": "Both brows lowered and drawn together (AU4).",
  "brow raise": "Both outer brows up (AU2).",
  "cheek raise": "Cheeks lifted, crow's feet (AU6).",
  "chin raise": "Chin boss and lower lip pushed up (AU17).",
  dimpler: "Lip corners tightened inwards (AU14).",
  "eye closure": "Both eyes closed (AU43).",
  "eye widen": "Upper lids raised (AU5).",
  "inner brow raise": "Inner ends of the brows up (AU1).",
  "jaw drop": "Jaw lowered (AU26).",
  "lid tighten": "Lids tightened (AU7).",
  "lip corner depressor": "Lip corners pulled down (AU15).",
  "lip press": "Lips pressed together (AU24).",
  "lip pucker": "Lips pushed forward (AU18).",
  "lip stretch": "Lip corners pulled sideways (AU20).",
  "lip suck": "Lips drawn into the mouth (AU28).",
  "mouth open": "Lips apart (AU25).",
  "nose wrinkle": "Nose wrinkled (AU9).",
  smile: "Lip corners pulled up and out (AU12 with its companions).",
  smirk: "One lip corner up and out.",
  "upper lip raise": "Upper lip raised (AU10).",
  pitch: "Head up (positive) or down, in degrees.",
  yaw: "Head turned to the picture's right (positive) or left, in degrees.",
  roll: "Head tilted to the picture's right (positive) or left, in degrees.",
  "interocular distance": "Distance between the outer eye corners, in pixels.",
  "gaze yaw": "Gaze towards the picture's right (positive) or left, in degrees off the camera.",
  "gaze pitch": "Gaze up (positive) or down, in degrees off the camera.",
  "gaze yaw in head": "Eyes turned in the head towards the picture's right (positive) or left, in degrees.",
  "gaze pitch in head": "Eyes turned up in the head (positive) or down, in degrees.",
  "eye openness": "Height of the eye's opening, in percent of its width.",
  "mean face luminance": "Mean brightness of the face, 0 to 255.",
  valence: "Pleasant (to 100) or unpleasant (to -100) look, a weighted sum of expressions.",
  engagement: "How much the face moves at all, a weighted sum of expressions.",
  confidence: "How sure the networks are that the mesh lies on a face, 0 to 100.",
};

const KINDS = {
  left: "The person's left side alone.",
  right: "The person's right side alone.",
  raw: "Before the person's own neutral is taken off.",
  probability: "How likely it is present, 0 to 100.",
};
const EMOTIONS = ["joy", "sadness", "anger", "surprise", "fear", "disgust", "contempt"];
const HEAD = ["pitch", "yaw", "roll", "interocular distance", "mean face luminance", "confidence"];
const HIDDEN = /^face box |^valid$/;

/** Returns what a metric is, in a sentence; "" if this page does not know it. */
export function meaningOf(name) {
  const [, plain, kind] = name.match(/^(.*?)(?: (left|right|raw|probability))?$/);
  const own = MEANINGS[plain] || (EMOTIONS.includes(plain) ? `Looks like ${plain}: a sum of expressions, not a feeling.` : "");
  return own && kind ? `${own} ${KINDS[kind]}` : own;
}

/** Returns the metrics of a result in groups for a menu: [[title, names], ...]. */
export function grouped(names) {
  const shown = names.filter((name) => !HIDDEN.test(name));
  const emotions = shown.filter((name) => EMOTIONS.includes(name) || ["valence", "engagement"].includes(name));
  const head = shown.filter((name) => HEAD.includes(name));
  const raw = shown.filter((name) => name.endsWith(" raw"));
  const probabilities = shown.filter((name) => name.endsWith(" probability"));
  const rest = new Set([...emotions, ...head, ...raw, ...probabilities]);
  return [
    ["Expressions", shown.filter((name) => !rest.has(name))],
    ["Emotions", emotions],
    ["Head and picture", head],
    ["Probabilities", probabilities],
    ["Before the own neutral", raw],
  ].filter(([, members]) => members.length > 0);
}

/** Metrics by how well faces show them: those that tell most of this result first. `values`: by name, how much each tells. */
export function byTelling(names, values, metrics) {
  const trust = { usable: 1, "with care": 0.6, "not measured": 0.25, "not usable": 0.1 };
  const weight = (name) => (values[name] || 0) * (trust[metrics[name]?.["x-reliability"]] ?? 0.25);
  return [...names].sort((a, b) => weight(b) - weight(a));
}

/** Whether a metric is a score from 0 to 100 (or -100 to 100), which share one scale. */
export const isScore = (name) => !HEAD.slice(0, -1).includes(name) && !HIDDEN.test(name);
