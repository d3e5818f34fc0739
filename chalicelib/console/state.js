// What views share: credentials, the address, messages. Signals hold it; `useSignal` makes a view follow one.
import { effect, signal } from "@preact/signals-core";
import { useEffect, useState } from "preact/hooks";

const STORED = "mien-credentials";

/** {user, password} of whoever is signed in, null before. In memory, or in sessionStorage if the user chose so. */
export const credentials = signal(stored());

/** {view, id, query}: what the address after `#` names. */
export const address = signal(parsed());

/** {kind: "error" | "done", text} at the foot of the page, null if there is none. */
export const message = signal(null);

window.addEventListener("hashchange", () => {
  const { view, id } = address.peek();
  address.value = parsed();
  const isElsewhere = address.peek().view !== view || address.peek().id !== id;
  if (isElsewhere && message.peek()?.kind === "error") message.value = null; // it was about the page before
});

export function useSignal(source) {
  const [value, setValue] = useState(source.peek());
  useEffect(() => effect(() => setValue(source.value)), [source]);
  return value;
}

export function signIn(user, password, keep) {
  credentials.value = { user, password };
  if (keep) sessionStorage.setItem(STORED, JSON.stringify({ user, password }));
}

export function signOut() {
  sessionStorage.removeItem(STORED);
  credentials.value = null;
  location.hash = "";
}

export function tell(text, kind = "done") {
  message.value = { kind, text };
}

/** Changes parameters of the address in place, so that a link to what is shown can be shared. */
export function setQuery(changes) {
  const { path, query } = parts(location.hash);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "" || value === undefined) query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  history.replaceState(null, "", `#${path}${text ? `?${text}` : ""}`);
  address.value = parsed();
}

function parts(hash) {
  const [path, query = ""] = hash.replace(/^#/, "").split("?");
  return { path: path || "/jobs", query: new URLSearchParams(query) };
}

function parsed() {
  const { path, query } = parts(location.hash);
  const [, view = "jobs", id = ""] = path.split("/");
  return { view, id, query };
}

function stored() {
  try {
    return JSON.parse(sessionStorage.getItem(STORED));
  } catch {
    return null;
  }
}

/** Returns the colours of the style sheet as they are now, light or dark. */
export function colours() {
  if (!found) {
    const styles = getComputedStyle(document.documentElement);
    const of = (name) => styles.getPropertyValue(`--${name}`).trim();
    const names = ["ink", "soft", "paper", "card", "line", "accent", "warn", "hatch"];
    found = Object.fromEntries(names.map((name) => [name, of(name)]));
    found.curves = [1, 2, 3, 4, 5, 6].map((place) => of(`curve-${place}`));
    found.faces = [1, 2, 3, 4, 5, 6, 7, 8].map((place) => of(`face-${place}`));
  }
  return found;
}

let found = null;
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => (found = null));
