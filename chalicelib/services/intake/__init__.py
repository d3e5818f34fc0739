"""Incoming media files: direct uploads, URLs, the drop-folder.

arrivals        Handles announcements of new objects by the media store
dropped_files   Updates the drop-folder and the folder of results when a job ends or is deleted
drops           The drop-folder: a new object becomes an entry and a job automatically
entry_uploads   Direct uploads of entries; the counterpart of `job_uploads`,
                without a job
fetched_inputs  Media that workers have fetched from URLs: they become their job's input, or nothing of them is left
input_notes     The annotations that a job brings along for its input
job_uploads     Jobs whose media clients send to the media store themselves
upload_targets  Where a client may send an announced file
uploaded_files  Objects that arrived by a direct upload, as files of entries
"""
