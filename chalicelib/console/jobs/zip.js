// Result files of many jobs as one ZIP, and their summaries as one table. Files are stored in it as they are.
import { call, callJson, idOf } from "mien/api";
import { csvLine } from "mien/save";

const ANY = { headers: { Accept: "*/*" } };
const SUMMARY = "application/vnd.mien.summary.v0+json";
const MOST_BYTES = 4e9; // what the format can say without its extension

/** Returns a ZIP of the result files of jobs. `onProgress(done, all)` counts files. Throws if it would be too large. */
export async function zipOf(jobs, onProgress) {
  const files = jobs.flatMap((job) => (job.result?.representations || []).map((file) => ({ ...file, name: `${folderOf(job)}/${safe(file.file_name)}` })));
  if (files.reduce((sum, file) => sum + file.size_bytes, 0) > MOST_BYTES) {
    throw new Error("These results have more than 4 GB; select fewer, or use mien results.");
  }
  const zip = new Zip();
  for (const [done, file] of files.entries()) {
    onProgress(done, files.length);
    zip.add(file.name, new Uint8Array(await (await call(file.media, ANY)).arrayBuffer()));
  }
  return zip.close();
}

/** Returns a CSV with a line for each job, face and metric of the summaries. */
export async function tableOf(jobs, onProgress) {
  const lines = [csvLine(["job", "file", "face id", "metric", "mean", "minimum", "peak", "peak at (s)", "share above 50", "valid frames"])];
  for (const [done, job] of jobs.entries()) {
    onProgress(done, jobs.length);
    const file = job.result?.representations?.find(({ content_type: type }) => type === SUMMARY);
    if (!file) continue;
    for (const face of (await callJson(file.media, ANY)).faces) {
      for (const [metric, each] of Object.entries(face.metrics)) {
        lines.push(csvLine([idOf(job), job.filename, face.face_id, metric, each.mean, each.minimum, each.peak, each.peak_time_s, each.share_above ?? "", face.valid_frames]));
      }
    }
  }
  return `${lines.join("\r\n")}\r\n`;
}

const safe = (name) => name.replace(/[\\/:*?"<>|\u0000-\u001f]/g, "_").replace(/^\.+/, "_") || "_";
const folderOf = (job) => `${safe(job.filename || "job")}-${idOf(job).slice(-6)}`;

class Zip {
  constructor() {
    this.parts = [];
    this.directory = [];
    this.offset = 0;
  }

  add(name, bytes) {
    const path = new TextEncoder().encode(name);
    const common = [[20, 2], [0x0800, 2], [0, 2], [0, 2], [0x21, 2], [crc(bytes), 4], [bytes.length, 4], [bytes.length, 4], [path.length, 2], [0, 2]];
    const head = packed([[0x04034b50, 4], ...common]);
    this.directory.push(packed([[0x02014b50, 4], [20, 2], ...common, [0, 2], [0, 2], [0, 2], [0, 4], [this.offset, 4]]), path);
    this.parts.push(head, path, new Blob([bytes]));
    this.offset += head.length + path.length + bytes.length;
  }

  close() {
    const size = this.directory.reduce((sum, part) => sum + part.length, 0);
    const count = this.directory.length / 2;
    const end = packed([[0x06054b50, 4], [0, 2], [0, 2], [count, 2], [count, 2], [size, 4], [this.offset, 4], [0, 2]]);
    return new Blob([...this.parts, ...this.directory, end], { type: "application/zip" });
  }
}

function packed(fields) {
  const bytes = new Uint8Array(fields.reduce((sum, [, size]) => sum + size, 0));
  const view = new DataView(bytes.buffer);
  let place = 0;
  for (const [value, size] of fields) {
    if (size === 2) view.setUint16(place, value, true);
    else view.setUint32(place, value, true);
    place += size;
  }
  return bytes;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) value = TABLE[(value ^ byte) & 0xff] ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}
