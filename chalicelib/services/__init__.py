"""The use cases of jobs, entries, annotations and accounts: one class per noun, its ports passed in.

batches            Batches: many files as one job
duties             Scheduled duties: the sweeper, retention, notifications, deletions
intake             Incoming media files: direct uploads, URLs, the drop-folder
ports              The interfaces that the services need, one file per noun; `aws` implements them, the tests have
                   fakes
runs               Runs of jobs: workers, segments, dead letters
accounts           Accounts as operators see them: what was decided for them, and what was done in them that cannot be
                   undone
annotations        Annotations: notes in key and value on an entry
changes            How a row changes: read, decide, write on the condition that no one wrote in between, else from the
                   start
comparisons        Comparisons: jobs that compare the results of other jobs
entries            Entries and their representations
faces              Corrected faces of results, as clients see them
idempotency        One answer per idempotency key, however often the request comes
job_ends           The end of a job, as seen by its observers, whichever process ends it
jobs               Jobs as clients see them
remembered_logins  Log-ins that need no slow hash, for clients poll
throttle           A limit to how fast one user may call, counted in this process
users              Users: who may call, and for which account
webhook_secrets    The secrets that accounts' notifications are signed with
"""
