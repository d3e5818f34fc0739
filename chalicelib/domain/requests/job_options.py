"""The options of a job: what a client may ask for beside the job's name."""

from enum import StrEnum

from chalicelib.domain.requests.result_formats import ResultTable
from chalicelib.errors import Invalid


class NeutralBaseline(StrEnum):
    """Whether scores are corrected by the person's own neutral, in jobs that can do so."""

    ON = "on"
    OFF = "off"


def parse_result_table(text: str | None) -> ResultTable:
    """The table a client means; nothing and an empty text mean none. Raises `Invalid` for one that does not exist."""
    try:
        return ResultTable(text or ResultTable.NONE)
    except ValueError:
        raise Invalid(f"There is no table of this kind; use one of: {', '.join(ResultTable)}.") from None


def parse_neutral_baseline(text: str | None) -> NeutralBaseline:
    """What a client means; nothing and an empty text mean on. Raises `Invalid` for anything but on and off."""
    try:
        return NeutralBaseline(text or NeutralBaseline.ON)
    except ValueError:
        raise Invalid(f"The neutral baseline is one of: {', '.join(NeutralBaseline)}.") from None
