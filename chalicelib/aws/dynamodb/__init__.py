"""The stores on one DynamoDB table, one module a noun.

accounts            Account settings in DynamoDB: a row in each account's partition
annotation_cursors  The cursors of searches by annotation: the end of a page, in the order of the indexes
(`<entry
                    id>#<id>`)
annotations         Annotations in DynamoDB
audit               The audit trail in DynamoDB
batch_keys          The keys of the rows of batches, a part of the scheme in `table_layout`
client              A client of DynamoDB alone, for commands that name their stack
dead_letters        Dead letters in DynamoDB: one partition for all accounts, which only operators read
entries             Entries and their representations in DynamoDB
jobs                Jobs in DynamoDB
keyed_requests      Requests with an idempotency key in DynamoDB
lists               Lists of an account's rows, newest first, in pages: jobs and entries
login_failures      Failed log-ins in DynamoDB: one counter for all processes, per user name and source
members             The members of batches in DynamoDB: rows of marks, of which each member changes its own
reminders           Reminders in DynamoDB: rows of their own in a sparse index by time
rows                Dataclasses as rows and back, rows as DynamoDB takes them, conditions of writes
segments            The segments of runs in DynamoDB: one row, in which every segment changes what is its own
table               The table in Python's values: conditions, pages and unprocessed keys are dealt with here, once
table_layout        The key scheme of the one table, in the one place that knows it
users               Users in DynamoDB
webhook_secrets     Webhook secrets in DynamoDB, each in its account's partition
"""
