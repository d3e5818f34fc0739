"""URLs that clients name instead of sending a file: what may be asked for at all.

What a URL leads to is decided later, when its name is resolved (`outbound.pinned_connections`).
"""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import PurePosixPath
from unicodedata import category
from urllib.parse import quote, unquote, urlsplit

from chalicelib.domain.entries import MAX_FILE_NAME_CHARACTERS
from chalicelib.domain.intake.public_addresses import is_public
from chalicelib.domain.requests.client_texts import without_reordering
from chalicelib.errors import Invalid

MAX_URL_CHARACTERS = 2048
HTTPS_PORT = 443

_DEFAULT_FILE_NAME = "media"
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
# What libraries of various kinds take for a number, and a host that ends in one for an IPv4 address.
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
_SAFE_IN_TARGET = "!#$%&'()*+,/:;=?@[]~"


@dataclass(frozen=True, slots=True)
class InputUrl:
    """An https URL on the standard port. `host` is a name or an address (no brackets), `target` path and query."""

    host: str
    target: str

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"https://{host}{self.target}"


def parse_input_url(text: str, *, field: str = "input_url") -> InputUrl:
    """Raises `Invalid` if the text is not an https URL of a public host; the message says what to change in the
    `field`."""
    if len(text) > MAX_URL_CHARACTERS:
        raise Invalid(f"The {field} has {len(text)} characters; at most {MAX_URL_CHARACTERS} are accepted.")
    try:
        parts = urlsplit(text)
        port = parts.port
        host = _host(parts.hostname or "")
    except ValueError:  # brackets without an address, a port that is none, a name that cannot be encoded
        raise Invalid(f"The {field} is not a valid URL; send one like https://example.org/clip.mp4.") from None
    if parts.scheme != "https":
        raise Invalid(f"The {field} must begin with https://.")
    if "@" in parts.netloc:
        raise Invalid(f"The {field} must not contain a user name or password; use a signed URL instead.")
    if port not in (None, HTTPS_PORT):
        raise Invalid(f"The {field} must use the standard port of https, {HTTPS_PORT}.")
    if not _is_possible(host):
        raise Invalid(f"The {field} must name a host on the public Internet.")
    target = quote(f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}", safe=_SAFE_IN_TARGET)
    return _not_too_long(InputUrl(host, target), field)


def _not_too_long(url: InputUrl, field: str) -> InputUrl:
    """Returns the URL. A character outside ASCII takes up to twelve once it is encoded."""
    length = len(str(url))
    if length > MAX_URL_CHARACTERS:
        raise Invalid(
            f"The {field} has {length} characters once percent-encoded; at most {MAX_URL_CHARACTERS} are accepted."
        )
    return url


def file_name_of(url: InputUrl) -> str:
    """Returns the last segment of the URL's path as a file name; `media` if there is none."""
    name = unquote(PurePosixPath(url.target.partition("?")[0]).name, errors="replace")
    name = name.replace("\\", "/").rpartition("/")[2]
    name = "".join(character for character in name if category(character) not in ("Cc", "Cs", "Zl", "Zp")).strip()
    name = without_reordering(name).strip()
    return name[-MAX_FILE_NAME_CHARACTERS:] if name.strip(".") else _DEFAULT_FILE_NAME


def _host(text: str) -> str:
    """Lower case, in ASCII, without the dot at its end. Raises ValueError (UnicodeError is one)."""
    return text.encode("idna").decode().lower().removesuffix(".") if not text.isascii() else text.lower().rstrip(".")


def _is_possible(host: str) -> bool:
    try:
        return is_public(ip_address(host))
    except ValueError:
        labels = host.split(".")
    # A name without a dot is one of the inside; one that ends in a number is an address in some other notation.
    return (
        len(labels) > 1
        and len(host) <= 253
        and all(map(_LABEL.fullmatch, labels))
        and not _NUMBER.fullmatch(labels[-1])
    )
