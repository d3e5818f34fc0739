// Runs one job with the types of openapi-typescript and its openapi-fetch: `URL USER PASSWORD FILE`; prints its status.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import createClient from "openapi-fetch";
import type { paths } from "./schema";

const [url, user, password, path] = process.argv.slice(2);

async function main(): Promise<void> {
  const headers = { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` };
  const client = createClient<paths>({ baseUrl: url.replace(/\/$/, ""), headers });
  const form = new FormData();
  form.append("entry_job[input]", new File([readFileSync(path)], basename(path), { type: "video/mp4" }));
  form.append("entry_job[name]", "no-op");
  const created = await client.POST("/jobs", { body: {}, bodySerializer: () => form });
  let job = created.data!;
  const job_id = job.self.split("/").pop()!;
  while (job.status === "queued" || job.status === "working") {
    await new Promise((resolve) => setTimeout(resolve, 300));
    job = (await client.GET("/jobs/{job_id}", { params: { path: { job_id } } })).data!;
  }
  const listed = (await client.GET("/jobs", { params: { query: {} } })).data!;
  if (!listed.some((each) => each.self === job.self)) throw new Error("the job is not listed");
  if (Array.isArray(job.input)) throw new Error("the job has no input");
  console.log(`${job.status} ${job.input.representations[0].file_name}`);
}

main();
