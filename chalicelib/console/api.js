// Calls of the API. Credentials travel in a header, to the API's own origin only, and never in a URL.
import { credentials, signOut, tell } from "mien/state";

/** Where the API is: the page lies at `console` beside its other routes. */
export const BASE = new URL(".", document.baseURI);

export class ApiError extends Error {
  constructor(status, sentence, retryAfterS = null) {
    super(sentence);
    this.status = status;
    this.retryAfterS = retryAfterS;
  }
}

/** Returns the response to a request of the API. Throws `ApiError` with the API's own sentence. */
export async function call(path, { method = "GET", json, form, headers = {}, signal, as = credentials.peek() } = {}) {
  const url = new URL(path, BASE);
  if (url.origin !== BASE.origin) throw new ApiError(0, `The console talks to ${BASE.origin} only, not to ${url.origin}.`);
  const sent = { Accept: "application/json", ...headers };
  if (as) sent.Authorization = `Basic ${basic(as)}`;
  if (json !== undefined) sent["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(url, {
      method,
      headers: sent,
      body: json === undefined ? form && new URLSearchParams(form) : JSON.stringify(json),
      credentials: "omit", // with credentials of its own the browser would ask for a password in a dialog
      signal,
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, "The server does not answer. Check that it is running and reachable, then try again.");
  }
  if (!response.ok) throw await failureOf(response);
  return response;
}

export async function callJson(path, options) {
  const response = await call(path, options);
  return response.status === 204 ? null : response.json();
}

/** Returns a page of jobs, newest first, and the path of the next page (null at the end). */
export async function listJobs(path, signal) {
  const response = await call(path, { signal });
  return { jobs: await response.json(), next: nextLink(response.headers.get("Link")) };
}

/** Returns the short-lived URL behind a `media` link: the browser drops our credentials on the way to the store. */
export async function mediaUrl(link) {
  const response = await call(link, { headers: { Accept: "*/*", Range: "bytes=0-0" } });
  response.body?.cancel();
  return response.url;
}

/** Returns the last part of a resource's URL, its id. */
export const idOf = (resource) => resource.self.split("/").pop();

/** Deletes a job with all that belongs to it. Throws `ApiError`. */
export const deleteJob = (job) => callJson(job.self, { method: "DELETE" });

/** Shows why something failed. Credentials that the API no longer takes end the session. */
export function report(error) {
  if (error.name === "AbortError") return;
  if (error instanceof ApiError && error.status === 401) signOut();
  tell(error instanceof ApiError ? error.message : `Something went wrong in this page: ${error.message}`, "error");
}

function basic({ user, password }) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(`${user}:${password}`)));
}

async function failureOf(response) {
  let sentence = `The server answered ${response.status}.`;
  try {
    sentence = (await response.json()).error || sentence;
  } catch {
    // not in the envelope: the status has to do
  }
  const wait = Number(response.headers.get("Retry-After"));
  return new ApiError(response.status, sentence, wait || null);
}

function nextLink(header) {
  const found = /<([^>]+)>;\s*rel="next"/.exec(header || "");
  return found ? found[1] : null;
}
