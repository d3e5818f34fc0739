"""A client of the Media API over HTTP, for the command line and the demo. It knows the wire contract, not the services.

* `media_api`     requests and responses: `MediaApiClient`
* `http_session`  credentials, error messages, repeated requests
* `direct_upload` a file sent to the media store itself, as a stream
* `downloads`     result files onto the disk
* `job_documents` what it reads out of the API's JSON
* `batches`       many files or URLs as one job
* `job_forms`     the forms of new jobs
* `measured`      what result files say: frames, summary, table
* `jobs_and_results` the client for notebooks and scripts: `Mien(...).submit(path).wait().frames()`
* `async_mien`    its twin for programs with an event loop
* `faces`         the faces of a result, corrected
* `face_summary`  what it reads out of a summary result
* `download_names` file names from the API, made safe for a directory; none is given twice
* `logins`        credentials kept by URL, in a file that only its owner can read
"""
