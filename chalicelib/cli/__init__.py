"""The command line, `mien`: one module per command, and what they show.

accounts      `mien account`: what is decided for an account, and what was removed in it
annotate      `mien annotate`: notes on media and results
connection    Which API a command asks, as whom, and how it answers: options that the commands share
dead_letters  `mien dead-letters`: jobs that were given up
exit_status   How the command line ends: the statuses of the process, and what becomes of what is raised
face_table    The summary of a result as a table for a terminal
job_control   `mien cancel` and `mien requeue`: jobs stopped, and jobs run again
job_display   What a terminal shows while jobs go on: bars in a terminal, plain lines elsewhere
jobs          `mien jobs`: a list
key_values    `key=value` on the command line
output        What goes to standard output and standard error
results       `mien results`: the files of finished jobs
stack         Which stack an operator's command works on: options that the groups of such commands share
submit        `mien submit`: media in, jobs out, and if wanted their results
users         `mien user`: who may call the API of a stack
waiting       Waits for several jobs at once
watch         `mien watch`: jobs until they have ended
"""
