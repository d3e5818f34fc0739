"""Scheduled duties: the sweeper, retention, notifications, deletions.

earlier_results  Deletes the result of an earlier run, once a later one is done
entry_deletions  Deletes an entry with all that belongs to it
job_deletions    Deletes a job with all that belongs to it, if its owner asks
notifications    Notifies clients of the end of their jobs: one attempt at a time, until one succeeds
retention        Removes jobs and entries whose time is over
sweeper          Performs the duties that are due
"""
