"""The options of a job: what a client may ask for besides the job's name. One row each.

A row is a field of `JobOptions` or `CreationOptions` with its type, kind of value, default and meaning. Form, JSON,
PATCH, drop-folder, OpenAPI, the command line and the table in `docs/api.md` follow from it, and so do the job's row in
the database and its document. A new option is a row here and its effect in `recipes`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from chalicelib.domain.measurements.metrics import EMOTION_NAMES, EXPRESSION_NAMES
from chalicelib.domain.measurements.stretch import Stretch
from chalicelib.domain.requests.number_texts import plain_number
from chalicelib.domain.requests.option_values import (
    Choice,
    Names,
    Number,
    OptionValue,
    Span,
    Text,
    WholeNumber,
    ends_of_span,
)
from chalicelib.domain.requests.result_formats import ResultTable, ResultVideo
from chalicelib.domain.retention import MAX_KEPT_S
from chalicelib.errors import Invalid

_MOST_S = 1_000_000
_MOST_DRAWN = 4
_DRAWN = ("smile", "brow raise", "brow furrow")
_TIME_S = Number(0, _MOST_S)
_VALUE, _MEANING, _EXAMPLES = "value", "meaning", "examples"


def _option(value: OptionValue, default: object, meaning: str, *examples: object) -> Any:
    """A row of the table. `meaning`: a description for users."""
    return field(default=default, metadata={_VALUE: value, _MEANING: meaning, _EXAMPLES: examples})


class Switch(StrEnum):
    """Something that a job does or does not."""

    ON = "on"
    OFF = "off"


class Smoothing(StrEnum):
    """Smoothing of scores in time."""

    AUTO = "auto"
    """As the job's name has it."""
    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class JobOptions:
    """Options that are kept with the job and may be changed for its next run."""

    table: ResultTable = _option(Choice(ResultTable), ResultTable.NONE, "A table in addition to the other results.")
    neutral_baseline: Switch = _option(
        Choice(Switch),
        Switch.ON,
        "Correct scores by each person's own neutral; the ct-pack jobs never do so.",
    )
    neutral: str | None = _option(
        Span(_MOST_S),
        None,
        "A stretch of the video in which faces are at rest: what a face shows in it is its own neutral from then on.",
        "0-2.5",
    )
    smoothing: Smoothing = _option(
        Choice(Smoothing),
        Smoothing.AUTO,
        "Smooth scores in time; auto does so in ct-pack-hybrid jobs only.",
    )
    sides: Switch = _option(
        Choice(Switch),
        Switch.OFF,
        "Add scores of the left and the right side of a smile, eye closure, nose wrinkle and upper lip raise.",
    )
    probabilities: Switch = _option(
        Choice(Switch),
        Switch.OFF,
        "Add the probability that each expression is present, 0 to 100.",
    )
    gaze: Switch = _option(
        Choice(Switch),
        Switch.OFF,
        "Add where the eyes look and how far they are open, and count blinks.",
    )
    max_faces: int = _option(
        WholeNumber(1, 100),
        50,
        "Measure at most so many faces at a time; current-pack and ct-pack jobs measure one.",
        5,
    )
    start_s: float | None = _option(
        _TIME_S,
        None,
        "Measure the video from this time on, in seconds of its own clock.",
        600,
    )
    end_s: float | None = _option(
        _TIME_S, None, "Measure the video up to this time, in seconds of its own clock.", 1200
    )
    frames_per_second: float | None = _option(
        Number(0.01, 240), None, "Measure at most so many frames a second, each at its own time.", 5
    )
    video: ResultVideo = _option(
        Choice(ResultVideo),
        ResultVideo.NONE,
        "A video in addition: annotated with boxes, ids, scores and curves, or anonymized, with every face covered.",
    )
    video_scores: str | None = _option(
        Names((*EXPRESSION_NAMES, *EMOTION_NAMES), _MOST_DRAWN, "up to 4 metrics, separated by commas"),
        None,
        "Scores to draw into an annotated video. Without it: smile, brow raise, brow furrow.",
        "smile,mouth open",
    )

    def __post_init__(self) -> None:
        """Raises `Invalid` for options that exclude each other."""
        if self.start_s is not None and self.end_s is not None and self.end_s <= self.start_s:
            raise Invalid(
                f"The end_s ({plain_number(self.end_s)}) must be later than the start_s ({plain_number(self.start_s)})."
            )
        if self.neutral_s is not None and not self.stretch.overlaps(*self.neutral_s):
            raise Invalid(f"Nothing is measured in the neutral stretch ({self.neutral}): see start_s and end_s.")

    @property
    def stretch(self) -> Stretch:
        """Returns the stretch of a video that is measured."""
        return Stretch(self.start_s, self.end_s, self.frames_per_second)

    @property
    def drawn(self) -> tuple[str, ...]:
        """Returns the scores that are drawn into an annotated video."""
        return _DRAWN if self.video_scores is None else tuple(self.video_scores.split(","))

    @property
    def neutral_s(self) -> tuple[float, float] | None:
        """The ends of `neutral`, in seconds."""
        return None if self.neutral is None else ends_of_span(self.neutral)


