"""Media on their way in: direct uploads, URLs, the drop-folder.

arrivals        Objects that the media store says have arrived
dropped_files   What becomes of the drop-folder and the folder of results when a job ends, or is deleted
drops           The drop-folder: an object that somebody puts there becomes an entry and a job by itself
entry_uploads   Entries whose medium clients send to the media store themselves; the counterpart of `job_uploads`,
                without a job
fetched_inputs  Media that workers have fetched from URLs: they become their job's input, or nothing of them is left
job_uploads     Jobs whose media clients send to the media store themselves
upload_targets  Where a client may send an announced file
uploaded_files  Objects that arrived by a direct upload, as files of entries
"""
