"""The forms that the client sends to create jobs."""

import uuid
from collections.abc import Iterable, Mapping
from typing import BinaryIO

from requests_toolbelt import MultipartEncoder, MultipartEncoderMonitor

from chalicelib.domain.intake.media_types import content_type_of
from chalicelib.domain.requests.job_options import ALL_OPTIONS, JobOption, OptionValues, check_option_names
from chalicelib.domain.requests.option_values import Choice
from mien.client.direct_upload import UploadProgress


def form_of(
    body: BinaryIO, file_name: str, fields: dict[str, str], on_upload: UploadProgress
) -> MultipartEncoderMonitor:
    """Returns the form of a new job, which reads the file as it is sent."""
    sendable_name = file_name.encode(errors="replace").decode()  # a name on the disk need not be text
    form = MultipartEncoder(
        {**fields, "entry_job[input]": (sendable_name, body, content_type_of(file_name, None))},
    )
    return MultipartEncoderMonitor(form, lambda monitor: on_upload(monitor.bytes_read, form.len))


def option_fields(options: OptionValues) -> dict[str, str]:
    """Returns the fields of a form that stand for options."""
    return {f"entry_job[{name}]": str(value) for name, value in options.items()}


def options_of_python(
    options: Mapping[str, str | float], rows: Iterable[JobOption] = ALL_OPTIONS
) -> dict[str, str | float]:
    """Returns options as the API takes them: True and False stand for on and off. Raises TypeError for an option that
    none of `rows` has."""
    rows = tuple(rows)
    check_option_names(options, rows)
    switches = {row.name for row in rows if isinstance(row.value, Choice) and {"on", "off"} <= {*row.value.choices}}
    return {
        name: ("on" if value else "off") if isinstance(value, bool) and name in switches else value
        for name, value in options.items()
    }


def once_only(key: str = "") -> dict[str, str]:
    """Sends a request that may be repeated if there is no response: with one key, the API processes it once."""
    return {"Idempotency-Key": key or str(uuid.uuid4())}


def if_given(name: str, value: str) -> dict[str, str]:
    """Returns a field or parameter, or none if its text is empty."""
    return {name: value} if value else {}
