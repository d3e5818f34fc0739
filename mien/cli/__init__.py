"""The command line, `mien`: one module per command, and what they show.

annotate      `mien annotate`: annotations of inputs and results
connection    The options that all commands share: URL, user, JSON output
exit_status   The exit statuses of the process; exceptions become error messages
face_table    The summary of a result as a table for a terminal
job_control   `mien cancel`, `mien requeue` and `mien delete`: jobs stopped, run again, removed
job_display   The progress of jobs: bars in a terminal, plain lines elsewhere
jobs          `mien jobs`: a list
key_values    `key=value` on the command line
output        Writes to standard output and standard error
results       `mien results`: the files of finished jobs
submit        `mien submit`: media in, jobs out, and if wanted their results
waiting       Waits for several jobs at once
watch         `mien watch`: jobs until they have ended
"""
