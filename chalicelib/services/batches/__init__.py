"""Batches: many files as one job. Members are created, released to workers, counted and ended here.

batch_duty  The duty `BATCH`: brings on a batch whose processes have died, or that takes longer than a request
batches     Batches as clients see them
creation    Creates the members of a batch, some at a time
progress    Marks members, releases those that wait, ends the batch with the last one
retirement  The members of a batch that is deleted
"""
