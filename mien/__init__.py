"""Mien from outside: a client of its API, and the command line `mien`. `make client` makes a package of it.

    from mien import Mien
    for frame in Mien(url, user, password).submit("clip.mp4").wait().frames():
        print(frame.time_s, {face_id: face["smile"] for face_id, face in frame.faces.items()})

client      The API over HTTP: jobs, uploads, downloads, results; `Mien`, and `AsyncMien` for an event loop
cli         The command line, `mien`
in_process  `mien.measure(path)`: the product's own pipeline in this process; not in the package
operators   Commands that need a stack's table; not in the package
rendering   Commands that need the analysis; not in the package
"""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from chalicelib import __version__
from mien.client.http_session import ApiError
from mien.client.jobs_and_results import Mien, Results, Submitted, SubmittedBatch
from mien.client.measured import Frame, Measured

if TYPE_CHECKING:
    from mien.client.async_mien import AsyncMien

__all__ = [
    "ApiError",
    "AsyncMien",
    "Frame",
    "Measured",
    "Mien",
    "Results",
    "Submitted",
    "SubmittedBatch",
    "__version__",
]


def __getattr__(name: str) -> Any:
    """Loads `AsyncMien` and `measure` when they are first asked for: what they need takes longer than all the rest."""
    if name == "AsyncMien":
        return import_module("mien.client.async_mien").AsyncMien
    if name != "measure":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if find_spec("mien.in_process") is None:
        raise ImportError("mien.measure is not in the package for clients: use Mien itself, after make setup.")
    return import_module("mien.in_process").measure
