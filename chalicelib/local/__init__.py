"""Mien on one machine, with moto instead of AWS: `make demo`, `make serve`.

aws             The AWS services that Mien uses, emulated in this process
http            The local HTTP server: what API Gateway does on AWS
workers         Worker processes and the queue that feeds them: what Lambda does on AWS
background      The background work of the local stack: the event source mappings of its queues, and the schedule
demo            Analyses one media file with a complete stack, from the upload to the results
demo_clip       A short film for trying Mien out: a portrait that moves, grows, tilts, leaves the picture and comes
                back
drop_directory  A directory on the disk in the place of the bucket's drop-folder: files go in, results come back
                next to them
drop_memory     The memory of such a directory over restarts: its mode, and which files are done
log_lines       The lines that the stack and its workers log, into one file
repetition      Work that is repeated in a thread of its own
serve           The API on this machine, for as long as someone wants it
signals         What ends a process from outside: Ctrl-C (SIGINT), SIGTERM and SIGHUP
stack           The whole of Mien on this machine: embedded AWS, the API, the workers and one user
stack_error     The reason for which a stack cannot start, apart from the stack
"""
