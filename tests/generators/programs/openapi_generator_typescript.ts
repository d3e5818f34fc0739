// Runs one job with the client that openapi-generator makes for TypeScript: `URL USER PASSWORD FILE`; prints its status.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { Configuration, EntriesApi, JobsApi } from "./client";

const [url, username, password, path] = process.argv.slice(2);

async function main(): Promise<void> {
  const configuration = new Configuration({ basePath: url.replace(/\/$/, ""), username, password });
  const jobs = new JobsApi(configuration);
  const media = new File([readFileSync(path)], basename(path), { type: "video/mp4" });
  let job = await jobs.createJob({ entryJobInput: media, entryJobName: "no-op" });
  const jobId = job.self.split("/").pop()!;
  while (job.status === "queued" || job.status === "working") {
    await new Promise((resolve) => setTimeout(resolve, 300));
    job = await jobs.getJob({ jobId });
  }
  const listed = await jobs.listJobs();
  const entries = await new EntriesApi(configuration).listEntries();
  if (!listed.some((each) => each.self === job.self) || entries.length === 0) throw new Error("the job is not listed");
  const input = job.input;
  if (Array.isArray(input)) throw new Error("the job has no input");
  console.log(`${job.status} ${input.representations[0].fileName}`);
}

main();
