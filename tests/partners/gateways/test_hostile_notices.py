"""Whatever is posted to a gateway's address proves nothing, or is read, or is a fault in a sentence."""

from __future__ import annotations

import contextlib

import pytest

from gerai.kit.discover import discover
from gerai.ports.gateways import Contract, Gateway, GatewayNotice
from gerai.ports.notices import NoticeFault

GATEWAYS: dict[str, Gateway] = discover("gerai.partners.gateways", "GATEWAY")
BODIES = (
    b"", b"\xff\xfe", b"null", b"{}",
    b"[]", b"[1]", b'"text"', b"1e999999", b"[" * 100_000, b'{"a":' * 100_000, b"\x00",
    b'{"order_id":1,"status_code":null,"gross_amount":[],"signature_key":{}}', b'{"data":null}',
    b'{"event":{},"data":[]}',
    b'{"data":{"id":"\\ud800","amount":1e400,"signature":5}}', b'{"order_id":"\\u0000","signature_key":"\\u0000"}',
    b'{"reference":' + b"9" * 5_000 + b"}", '{"signature":"é"}'.encode(), b"a=b&c=d",
    b"{" + b'"k":1,' * 40_000 + b'"z":1}',
)  # fmt: skip


@pytest.mark.parametrize("name", GATEWAYS)
@pytest.mark.parametrize("body", BODIES, ids=lambda body: repr(body[:24]))
@pytest.mark.parametrize("header", ["", "é", "0" * 64, "x" * 10_000])
def test_garbage(name: str, body: bytes, header: str) -> None:
    """It is not believed, and is no payment's, even where its sender had known the proof."""
    gateway = GATEWAYS[name]
    secrets = {asked.name: "secret" for asked in gateway.asks if asked.name.startswith("secret_")}
    contract = Contract("production", "https://gateway.example", secrets, {}, "")
    assert gateway.genuine(lambda _: header, body, contract) is False
    told: tuple[GatewayNotice, ...] = ()
    with contextlib.suppress(NoticeFault):
        told = gateway.read_notice(body, contract)
    assert [one for one in told if one.seen is not None and one.proven] == []
