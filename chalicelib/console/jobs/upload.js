// One file past the API into the media store, as the API announces it: a signed form, or parts by PUT.
import { callJson } from "mien/api";

const TRIES = 3;
const WAIT_MS = 1000;

/** Creates a job for `file` and sends its bytes. Calls `onProgress(bytes sent)`. Returns the job. */
export async function sendFile(file, options, { onProgress, signal }) {
  const announced = { ...options, file_name: file.name, size_bytes: file.size };
  if (file.type) announced.content_type = file.type;
  const job = await callJson("jobs", { method: "POST", json: { entry_job: announced }, signal });
  try {
    if (job.upload.method === "post") await sendForm(job.upload, file, onProgress, signal);
    else await sendParts(job.upload, file, onProgress, signal);
  } catch (error) {
    await callJson(`${job.self}/upload`, { method: "DELETE" }).catch(() => {});
    throw error;
  }
  const completed = await callJson(`${job.self}/upload`, { method: "POST", json: { parts: job.upload.sent || [] } });
  return completed;
}

async function sendForm(upload, file, onProgress, signal) {
  const form = new FormData();
  for (const [name, value] of Object.entries(upload.fields)) form.append(name, value);
  form.append("file", file);
  await send("POST", upload.url, form, onProgress, signal);
}

async function sendParts(upload, file, onProgress, signal) {
  upload.sent = [];
  for (const part of upload.parts) {
    const begin = (part.number - 1) * upload.part_size_bytes;
    const piece = file.slice(begin, begin + upload.part_size_bytes);
    const etag = await again(() => send("PUT", part.url, piece, (bytes) => onProgress(begin + bytes), signal), signal);
    upload.sent.push({ number: part.number, etag });
  }
}

async function again(attempt, signal) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (tries === TRIES || signal?.aborted) throw error;
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS * tries));
    }
  }
}

// XMLHttpRequest, for fetch tells nothing of an upload's progress.
function send(method, url, body, onProgress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    request.upload.onprogress = (event) => onProgress(event.loaded);
    request.onload = () => {
      if (request.status < 300) resolve(method === "PUT" ? request.getResponseHeader("ETag") : null);
      else reject(new Error(`the media store answered ${request.status} to the upload; try again`));
    };
    request.onerror = () => reject(new Error("the upload broke off; check the connection and try again"));
    request.onabort = () => reject(new DOMException("The upload was cancelled.", "AbortError"));
    signal?.addEventListener("abort", () => request.abort());
    request.send(body);
  });
}
