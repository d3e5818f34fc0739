"""The header that names a download."""

import re
from urllib.parse import quote

# The characters that RFC 8187 (section 3.2.1, attr-char) allows unescaped, besides letters and digits.
_ATTR_CHARACTERS = "!#$&+-.^_`|~"
# Outside printable ASCII, or with a meaning inside quotes to some reader (RFC 6266, appendix D).
_UNSAFE_IN_QUOTES = re.compile(r'[^ -~]|["\\%/]')


def attachment(file_name: str) -> str:
    """`attachment` with the file name twice (RFC 6266): in ASCII for old readers, exactly for the others.

    The result is printable ASCII whatever the name holds, so that it cannot end the header or begin another.
    """
    fallback = _UNSAFE_IN_QUOTES.sub("_", file_name)
    exact = quote(file_name, safe=_ATTR_CHARACTERS, encoding="utf-8", errors="replace")
    return f"attachment; filename=\"{fallback}\"; filename*=UTF-8''{exact}"
