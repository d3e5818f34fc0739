"""Scheduled duties: the sweeper, retention, notifications, deletions.

entry_deletions  Deletes an entry with all that belongs to it
notifications    Notifies clients of the end of their jobs: one attempt at a time, repeated until it succeeds or is
dropped retention        Jobs and entries that are kept for a while and no longer sweeper          What is due is done:
expired uploads, and whatever else has a `Duty`
"""
