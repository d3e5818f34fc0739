"""Media stores together with a way to follow their links."""

import re
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

import requests

from chalicelib.aws.s3.media import S3Media
from chalicelib.services.ports import MediaStore
from tests.fakes import FakeMedia
from tests.moto_stack import MotoStack

# RFC 6266 and RFC 8187, in the form that we write.
_DISPOSITION = re.compile(r"attachment; filename=\"[ -~]*\"; filename\*=UTF-8''([A-Za-z0-9!#$&+.^_`|~%-]+)")


@dataclass(frozen=True, slots=True)
class Download:
    """The response of a link."""

    body: bytes
    file_name: str
    content_type: str


class MediaCase(Protocol):
    """A media store under test."""

    @property
    def store(self) -> MediaStore:
        """The store."""

    def follow(self, url: str, byte_range: tuple[int, int] | None = None) -> Download:
        """Returns what GET gives, for all bytes or the first to the last of a range."""


class FakeMediaCase:
    """The fake's links lead nowhere: they are followed by reading them."""

    def __init__(self) -> None:
        self.store = FakeMedia()

    def follow(self, url: str, byte_range: tuple[int, int] | None = None) -> Download:
        parts = urlsplit(url)
        assert (parts.scheme, parts.netloc) == ("https", "media.invalid")
        query = parse_qs(parts.query, strict_parsing=True)
        body = self.store.objects[unquote(parts.path).removeprefix("/")].body
        if byte_range is not None:
            body = body[byte_range[0] : byte_range[1] + 1]
        return Download(body, *query["file_name"], *query["content_type"])


class S3MediaCase:
    """S3 in moto, asked over HTTP."""

    def __init__(self, stack: MotoStack) -> None:
        self.store = S3Media(stack.clients.s3, stack.bucket, link_expires_s=300)

    def follow(self, url: str, byte_range: tuple[int, int] | None = None) -> Download:
        headers = {} if byte_range is None else {"Range": f"bytes={byte_range[0]}-{byte_range[1]}"}
        answer = requests.get(url, headers=headers, timeout=10)
        assert answer.status_code == (200 if byte_range is None else 206), answer.text
        disposition = _DISPOSITION.fullmatch(answer.headers["Content-Disposition"])
        assert disposition is not None, answer.headers["Content-Disposition"]
        return Download(answer.content, unquote(disposition[1], errors="strict"), answer.headers["Content-Type"])
