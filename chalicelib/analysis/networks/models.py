"""The model files of one directory, opened as ONNX Runtime sessions when they are first needed."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from threading import Lock, Thread
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.networks.crew import Crew
from chalicelib.analysis.networks.onnx_runtime import onnxruntime
from chalicelib.errors import ModelFileError

_CPU = "CPUExecutionProvider"
_CUDA = "CUDAExecutionProvider"
Question = TypeVar("Question")
Answer = TypeVar("Answer")
Network = Callable[[NDArray[np.float32]], tuple[NDArray[np.float32], NDArray[np.float32]]]
"""One network: images (N, 3, S, S) float32 in, its two outputs out, both float32 with N rows."""


class ModelFile(StrEnum):
    """The files that `make setup` writes."""

    FACE_DETECTION = "face_detection_full_range.onnx"
    FACE_DETECTION_NEAR = "face_detection_short_range.onnx"
    FACE_MESH_LIGHT = "face_landmark.onnx"
    FACE_MESH_ATTENTION = "face_landmark_with_attention.onnx"


class Models:
    """Opens each file once, at its first use, and keeps the session; safe to share between threads.

    CUDA is used if the installed ONNX Runtime offers it, else the CPU. `threads` is the number of threads inside
    one operator. The networks are small: on two shared cores one thread measured 92 frames a second and two measured
    70; more is won by asking several questions at once, which `beside` does.
    """

    def __init__(self, folder: Path, *, threads: int = 1, crew: Crew | None = None) -> None:
        self._folder = folder
        self._threads = threads
        self._crew = crew or Crew()
        self._sessions: dict[str, onnxruntime.InferenceSession] = {}
        self._lock = Lock()
        self._opening: Thread | None = None

    def network(self, file_name: str) -> Network:
        """Returns the network in `file_name`, which has one input and two outputs.

        Raises `ModelFileError` if the file is missing or cannot be read. That its content is the expected one is
        checked when it is prepared, not here.
        """
        session = self.session(file_name)
        input_name = session.get_inputs()[0].name

        def run(images: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
            first, second = session.run(None, {input_name: images})
            return cast("NDArray[np.float32]", first), cast("NDArray[np.float32]", second)

        return run

    def session(self, file_name: str) -> onnxruntime.InferenceSession:
        """The session of `file_name`, for networks with another interface. Raises `ModelFileError` as above."""
        with self._lock:
            if file_name not in self._sessions:
                self._sessions[file_name] = self._open(file_name)
            return self._sessions[file_name]

    def open_all(self) -> None:
        """Opens every file that `make setup` writes, before the first question. Raises `ModelFileError` as above."""
        for file_name in ModelFile:
            self.session(file_name)

    def open_ahead(self) -> None:
        """Does the same in a thread, while the caller goes on. A file that cannot be opened is left to whoever asks for
        it, and raises then."""
        # No daemon: a process that ends meanwhile would end it amid a call of C++, which aborts.
        self._opening = Thread(target=self._open_what_can_be, name="open models")
        self._opening.start()

    def _open_what_can_be(self) -> None:
        with suppress(ModelFileError):
            self.open_all()

    def beside(
        self, work: Callable[[Sequence[Question]], Sequence[Answer]], questions: Sequence[Question]
    ) -> list[Answer]:
        """The answers of `work`, which runs one of these networks, to all of `questions`: on the CPU it is asked for
        parts of them by several threads, on a GPU, which takes them all at once, for the whole. See `Crew.divide`."""
        if len(questions) > 1 and self.provider == _CPU:
            return self._crew.divide(work, questions)
        return list(work(questions)) if questions else []

    def in_one_thread(self) -> "Models":
        """The same sessions, asked by the caller's thread alone: for a process that is not alone on the machine."""
        return _SameModels(self)

    @property
    def provider(self) -> str:
        """Returns the execution provider of the open sessions, such as `CPUExecutionProvider`: the CPU also if CUDA is
        installed but cannot be used. Empty before the first is open; waits for those that `open_ahead` opens."""
        if self._opening is not None:
            self._opening.join()
        with self._lock:
            sessions = list(self._sessions.values())
        return ", ".join(sorted({session.get_providers()[0] for session in sessions}))

    @property
    def has_gpu(self) -> bool:
        """Returns True if networks run on a GPU, as far as the installed ONNX Runtime states before one is open."""
        return _CUDA in onnxruntime.get_available_providers()

    def has(self, file_name: str) -> bool:
        """Returns True if the directory has `file_name`."""
        return (self._folder / file_name).is_file()

    def _open(self, file_name: str) -> onnxruntime.InferenceSession:
        path = self._folder / file_name
        if not path.is_file():
            raise ModelFileError(f"The model file {file_name} is missing in {self._folder}: run `make setup`.")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Idle threads sleep: a spinning one takes time from the decoder, and in a Lambda it is paid for.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        wanted = (_CUDA, _CPU)
        available = onnxruntime.get_available_providers()
        providers = [name for name in wanted if name in available]
        try:
            return onnxruntime.InferenceSession(str(path), options, providers=providers)
        except Exception as error:
            # ONNX Runtime raises classes of its own C++ binding that share no documented base.
            raise ModelFileError(f"The model file {file_name} cannot be read: run `make setup` again.") from error


class _SameModels(Models):
    """The sessions of others, with a crew of one."""

    def __init__(self, others: Models) -> None:
        self.__dict__.update(vars(others))
        self._crew = Crew(1)
