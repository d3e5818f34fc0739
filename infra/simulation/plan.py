"""The plan of a simulation: load, speeds, limits."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Media:
    """One kind of video among the jobs: `share` of all jobs, each of `duration_s` seconds of video."""

    share: float
    duration_s: float


@dataclass(frozen=True, slots=True)
class Functions:
    """The worker function behind its queue. An event source mapping begins with `first` invocations at once and adds
    `growth_per_min` while messages wait, up to `maximum`. A job costs `overhead_s` in addition to its frames."""

    frames_per_s: float
    overhead_s: float = 2.0
    first: int = 5
    growth_per_min: float = 300.0
    maximum: int = 50
    memory_gb: float = 3008 / 1024
    disk_gb: float = 10.0


@dataclass(frozen=True, slots=True)
class Fleet:
    """The machines on which Batch runs segments, with `slots` segments at once, which take `boot_s` to come and go
    after `idle_s` without work, or, if they are for one segment each, at its end. `start_s` passes before a segment's
    first frame. Spot machines are taken away `interruptions_per_h` times an hour; the segment on them begins again."""

    frames_per_s: float
    maximum: int
    boot_s: float
    start_s: float
    idle_s: float
    interruptions_per_h: float
    usd_per_h: float
    slots: int = 1
    is_for_one_segment: bool = False

    def __post_init__(self) -> None:
        if self.is_for_one_segment and self.slots != 1:
            raise ValueError("a machine for one segment has one slot")


@dataclass(frozen=True, slots=True)
class Plan:
    """A day, or a part of one. Videos longer than `segment_above_s` go in segments of about `segment_s` seconds.

    A second of video has `video_mb_per_s` megabytes, of which workers load `load_mb_per_s` a second; each segment loads
    the whole video.
    """

    name: str
    jobs_per_h: float
    media: tuple[Media, ...]
    functions: Functions
    fleet: Fleet
    hours: float = 24.0
    video_frames_per_s: float = 30.0
    video_mb_per_s: float = 0.6
    load_mb_per_s: float = 100.0
    segment_above_s: float = 300.0
    segment_s: float = 300.0
    overlap_s: float = 4.0
    seed: int = 1

    def __post_init__(self) -> None:
        if abs(sum(each.share for each in self.media) - 1) > 1e-9:
            raise ValueError("the shares of the media are to make one")

    @property
    def video_hours_per_day(self) -> float:
        """Returns the mean of the load."""
        mean_s = sum(each.share * each.duration_s for each in self.media)
        return self.jobs_per_h * 24 * mean_s / 3600
