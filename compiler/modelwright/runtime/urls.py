"""How the URL of a call is put together from its parts, and what kind of host it names."""


def is_private(base_url: str) -> bool:
    """
    Tell whether *base_url* names this machine or one of a private network.

    >>> [is_private(f"http://{host}/v1") for host in ("localhost:8000", "gpu-box", "10.1.2.3", "[::1]:1", "8.8.8.8", "acme.example")]
    [True, True, True, True, False, False]
    """
    from ipaddress import ip_address
    from urllib.parse import urlsplit

    host = ""
    try:
        host = (urlsplit(base_url).hostname or "").rstrip(".")
        address = ip_address(host)
    except ValueError:
        return host.endswith((".localhost", ".local", ".internal")) or (host[:1].isalpha() and "." not in host)
    return (getattr(address, "ipv4_mapped", None) or address).is_private


def joined(base_url: str, path: "str | None", protocol: "dict[str, Any]") -> str:
    """
    Return *base_url* with the path of a call.

    The protocol's version goes between unless the base URL ends in one, so that `https://h` and `https://h/v1` both work. What
    a path of the route's own begins with is not doubled where the base URL ends in it, or in it and a version that the path does
    without: Azure's is given with and without.

    >>> joined("https://h/openai/v1", "/openai/v1/responses", {}), joined("https://h/openai/v1", "/openai/deployments/m", {})
    ('https://h/openai/v1/responses', 'https://h/openai/deployments/m')
    """
    if path is not None:
        begun = [path[:end] for end in range(len(path) - 1, 0, -1) if path[end] == "/"]
        for base in (base_url, _unversioned(base_url)):
            begin = next(filter(base.endswith, begun), None)
            if begin is not None:
                return base.removesuffix(begin) + path
        return base_url + path
    return base_url + ("" if _unversioned(base_url) != base_url else protocol.get("version", "")) + str(protocol.get("path", ""))


def _unversioned(base_url: str) -> str:
    """Return *base_url* without the version it ends in."""
    rest, slash, last = base_url.rpartition("/")
    return rest if slash and last[:1] == "v" and last[1:2].isdigit() else base_url


def versioned(template: str, base_url: str, version: str) -> str:
    """
    Return *template* so that *base_url* may end in the version of the API or not.

    >>> versioned("${base_url}/models", "https://h", "/v1"), versioned("${base_url}/models", "https://h/v1", "/v1")
    ('${base_url}/v1/models', '${base_url}/models')
    >>> versioned("${base_url}/v1/models", "https://h/v1", "/v1"), versioned("${base_url}/models", "https://h/api", "/v1")
    ('${base_url}/models', '${base_url}/models')
    """
    head, mark, rest = template.partition("${base_url}")
    if base_url.endswith(rest):
        return head + mark
    if version and base_url.endswith(version) and rest.startswith(f"{version}/"):
        return head + mark + rest[len(version) :]
    is_bare = "/" not in base_url.partition("://")[2]
    return head + mark + (version if is_bare and rest[:2] != "/v" else "") + rest


def quoted(text: str) -> str:
    safe = "-._~@"
    return "".join(chr(byte) if chr(byte).isascii() and (chr(byte).isalnum() or chr(byte) in safe) else f"%{byte:02X}" for byte in text.encode())


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any
