"""Mien from outside: a client of its API, and the command line `mien`. `make client` makes a package of it.

    from mien import Mien
    for frame in Mien(url, user, password).submit("clip.mp4").wait().frames():
        print(frame.time_s, {face_id: face["smile"] for face_id, face in frame.faces.items()})

client     The API over HTTP: jobs, uploads, downloads, results
cli        The command line, `mien`
operators  Commands that need a stack's table; not in the package
rendering  Commands that need the analysis; not in the package
"""

from chalicelib import __version__
from mien.client.http_session import ApiError
from mien.client.jobs_and_results import Frame, Mien, Results, Submitted

__all__ = ["ApiError", "Frame", "Mien", "Results", "Submitted", "__version__"]
