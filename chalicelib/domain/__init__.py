"""The entities of Mien: jobs, entries, accounts and metrics, as plain values. Standard library only.

faces         Corrected faces of a result: named, merged, split, ignored
intake        Incoming media files: announced, sent, dropped or fetched
measurements  The measurements of a face, and the rules that need no pixels
requests      A client's request for a job, and how it is carried out
accounts      Users and the accounts they belong to
audit         The audit trail of permanent deletions: author, action, time
batches       Batches: up to 1,000 files as one job, whose members are jobs of their own
dead_letters  Jobs whose message was delivered as often as allowed without success
entries       Entries: a media file or a result, its representations (files) and its annotations (key and value)
idempotency   Requests that may be repeated under a client's idempotency key
ids           Identifiers: URL-safe, 26 lower-case characters, sortable by the time they were made
job_records   All that is stored of a job, and what follows from it
jobs          A job's life: queued, working, then done, error or cancelled
logins        Failed logins, and the wait before the next attempt
messages      A job message as text, for the queue
reminders     Reminders: a duty, its subject and its time
retention     The retention time of jobs and entries
segments      Long videos in segments of time that are analysed in parallel and then stitched
times         Time as text: RFC 3339 in UTC with milliseconds and `Z`
webhooks      Webhooks: notifications of a job's end to a client's URL
"""
