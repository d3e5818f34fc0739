"""Runs of jobs: workers, segments, dead letters.

dead_letters   Dead letters: ends their jobs, lists them, restarts them
face_runs      Corrected faces for workers: find what waits, write it once, tidy up
job_runs       Runs for workers: claim, extend the lease, end
segment_runs   Runs in segments for workers: hand over, measure a part, complete
segment_watch  Watches over runs in segments: none stalls, and their parts are cleaned up
"""
