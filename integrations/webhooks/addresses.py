"""Which addresses may be called: public ones, over HTTPS. The name is resolved once, and what was checked is what is called."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_SPECIAL = ipaddress.ip_network("192.0.0.0/24")
"""Of the IETF's own; a cloud's metadata is there too."""


class AddressRefused(ValueError):
    """The address may not be called; the text says why and what would do."""


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart."""

    scheme: str
    host: str
    port: int
    path: str
    """With the query."""

    @property
    def host_header(self) -> str:
        """As HTTP names the host."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == {"https": 443, "http": 80}[self.scheme] else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Place:
    """A checked address to connect to."""

    family: int
    address: tuple[Any, ...]


def parse(url: str) -> Target:
    """The parts of a URL that may be called, as far as it alone can tell. AddressRefused says what is wrong."""
    if len(url) > 1000 or not url.isprintable() or " " in url or "\\" in url:
        raise AddressRefused("This is not an address. Give one like https://crm.example.com/hooks.")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").rstrip(".")
        host = host if ":" in host else host.encode("idna").decode("ascii").lower()
        (parts.path + parts.query).encode("ascii")
    except ValueError as error:  # UnicodeError is one
        raise AddressRefused("This is not an address. Give one like https://crm.example.com/hooks.") from error
    if parts.scheme not in _schemes():
        raise AddressRefused("The address has to begin with https://.")
    if not host or port == 0:
        raise AddressRefused("The address names no host. Give one like https://crm.example.com/hooks.")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise AddressRefused("The address may hold neither a user name nor a # part; messages are signed instead.")
    _refuse_by_name(host)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port or {"https": 443, "http": 80}[parts.scheme], path)


def _schemes() -> set[str]:
    return {"https", "http"} if settings.WEBHOOK_HTTP else {"https"}


def _refuse_by_name(host: str) -> None:
    """What can be told without asking the name servers: local names, and numbers in whatever spelling."""
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        if not settings.WEBHOOK_NETWORKS:
            raise AddressRefused(f"{host} is not a public address.")
        return
    try:
        literal = ipaddress.ip_address(host)
    except ValueError:
        try:
            literal = ipaddress.ip_address(socket.inet_aton(host))  # 127.1, 0x7f000001, 2130706433
        except OSError:
            return
    refuse_private(literal)


def resolve(target: Target) -> list[Place]:
    """Where the host is, every address checked. AddressRefused if one of them is not public; OSError: no such name."""
    found: Sequence[Any] = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    for _, _, _, _, address in found:
        refuse_private(ipaddress.ip_address(str(address[0]).partition("%")[0]))
    return [Place(family, address) for family, _, _, _, address in found]


def refuse_private(address: Ip) -> None:
    """AddressRefused unless the address is public, or of a network that the settings allow."""
    inner = _inner(address)
    if any(inner.version == network.version and inner in network for network in settings.WEBHOOK_NETWORKS):
        return
    site_local = isinstance(inner, ipaddress.IPv6Address) and inner.is_site_local
    special = isinstance(inner, ipaddress.IPv4Address) and inner in _SPECIAL
    if special or not inner.is_global or inner.is_multicast or inner.is_reserved or inner.is_unspecified or site_local:
        raise AddressRefused(
            f"{address} is not a public address. Private, local and metadata addresses are not called."
        )


def _inner(address: Ip) -> Ip:
    """The IPv4 address inside an IPv6 one that only wraps it."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address.sixtofour is not None:
            return address.sixtofour
        if address.teredo is not None:
            return address.teredo[1]
        if address in _NAT64 or (int(address) >> 32 == 0 and int(address) > 1):
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address
