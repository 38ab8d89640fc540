"""
What a client of Microsoft Entra proves itself with that has a certificate: an assertion, signed with its key.

Its form is that of https://learn.microsoft.com/entra/identity-platform/certificate-credentials, as of 2026-11.
"""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key, pkcs12
from cryptography.x509 import load_pem_x509_certificates

from .answer import UnreadableError

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

_LASTS_SECONDS = 600


def assertion(content: bytes, password: str | None, client: str, audience: str, now: float, *, with_chain: bool) -> str:
    """Return the assertion that *client* shows to *audience*, signed with the key in *content*, PEM or PKCS #12; raises UnreadableError."""
    key, certificates = _loaded(content, password.encode() if password else None)
    header: dict[str, Any] = {"alg": "PS256", "typ": "JWT", "x5t#S256": _encoded(certificates[0].fingerprint(SHA256()))}
    if with_chain:
        header["x5c"] = [b64encode(one.public_bytes(Encoding.DER)).decode() for one in certificates]
    claims = {"aud": audience, "iss": client, "sub": client, "jti": str(uuid4()), "nbf": int(now), "iat": int(now), "exp": int(now) + _LASTS_SECONDS}
    said = ".".join(_encoded(json.dumps(part).encode()) for part in (header, claims))
    signature = key.sign(said.encode(), padding.PSS(padding.MGF1(SHA256()), padding.PSS.DIGEST_LENGTH), SHA256())
    return f"{said}.{_encoded(signature)}"


def _loaded(content: bytes, password: bytes | None) -> tuple[rsa.RSAPrivateKey, list[Certificate]]:
    key: Any = None
    certificates: list[Certificate] = []
    try:
        if b"-----BEGIN" in content:
            key, certificates = load_pem_private_key(content, password), load_pem_x509_certificates(content)
        else:
            key, own, more = pkcs12.load_key_and_certificates(content, password)
            certificates = [one for one in (own, *more) if one is not None]
    except (ValueError, TypeError, UnsupportedAlgorithm):
        pass
    if isinstance(key, rsa.RSAPrivateKey) and certificates:
        return key, certificates
    raise UnreadableError("it holds no certificate with its RSA key, or another password opens it")


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
