"""Numbers to bytes: the files that a finished job holds. Standard library and `domain` only, but for Parquet.

* `writers`      the interface of every format: `ResultWriter`; `Origin`, the file and job of a result
* `session_json` frames with all their faces, one line per frame
* `legacy_json`  one face, column by column
* `csv_table`    a table for spreadsheets
* `parquet_table` the same for programs; needs pyarrow and is imported only if it is asked for
* `summary_json` each face over the whole video: statistics and events
* `media_summary` `face_summaries` `face_summary` `face_statistics` `face_events`  the sums that the summary is made of
* `timeline`     columns by face, small: for programs that draw
* `timeline_reader` reads it back
* `packed_integers` whole numbers as few bytes
* `many`         files that are made from the results of many jobs
* `partial_metrics` the part of a result that one segment makes, to the last digit
* `columns`      names and cells that the tables share
* `numbers`      how a number is written, everywhere
* `file_names`   what clients see a result called
* `result_files` opens the writers that a job's recipe asks for, on files

A new format is one new module with a `ResultWriter`, one row in `result_files.WRITERS` and its content type in
`domain.requests.result_formats`, where a table that clients may ask for is a member of `ResultTable` as well. Memory
stays flat however long the video is: a writer that cannot write in the order in which frames arrive spools to the
disk.

NaN and infinity never reach a file: they are a fault of ours and raise `ValueError`. What was not read of the eyes
(NaN in a face's values) is null, or an empty cell.
"""
