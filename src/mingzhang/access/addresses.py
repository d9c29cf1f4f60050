"""Where a request came from."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest

NOWHERE = "0.0.0.0"  # noqa: S104  what is kept when the server tells no address, as behind a Unix socket


def client_address(request: HttpRequest) -> str:
    """The address that a request came from. X-Forwarded-For is whatever the sender says, except for what
    our own proxies append: with MINGZHANG_TRUSTED_PROXIES=n the n-th from the right is true, and without proxies
    the header is not read."""
    proxies: int = settings.TRUSTED_PROXIES
    seen = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    told = seen[-proxies] if 0 < proxies <= len(seen) else ""
    return _readable(told) or _readable(request.META.get("REMOTE_ADDR", "")) or NOWHERE


def _readable(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""


def shortened(address: str) -> str:
    """The network that an address is in (/24, /48): enough to see that something is strange, too little to follow
    a person."""
    ip = ipaddress.ip_address(address)
    return str(ipaddress.ip_network((ip, 24 if ip.version == 4 else 48), strict=False).network_address)
