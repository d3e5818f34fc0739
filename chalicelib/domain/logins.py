"""Log-ins that failed, and how long the next attempt has to wait."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

FREE_FAILURES = 4
"""Mistakes that cost nothing; the next one makes its maker wait."""
ANY_NAME = "any name"
"""The name under which all failures from a source are counted together; no user has it, for it has no @."""
FREE_FAILURES_OF_A_SOURCE = 20
"""Mistakes of all names from one source, which may be a whole institute behind one address."""
FORGOTTEN_AFTER_S = 15 * 60
"""Since the last failure. Longer than the longest wait, so that waiting does not reset the count."""

_FIRST_WAIT_S = 5
_LONGEST_WAIT_S = 5 * 60
_SIXTY_FOUR_BITS = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class LoginFailures:
    """The number of failed logins as one user name from one source, and the time of the last."""

    count: int
    last: datetime

    def wait_s(self, now: datetime, *, free: int = FREE_FAILURES) -> int:
        """Returns the whole seconds until the next attempt is allowed; 0 if it is allowed now.

        5 s after the first failure beyond `free`, twice as long after each further one, five minutes at most.
        """
        beyond = self.count - free
        if beyond <= 0:
            return 0
        wait_s = min(_FIRST_WAIT_S * 2 ** min(beyond - 1, 10), _LONGEST_WAIT_S)
        return max(0, math.ceil((self.last + timedelta(seconds=wait_s) - now).total_seconds()))


def source_of(ip: str) -> str:
    """Whom an address stands for: an IPv4 address itself, of an IPv6 address the network (/64) that one customer has.

    What is no address stands for itself.
    """
    try:
        address = ip_address(ip)
    except ValueError:
        return ip
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return f"{IPv6Address(int(address) & ~_SIXTY_FOUR_BITS)}/64"
