"""Log-ins that need no slow hash, for clients poll."""

import hashlib
import hmac
import secrets
from collections import OrderedDict
from threading import Lock

_MOST = 1000


class RememberedLogins:
    """Combinations of stored hash, password and source that were verified in this process, as keyed digests; the latest
    thousand.

    The user's row is still read for every request, so disabling a user or changing a password works at once. The source
    is included: otherwise another user's remembered password could be guessed from elsewhere without being counted.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._digests: OrderedDict[bytes, None] = OrderedDict()
        self._lock = Lock()

    def knows(self, password_hash: str, password: str, source: str) -> bool:
        """Returns True if this combination was added."""
        return self._digest(password_hash, password, source) in self._digests

    def add(self, password_hash: str, password: str, source: str) -> None:
        """Remembers a log-in that was right."""
        with self._lock:
            self._digests[self._digest(password_hash, password, source)] = None
            if len(self._digests) > _MOST:
                self._digests.popitem(last=False)

    def _digest(self, password_hash: str, password: str, source: str) -> bytes:
        # Neither a hash nor a source can contain NUL, so the three cannot be cut in another way.
        text = f"{password_hash}\0{source}\0{password}"
        return hmac.new(self._key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
