"""Session v0 JSON: every frame with all its faces, one line per frame."""

import json
from collections.abc import Mapping
from typing import BinaryIO

from chalicelib.domain.measurements.frame_size import FrameSize
from chalicelib.domain.measurements.metrics import FaceMetrics, FrameMetrics, MetricSet
from chalicelib.domain.requests.result_formats import GAZE_REASONS_COLUMN, SESSION_CONTENT_TYPE
from chalicelib.formats.columns import NO_NAMES, metric_cells, name_members, size_members, source_members
from chalicelib.formats.numbers import metric_text, seconds_text
from chalicelib.formats.writers import Origin


class SessionJsonWriter:
    """Writes `{"content_type", "configuration", "source", "frame_size", "face names", "frames"}` in this order, UTF-8,
    compact.

    `source` (file, job and version), `frame_size`, which face boxes refer to, and `face names` (by face id) are left
    out if they are not known.
    `configuration` maps each metric's friendly name to its classifier name. A frame is
    `{"time": seconds, "faces": {face id: {friendly name: value}}}`; `faces` is `{}` if there is none, and `faces left
    out` follows if more faces were found than are measured. After its metrics a face has `confidence`, `valid` and the
    list `invalid reasons`, then `gaze invalid reasons` if gaze is read; what was not read is null. Times are exact;
    values have at most four decimals.
    """

    content_type = SESSION_CONTENT_TYPE
    suffix = "-metrics.json"

    def __init__(
        self,
        stream: BinaryIO,
        *,
        metrics: MetricSet,
        frame_size: FrameSize | None = None,
        origin: Origin | None = None,
        face_names: Mapping[int, str] = NO_NAMES,
    ) -> None:
        self._stream = stream
        self._separator = "\n"
        self._end = "]}\n"
        self._metrics = metrics
        self._keys = tuple(json.dumps(name) + ":" for name in metrics.names)
        configuration = {metric.name: metric.mapped_name for metric in metrics}
        known = source_members(origin) | size_members(frame_size) | name_members(face_names)
        members = {"content_type": self.content_type, "configuration": configuration, **known}
        head = json.dumps(members, separators=(",", ":"))
        self._put(head.removesuffix("}") + ',"frames":[')

    def write(self, frame: FrameMetrics) -> None:
        """Adds the next frame."""
        faces = ",".join([f'"{face.face_id}":{self._face_object(face)}' for face in frame.faces])
        left_out = f',"faces left out":{frame.faces_left_out}' if frame.faces_left_out else ""
        self._put(f'{self._separator}{{"time":{seconds_text(frame.time_s)},"faces":{{{faces}}}{left_out}}}')
        self._separator = ",\n"
        self._end = "\n]}\n"

    def close(self) -> None:
        """Completes the document."""
        self._put(self._end)

    def _put(self, text: str) -> None:
        self._stream.write(text.encode())

    def _face_object(self, face: FaceMetrics) -> str:
        cells = metric_cells(face, self._metrics, nothing="null")
        members = [key + cell for key, cell in zip(self._keys, cells, strict=True)]
        members.append(f'"confidence":{metric_text(face.confidence)}')
        members.append(f'"valid":{"true" if face.is_valid else "false"}')
        members.append('"invalid reasons":[' + ",".join([f'"{reason}"' for reason in face.invalid_reasons]) + "]")
        if self._metrics.has_eyes:
            members.append(f'"{GAZE_REASONS_COLUMN}":[' + ",".join([f'"{each}"' for each in face.gaze_reasons]) + "]")
        return "{" + ",".join(members) + "}"
