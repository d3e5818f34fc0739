"""A client's request for a job, and how it is carried out.

client_texts    Names and texts of clients: formulas, and controls that reorder letters
comparisons     A request to compare recordings
job_names       The job names of the wire contract
job_options     The options of a job
json_members    The members of JSON objects that clients send: one that does not exist is refused
option_values   Kinds of values that an option may have, read from text and from JSON
new_batches     A request for a batch: its inputs, and what all of its jobs have in common
new_jobs        A request to create a job, whichever way its input arrives
number_texts    Numbers as people read them, in messages about requests and on pages
recipes         The recipe of each job name: mesh, faces, scores and files
result_formats  The files that jobs leave: their content types, and the tables on request
"""
