"""The faces of a summary in bounded memory, however many a film has: those of late here, the others in a spool."""

import pickle
from collections import OrderedDict
from collections.abc import Iterator
from typing import BinaryIO

from chalicelib.domain.measurements.events import BLINK, EVENTS
from chalicelib.domain.measurements.metrics import MetricSet
from chalicelib.formats.face_events import FaceEvents
from chalicelib.formats.face_statistics import FaceStatistics
from chalicelib.formats.face_summary import EyeSummary, FaceSummary
from chalicelib.formats.writers import OpenSpool

MAX_IN_MEMORY = 200
"""Four times the most faces of a frame."""


class FaceSummaries:
    """A `FaceSummary` per face id, in the order in which the ids were first asked for.

    Memory: `limit` summaries, about 5 KB each and their events, and one number for every face that was ever asked for.
    """

    def __init__(self, metrics: MetricSet, open_spool: OpenSpool, *, limit: int = MAX_IN_MEMORY) -> None:
        self._metrics = metrics
        self._open_spool = open_spool
        self._limit = limit
        self._recent: OrderedDict[int, FaceSummary] = OrderedDict()
        self._spool: BinaryIO | None = None
        self._places: dict[int, int] = {}  # by id: the offset of its last copy in the spool, or -1

    def __len__(self) -> int:
        return len(self._places)

    def of(self, face_id: int, time_s: float) -> FaceSummary:
        """The summary of this face, to be changed before the next one is asked for; a new one begins at `time_s`."""
        if face_id not in self._recent:
            known = face_id in self._places
            self._recent[face_id] = self._read(face_id) if known else self._new(time_s)
            self._places.setdefault(face_id, -1)
            if len(self._recent) > self._limit:
                self._write(*self._recent.popitem(last=False))
        self._recent.move_to_end(face_id)
        return self._recent[face_id]

    def items(self) -> Iterator[tuple[int, FaceSummary]]:
        """Every id and its summary, one after the other."""
        for face_id in self._places:
            yield face_id, self._recent[face_id] if face_id in self._recent else self._read(face_id)

    def _new(self, time_s: float) -> FaceSummary:
        summary = FaceSummary(time_s, FaceStatistics(self._metrics))
        if self._metrics.has_eyes:
            summary.events = FaceEvents(tuple(each for each in EVENTS if each.name != BLINK))
            summary.eyes = EyeSummary()
        return summary

    def _write(self, face_id: int, summary: FaceSummary) -> None:
        if self._spool is None:
            self._spool = self._open_spool()
        self._places[face_id] = self._spool.seek(0, 2)
        pickle.dump(summary, self._spool, protocol=pickle.HIGHEST_PROTOCOL)

    def _read(self, face_id: int) -> FaceSummary:
        if self._spool is None:
            raise RuntimeError(f"face {face_id} is neither here nor in the spool")
        self._spool.seek(self._places[face_id])
        summary: FaceSummary = pickle.load(self._spool)  # noqa: S301  # our own bytes, in a private temporary file
        return summary
