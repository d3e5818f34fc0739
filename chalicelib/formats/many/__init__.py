"""Files that are made from the results of many jobs.

batch_table       The table of a batch: a row for each face of each job
comparison_files  The table of a comparison, and what was compared
"""
