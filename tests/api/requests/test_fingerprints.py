"""Tests what a multipart body says, whatever its bytes."""

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.api.requests.multipart_forms import part_digests

Part = tuple[str, str | None, bytes]

_NAMES = st.text("abc[]_", min_size=1, max_size=5)
_PARTS = st.lists(
    st.tuples(_NAMES, st.none() | st.sampled_from(["a.mp4", "b.mp4", "None"]), st.binary(max_size=40)), max_size=5
)
_BOUNDARIES = st.text("xyz", min_size=8, max_size=12).map("----------".__add__)


def _body(boundary: str, parts: list[Part]) -> bytes:
    lines = []
    for name, file_name, content in parts:
        file = f'; filename="{file_name}"' if file_name else ""
        header = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
        lines.append(header.encode() + content + b"\r\n")
    return b"".join(lines) + f"--{boundary}--\r\n".encode()


def _said(boundary: str, parts: list[Part]) -> object:
    return part_digests(f"multipart/form-data; boundary={boundary}", _body(boundary, parts))


@given(_PARTS, _BOUNDARIES, _BOUNDARIES)
def test_the_boundary_says_nothing(parts: list[Part], one: str, other: str) -> None:
    assert _said(one, parts) == _said(other, parts)


@given(_PARTS, _PARTS, _BOUNDARIES)
def test_other_parts_say_something_else(some: list[Part], others: list[Part], boundary: str) -> None:
    def by_name(parts: list[Part]) -> list[Part]:
        return sorted(parts, key=lambda part: part[0])  # the last of a name counts, so their order stays

    assert (_said(boundary, some) == _said(boundary, others)) == (by_name(some) == by_name(others))
