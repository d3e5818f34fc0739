"""What Mien talks about: jobs, entries, accounts and metrics, as plain values. Standard library only.

intake        Media on their way in: what may be announced, sent, dropped or fetched
measurements  What is measured on a face, and the rules that need no pixels
requests      What a client asks of a job, and how that is carried out
accounts      Users and the accounts they belong to
audit         The audit trail: who did what could not be undone, and when
dead_letters  Jobs that were given up: their message was delivered as often as it may be, and nobody brought it to an
              end
entries       Entries: a medium or a result, its representations (files) and its annotations (notes in key and value)
idempotency   Requests that may be repeated: what a client's idempotency key stands for, and for how long
ids           Identifiers: URL-safe, 26 lower-case characters, sortable by the time they were made
jobs          A job's life: queued, working, then done, error or cancelled
logins        Log-ins that failed, and how long the next attempt has to wait
messages      A job message as text, for the queue
reminders     Reminders: what is to be done at a time, and to what
retention     For how long jobs and entries are kept
segments      Long videos in segments of time that are analysed beside each other and stitched together afterwards
times         Time as text: RFC 3339 in UTC with milliseconds and `Z`
webhooks      Webhooks: a client is told, at a URL of its choice, that its job has ended
"""
