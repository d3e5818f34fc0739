"""What is due at a time: the sweeper, retention, notifications, deletions.

entry_deletions  The end of an entry and of all that belongs to it
notifications    Telling clients that their jobs have ended: one attempt at a time, again and again until it is taken
                 or given up
retention        Jobs and entries that are kept for a while and no longer
sweeper          What is due is done: expired uploads, and whatever else has a `Duty`
"""
