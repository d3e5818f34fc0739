"""The inputs that `mien submit` sends, and the record of them.

batch         Many inputs at once: sent, waited for, and fetched, a bounded number of them at a time
batch_submit  `mien submit --batch`: many inputs as one job of the API, and its table
inputs        The inputs of `mien submit`: files, folders, https URLs
manifest      The record of a directory for results, from which a batch continues
"""
