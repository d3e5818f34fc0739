import pytest

from chalicelib.domain.media_types import content_type_of


@pytest.mark.parametrize(
    ("stated", "kept"),
    [
        ("video/x-special", "video/x-special"),
        ('video/mp4; codecs="avc1"', 'video/mp4; codecs="avc1"'),
        ("application/octet-stream", "video/mp4"),
        (None, "video/mp4"),
    ],
)
def test_a_clients_word_counts_unless_it_says_nothing(stated: str | None, kept: str) -> None:
    assert content_type_of("clip.MP4", stated) == kept


@pytest.mark.parametrize("gap", ["\n", "\r\n", "\x0b", "\x1c", "\x85", "\xa0", "\u2003"])
def test_white_space_that_no_header_may_hold_makes_it_no_content_type(gap: str) -> None:
    assert content_type_of("clip.mp4", f"video/mp4{gap};x") == "video/mp4"
