"""Checks that IP addresses belong to the public Internet; others are private networks, perhaps our own."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

IPAddress = IPv4Address | IPv6Address

# Python calls these global; the first is the retired relay anycast of 6to4 (RFC 7526), which leads to IPv4 inside.
_NOT_PUBLIC_V4 = (IPv4Network("192.88.99.0/24"), IPv4Network("192.0.0.0/24"))

_GLOBAL_UNICAST_V6 = IPv6Network("2000::/3")
_NOT_PUBLIC_V6 = (
    IPv6Network("2001::/23"),  # protocol assignments, Teredo among them, which holds IPv4 addresses
    IPv6Network("2001:db8::/32"),  # documentation
    IPv6Network("2002::/16"),  # 6to4, which holds IPv4 addresses
    IPv6Network("3fff::/20"),  # documentation
)
# In these the last 32 bits are an IPv4 address, and the packets go there.
_WRAPPED_V4 = (IPv6Network("64:ff9b::/96"), IPv6Network("::ffff:0:0/96"))


def is_public(address: IPAddress) -> bool:
    """Returns True if `address` belongs to the public Internet, in any notation.

    A list of forbidden ranges is not enough: an IPv6 address is public only inside the globally allocated range
    (2000::/3), or if it embeds a public IPv4 address.
    """
    if isinstance(address, IPv4Address):
        inside = address.is_multicast or address.is_reserved or not address.is_global
        return not inside and not any(address in network for network in _NOT_PUBLIC_V4)
    if any(address in network for network in _WRAPPED_V4):
        return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    if address.scope_id is not None or address not in _GLOBAL_UNICAST_V6 or not address.is_global:
        return False
    return not any(address in network for network in _NOT_PUBLIC_V6)
