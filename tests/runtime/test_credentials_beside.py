"""What goes with a credential: a second secret in a header of its own, and claims of a token."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, strategies as st

from credential_searches import search
from modelwright.runtime.credentials import chain
from modelwright.runtime.credentials.claims import claims_of, end_of, headers_of

if TYPE_CHECKING:
    from modelwright.runtime.credentials.answer import Credential

ALSO = {"header": "cf-acme-authorization", "scheme": "Bearer", "env": ["GATEWAY_KEY", "GATEWAY_TOKEN"]}
WAY = {"acme-account-id": ["https://api.acme.example/auth", "account_id"]}


def _found(auth: dict[str, Any], **environ: str) -> Credential:
    return chain.first(search("env", "none", routes=[{"id": "r", "auth": auth}], environ=environ))


def _jwt(claims: Any) -> str:
    return f"e30.{urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.c2ln"


def test_a_gateway_gets_its_own_key_beside_the_one_of_who_is_behind_it() -> None:
    auth = {"kind": "api-key", "env": ["ACME_KEY"], "also": ALSO}
    both = _found(auth, ACME_KEY="canary-1", GATEWAY_TOKEN=" canary-2 ", GATEWAY_KEY="n/a")
    assert both.headers() == {"x-api-key": "canary-1", "cf-acme-authorization": "Bearer canary-2"}
    assert both.parts() == {"key": "canary-1", "also": "canary-2"}
    assert "canary" not in f"{both!r}{both}{both.extra}{both.source}"
    assert _found(auth, ACME_KEY="canary-1", GATEWAY_KEY="no\nkey").headers() == {"x-api-key": "canary-1"}
    assert _found({**auth, "also": {"header": "x-second", "env": ["SECOND"]}}, ACME_KEY="1", SECOND="2").headers() == {"x-api-key": "1", "x-second": "2"}


def test_it_goes_beside_a_key_in_the_query_and_where_no_key_is_needed() -> None:
    queried = _found({"kind": "query-key", "query": "key", "env": ["ACME_KEY"], "also": ALSO}, ACME_KEY="1", GATEWAY_KEY="2")
    assert (queried.query(), queried.headers()) == ({"key": "1"}, {"cf-acme-authorization": "Bearer 2"})
    free = _found({"kind": "bearer", "required": False, "also": ALSO}, GATEWAY_KEY="2")
    assert (free.source, free.headers()) == ("none", {"cf-acme-authorization": "Bearer 2"})


def test_a_token_tells_who_it_is_of_and_when_it_ends() -> None:
    auth = {"kind": "oauth-pkce", "env": ["ACME_TOKEN"], "claims": WAY}
    token = _jwt({"exp": 1_800_000_000, "https://api.acme.example/auth": {"account_id": "acc-1"}})
    found = _found(auth, ACME_TOKEN=token)
    assert found.headers() == {"acme-account-id": "acc-1", "Authorization": f"Bearer {token}"}
    assert (found.extra, found.expires_at) == ({"acme-account-id": "acc-1"}, 1_800_000_000)
    plain = _found(auth, ACME_TOKEN="opaque")
    assert (plain.headers(), plain.expires_at) == ({"Authorization": "Bearer opaque"}, None)


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c", "a.e30.c", "..", "e30.W10.c", "e30.MQ.c", "a.%%%.c", _jwt("text"), _jwt({"exp": "soon"}), _jwt({"exp": 1e300})])
def test_what_is_no_token_of_that_kind_claims_nothing(token: str) -> None:
    assert (end_of(token), headers_of(token, WAY)) == (None, {})


@given(st.text())
def test_nothing_is_too_strange_to_claim_nothing(text: str) -> None:
    assert isinstance(claims_of(text), dict)
    assert headers_of(f"a.{text}.b", WAY) == {}


@pytest.mark.parametrize("value", [7, None, "a\r\nb: c", "\u00e9", ["a"]])
def test_a_claim_that_no_header_can_carry_is_not_sent(value: Any) -> None:
    assert headers_of(_jwt({"https://api.acme.example/auth": {"account_id": value}}), WAY) == {}
