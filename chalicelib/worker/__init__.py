"""A message in, a finished job out. Runs from the worker image: numpy, OpenCV and ONNX Runtime live here.

compare              A job that compares recordings: timelines in, a table of means and bands out
faces                Faces that clients correct: what a run keeps for them, and the files written again
every                Does something at most once in a number of seconds
fetch_input          Fetches the input of a job with a URL and stores it as the job's input entry
film_of_job          The film of a job, rendered from its media and its frames once all are measured
job_medium           The input of a claimed job, on this machine's disk
lambda_main          The worker as a Lambda function: an SQS event in, the messages that must come again out
long_videos          Long videos: divided into segments, whose parts are stitched
measure_file         A file on the disk, measured in one pass into result files; and what all jobs write
media_fetcher        Media that a client named by a URL: fetched from the public Internet, and from nowhere else
parallel_parts       A video in a few parts, which several processes measure in parallel
part_measurer        A stretch of a video, measured and written down as a part of a result
part_process         Another process, which measures parts of videos (`part_process_main`)
part_process_main    What that process runs
process_job          One run of one job: claim, download, analyse as a stream, store the results, mark done last
process_segment      One segment of one run: download, measure a stretch of the video, store its part; the last one
                     stitches
progress             What a worker tells the world while it works: frames done, and that it is alive
result_entry         What a run leaves behind: its entry, and the files in it, under names that follow from the job
                     and the run
tabulate             A job that is a batch: the results of its jobs in, one table out
work_directories     The directory in which a worker has a job's media, and what earlier workers left of theirs
"""