@dataclass(frozen=True, slots=True)
class CreationOptions:
    """Options of a new job that cannot be changed afterwards."""

    expires_in: int | None = _option(
        WholeNumber(1, MAX_KEPT_S),
        None,
        "Seconds after which the job is deleted with its media, results and annotations.",
        86_400,
    )
    callback_url: str | None = _option(
        Text(2048, "an https URL"),
        None,
        "HTTPS URL on the public Internet that is notified when the job ends.",
        "https://example.org/hooks/mien",
    )


@dataclass(frozen=True, slots=True)
class JobOption:
    """One row. `default` applies if the option is absent, empty or null; a default of None means not set."""

    name: str
    value: OptionValue
    default: object
    meaning: str
    examples: tuple[object, ...]

    @property
    def sentence(self) -> str:
        """Returns the meaning, and the default if there is one."""
        return self.meaning if self.default is None else f"{self.meaning} Default: {self.default}."

    def of_text(self, text: str) -> object:
        """Parses `text` from a form, from metadata or from a tag. Raises `Invalid`."""
        return self.default if text == "" else self.value.of_text(self.name, text)

    def of_json(self, value: object) -> object:
        """Parses a member of a JSON object. Raises `Invalid`."""
        return self.default if value is None or value == "" else self.value.of_json(self.name, value)


def _rows(table: type[JobOptions] | type[CreationOptions]) -> tuple[JobOption, ...]:
    return tuple(
        JobOption(row.name, row.metadata[_VALUE], row.default, row.metadata[_MEANING], row.metadata[_EXAMPLES])
        for row in fields(table)
    )


KEPT_OPTIONS = _rows(JobOptions)
"""The rows of `JobOptions`."""
CREATION_OPTIONS = _rows(CreationOptions)
"""The rows of `CreationOptions`."""
ALL_OPTIONS = (*KEPT_OPTIONS, *CREATION_OPTIONS)

OptionValues = Mapping[str, Any]
"""Values by the name of their option, of those that were given."""
NO_OPTIONS: OptionValues = {}
DEFAULT_OPTIONS = JobOptions()


def options_of_texts(texts: Mapping[str, str], rows: Iterable[JobOption] = ALL_OPTIONS) -> OptionValues:
    """Returns the values of `rows` that are in `texts` by name; ignores other texts. Raises `Invalid`."""
    return {row.name: row.of_text(texts[row.name]) for row in rows if row.name in texts}


def options_of_json(members: Mapping[str, object], rows: Iterable[JobOption] = ALL_OPTIONS) -> OptionValues:
    """Does the same with members of a JSON object. Raises `Invalid`."""
    return {row.name: row.of_json(members[row.name]) for row in rows if row.name in members}


def check_option_names(names: Iterable[str], rows: Iterable[JobOption] = ALL_OPTIONS) -> None:
    """Raises TypeError for names that none of `rows` has."""
    unknown = set(names) - {row.name for row in rows}
    if unknown:
        raise TypeError(f"A job has no option {', '.join(sorted(unknown))}.")


def kept_options(values: OptionValues) -> JobOptions:
    """Returns those of `values` that are kept with the job; the others have their defaults."""
    return JobOptions(**{row.name: values[row.name] for row in KEPT_OPTIONS if row.name in values})


def creation_options(values: OptionValues) -> CreationOptions:
    """Returns those of `values` that are for a new job only."""
    return CreationOptions(**{row.name: values[row.name] for row in CREATION_OPTIONS if row.name in values})
