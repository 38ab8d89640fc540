"""AWS Signature Version 4, by botocore, which has to be installed. Imported when the first way that signs is found."""

from __future__ import annotations

from time import gmtime, strftime
from typing import TYPE_CHECKING

from botocore.auth import SIGV4_TIMESTAMP, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .signing import Sign

_SIGNED_ANEW = ("authorization", "date", "x-amz-date", "x-amz-security-token")


def signer(parts: Mapping[str, str], service: str, region: str) -> Sign:
    """Return what signs requests to *service* in *region* with the *parts* of a secret."""
    token = parts.get("session_token")
    auth = SigV4Auth(Credentials(parts["access_key_id"], parts["secret_access_key"], token), service, region)

    def sign(method: str, url: str, headers: Mapping[str, str], body: bytes, at: float) -> dict[str, str]:
        """Sign as `SigV4Auth.add_auth` does, which takes the time from the clock alone and logs what it signs, the token among it."""
        request = AWSRequest(method, url, {name: value for name, value in headers.items() if name.lower() not in _SIGNED_ANEW}, body)
        request.context["timestamp"] = request.headers["X-Amz-Date"] = strftime(SIGV4_TIMESTAMP, gmtime(at))
        if token:
            request.headers["X-Amz-Security-Token"] = token
        signature = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
        signed = auth.signed_headers(auth.headers_to_sign(request))
        request.headers["Authorization"] = f"AWS4-HMAC-SHA256 Credential={auth.scope(request)}, SignedHeaders={signed}, Signature={signature}"
        return dict(request.headers.items())

    return sign
