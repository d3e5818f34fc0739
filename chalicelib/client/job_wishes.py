"""What a client wishes of a job beside its name."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class JobWishes:
    """What is empty or None is left to the API."""

    table: str = ""
    neutral_baseline: str = ""
    expires_in_s: int | None = None
    callback_url: str = ""

    def members(self) -> Mapping[str, str | int]:
        """As members of an `entry_job` in JSON."""
        members: dict[str, str | int | None] = {
            "table": self.table,
            "neutral_baseline": self.neutral_baseline,
            "expires_in": self.expires_in_s,
            "callback_url": self.callback_url,
        }
        return {name: wish for name, wish in members.items() if wish}

    def fields(self) -> Mapping[str, str]:
        """The same as fields of a form."""
        return {f"entry_job[{name}]": str(wish) for name, wish in self.members().items()}


NO_WISHES = JobWishes()
