"""The command line, `mien`: one module per command, and what they show.

annotate      `mien annotate`: annotations of inputs and results
compare       `mien compare`: the mean curves of many recordings
completion    `mien completion`: what makes a shell complete commands and options
connection    The options that commands share: URL, user, JSON output, directory for files
exit_status   The exit statuses of the process; exceptions become error messages
export        `mien export`: the events of results for video players and annotation tools
faces         `mien faces`, and the summary of a result as a table for a terminal
job_control   `mien cancel`, `mien requeue` and `mien delete`: jobs stopped, run again, removed
job_display   The progress of jobs: bars in a terminal, plain lines elsewhere
jobs          `mien jobs`, `mien search` and `mien job`: what there is
login         `mien login` and `mien logout`
key_values    `key=value` on the command line
merge         `mien merge`: the result tables of a batch as one table
output        Writes to standard output and standard error
results       `mien results`: the files of finished jobs
sending       What `mien submit` sends, and the record of it
submit        `mien submit`: media in, jobs out, and if wanted their results
watch         `mien watch`: jobs until they have ended, the waiting for them, and patience with a silent API
"""
