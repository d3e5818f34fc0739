"""Media, direct uploads and the drop-folder in S3.

drops                The drop-folder in S3
media                Media in S3
uploads              Direct uploads to S3: signed forms, signed parts, and what became of them
versions             Removing objects for good
"""
