"""The environment, typed. The only place that reads it; every field is documented in docs/settings.md."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a deployment. Environment variables: the field names in upper case, after `MIEN_`."""

    table_name: str
    media_bucket: str
    job_queue_url: str
    public_base_url: str | None = None
    link_expires_s: int = 300
    lease_s: float = 60.0
    max_attempts: int = 3
    max_body_bytes: int = 10_000_000
    max_pixels: int = 64_000_000
    max_duration_s: float = 4 * 3600.0
    models_dir: Path = Path("models")
    requests_per_minute: int = 600
    request_burst: int = 100
    max_upload_bytes: int = 10_000_000_000
    upload_expires_s: int = 3600
    fetch_timeout_s: float = 600.0
    retention_s: float | None = None
    cors_origins: str = "*"
    delivery_queue_url: str | None = None
    expressions_only: bool = False
    batch_queue: str | None = None
    batch_job_definition: str | None = None
    segment_above_s: float = 600.0
    segment_above_bytes: int = 4_000_000_000
    segment_s: float = 120.0
    segment_overlap_s: float = 4.0
    batch_jobs_at_once: int = 20


class SettingsError(Exception):
    """The environment lacks a variable or holds one that cannot be read."""


_ON, _OFF = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


def _switch(text: str) -> bool:
    """Raises ValueError for a word that is none: a slip of the pen must not leave the emotions on."""
    if text.lower() not in (*_ON, *_OFF):
        raise ValueError(text)
    return text.lower() in _ON


_REQUIRED = ("table_name", "media_bucket", "job_queue_url")
_OPTIONAL: Mapping[str, Callable[[str], object]] = {
    "public_base_url": str,
    "link_expires_s": int,
    "lease_s": float,
    "max_attempts": int,
    "max_body_bytes": int,
    "max_pixels": int,
    "max_duration_s": float,
    "models_dir": Path,
    "requests_per_minute": int,
    "request_burst": int,
    "max_upload_bytes": int,
    "upload_expires_s": int,
    "fetch_timeout_s": float,
    "retention_s": float,
    "cors_origins": str,
    "delivery_queue_url": str,
    "expressions_only": _switch,
    "batch_queue": str,
    "batch_job_definition": str,
    "segment_above_s": float,
    "segment_above_bytes": int,
    "segment_s": float,
    "segment_overlap_s": float,
    "batch_jobs_at_once": int,
}


def variable_name(field_name: str) -> str:
    """The environment variable of a field: `lease_s` is `MIEN_LEASE_S`."""
    return f"MIEN_{field_name.upper()}"


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings that `environment` states. Raises `SettingsError` naming the variable that is missing or wrong."""
    values: dict[str, object] = {}
    for field_name in _REQUIRED:
        text = environment.get(variable_name(field_name), "")
        if not text:
            raise SettingsError(f"The environment variable {variable_name(field_name)} is not set.")
        values[field_name] = text
    for field_name, parse in _OPTIONAL.items():
        text = environment.get(variable_name(field_name), "")
        if not text:
            continue
        try:
            values[field_name] = parse(text)
        except ValueError:
            raise SettingsError(
                f"The environment variable {variable_name(field_name)} holds {text!r}, not {_kind_of(parse)}."
            ) from None
    return Settings(**values)  # type: ignore[arg-type]  # every value came from its own parser


def _kind_of(parse: Callable[[str], object]) -> str:
    return f"one of {', '.join((*_ON, *_OFF))}" if parse is _switch else "a number"


def write_settings(settings: Settings) -> dict[str, str]:
    """The environment that `read_settings` turns back into `settings`."""
    pairs = ((name, getattr(settings, name)) for name in (*_REQUIRED, *_OPTIONAL))
    return {variable_name(name): str(value) for name, value in pairs if value is not None}
