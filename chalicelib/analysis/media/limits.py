"""The checks of `MediaLimits`, with their error messages."""

from chalicelib.analysis.media.frames import MediaLimits
from chalicelib.domain.requests.number_texts import plain_number
from chalicelib.errors import MediaError

DEFAULT_LIMITS = MediaLimits()


def require_pixels(width_px: int, height_px: int, limits: MediaLimits) -> None:
    """MediaError if a picture of this size has more pixels than the limits allow."""
    if width_px * height_px > limits.max_pixels:
        raise MediaError(
            f"The picture has {width_px} x {height_px} pixels; at most {limits.max_pixels} are accepted. "
            "Scale it down and upload it again."
        )


def require_animation_pixels(width_px: int, height_px: int, frames: int, limits: MediaLimits) -> None:
    """MediaError if an animation has more pixels in all its frames together than the limits allow."""
    if width_px * height_px * frames > limits.max_animation_pixels:
        raise MediaError(
            f"The animation has {frames} frames of {width_px} x {height_px} pixels, which is too much to compose. "
            "Convert it to a video (MP4) and upload that."
        )


def require_duration(duration_s: float, limits: MediaLimits) -> None:
    """MediaError if the duration exceeds the limits."""
    if duration_s > limits.max_duration_s:
        raise MediaError(
            f"The video lasts longer than the {plain_number(limits.max_duration_s)} seconds that are accepted. "
            "Cut it into parts and upload them one by one."
        )
