"""The time of day, as services ask for it."""

from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]
