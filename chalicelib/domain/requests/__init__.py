"""What a client asks of a job, and how that is carried out.

job_names       The job names of the wire contract
job_options     What may be asked for beside the name
option_values   Kinds of values that an option may have, read from text and from JSON
new_jobs        What a client asks for when it creates a job, by whatever way the medium comes
recipes         How each job name is carried out: mesh, faces, scores and files
result_formats  The files that jobs leave: their content types, and the tables that may be asked for
"""
