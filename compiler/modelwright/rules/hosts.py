"""The host a URL names, and whether it is in a private network."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

_LOCAL_DOMAINS = (".localhost", ".local", ".internal")
_PRIVATE = ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "0.0.0.0/32", "::1/128", "fe80::/10", "fc00::/7", "::/128")
"""This machine, RFC 1918, link-local and unique local addresses."""


def host_of(url: str) -> str:
    """
    Return the host *url* really names.

    >>> host_of("http://localhost@api.acme.example:8080/v1")
    'api.acme.example'
    """
    authority = url.partition("://")[2]
    for mark in "/?#\\":
        authority = authority.partition(mark)[0]
    host = authority.rpartition("@")[2]
    host = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    return host.rstrip(".").lower()


def is_private(host: str) -> bool:
    """
    Tell whether *host* is this machine or in a private network.

    >>> [is_private(host) for host in ("localhost", "gpu-box", "10.1.2.3", "8.8.8.8", "134744072", "acme.example", "${host}")]
    [True, True, True, False, False, False, False]
    """
    if host.endswith(_LOCAL_DOMAINS):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        # A number without dots is an address, too: 134744072 is 8.8.8.8.
        return host[:1].isalpha() and "." not in host and ":" not in host
    mapped = getattr(address, "ipv4_mapped", None) or address
    return any(mapped in ip_network(network) for network in _PRIVATE)
