"""Which of the pictures in a TIFF is meant, and why some files cannot be read. Tags: TIFF 6.0."""

from pathlib import Path

from PIL import Image, TiffImagePlugin

from chalicelib.errors import MediaError

_SUBFILE_TYPE, _BITS, _SAMPLE_FORMAT, _WIDTH = 254, 258, 339, 256
_REDUCED, _MASK = 1, 4
# Of the first page's width: anything smaller is a preview, even if it is not marked as one.
_PREVIEW_SHARE = 0.5
_HEAD_BYTES = 8


def require_one_page(picture: Image.Image) -> None:
    """MediaError if a TIFF holds several pages, or begins with a preview of what cannot be read here. Leaves the
    picture at its first page.

    Smaller versions and masks are no pages. Only as many directories are looked at as it takes to find a second page.
    """
    if _subfile_type(picture) & _REDUCED:
        raise MediaError(
            "The TIFF begins with a preview, as raw files of cameras do, and the picture itself cannot be read. "
            "Develop it to JPEG or PNG and upload that."
        )
    position, width = 1, picture.width
    while _turned_to(picture, position):
        if not _subfile_type(picture) & (_REDUCED | _MASK) and picture.width >= _PREVIEW_SHARE * width:
            raise MediaError(
                "The TIFF holds several pages, and pages have no times. Save the one that is meant as a picture of its "
                "own, or all of them as a video (MP4), and upload that."
            )
        position += 1
    picture.seek(0)


def _turned_to(picture: Image.Image, position: int) -> bool:
    try:
        picture.seek(position)
    except EOFError:
        return False
    return True


def _subfile_type(picture: Image.Image) -> int:
    tags = picture.tag_v2 if isinstance(picture, TiffImagePlugin.TiffImageFile) else {}
    value = tags.get(_SUBFILE_TYPE, 0)
    return value if isinstance(value, int) else 0


def why_unreadable(path: Path) -> str | None:
    """Returns an error message for a TIFF whose kind of samples Pillow cannot read; else None.
    Raises what Pillow raises for broken tags."""
    with path.open("rb") as file:
        tags = TiffImagePlugin.ImageFileDirectory_v2(file.read(_HEAD_BYTES))
        file.seek(tags.next)
        tags.load(file)
    bits, form = tags.get(_BITS, (1,)), tags.get(_SAMPLE_FORMAT, (1,))
    if tags.get(_WIDTH) is None or not isinstance(bits, tuple) or not isinstance(form, tuple):
        return None
    if set(bits) <= {1, 2, 4, 8, 16} and set(form) == {1}:
        return None
    kind = {2: "signed ", 3: "floating-point ", 5: "complex ", 6: "complex "}.get(form[0], "")
    return (
        f"The TIFF has {len(bits)} {kind}samples of {bits[0]} bits for each pixel, which cannot be read. Save it "
        "with 8 or 16 bits and upload it again."
    )
