"""The time of day, which tests set."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 31, 9, 30, 0, 250_000, tzinfo=UTC)


class FixedClock:
    """The port `Clock`; time passes only when a test says so."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> datetime:
        """Moves on by `seconds` and returns the new time."""
        self.now += timedelta(seconds=seconds)
        return self.now
