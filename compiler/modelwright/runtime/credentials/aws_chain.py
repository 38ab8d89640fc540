"""
AWS's own chain of credentials, by botocore, which has to be installed: keys, profiles, roles, containers, web identities.

As a program it prints what it finds, in the form of `aws configure export-credentials`: that is how an environment other than
this process's own is looked through, for botocore reads that of its process.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from botocore.session import Session

from .answer import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Mapping

PROBLEM = "Problem"
"""What the program prints instead, with the reason, where there is nothing."""
_ALSO = ("HOME", "USERPROFILE")
_REGION = "us-east-1"
"""Where a role is taken if nothing says; botocore does not heed AWS_REGION, and gives up without a region."""


def is_own(environ: Mapping[str, str]) -> bool:
    """Tell whether *environ* says of AWS what this process's does."""
    names = {name for name in (*environ, *os.environ) if name.startswith("AWS_") or name in _ALSO}
    return all(environ.get(name) == os.environ.get(name) for name in names)


def printed() -> dict[str, Any]:
    """Return what the chain finds, as the tool prints it; raises UnreadableError when there is nothing."""
    try:
        session = Session()
        session.set_config_variable("region", session.get_config_variable("region") or os.environ.get("AWS_REGION") or _REGION)
        found = session.get_credentials()
        frozen = None if found is None else found.get_frozen_credentials()
    except Exception as error:  # noqa: BLE001  # its errors have no common root; only their kind is told
        reason = f"botocore failed with {type(error).__name__} (`aws sts get-caller-identity` says more)"
    else:
        if frozen is not None:
            ends = getattr(found, "_expiry_time", None)  # which botocore tells in no other way
            return {
                "Version": 1,
                "AccessKeyId": frozen.access_key,
                "SecretAccessKey": frozen.secret_key,
                "SessionToken": frozen.token,
                "Expiration": None if ends is None else ends.isoformat(),
            }
        reason = "botocore found no credentials"
    raise UnreadableError(reason)


if __name__ == "__main__":
    try:
        said = printed()
    except UnreadableError as error:
        said = {PROBLEM: str(error)}
    print(json.dumps(said))  # noqa: T201  # it is what the program is for
