"""Xendit's webhooks: their token, what they are about, and how the stand-in sends them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from loopback_kit import Script, header, http, on_a_socket
from xendit_kit import ATTEMPT, CONTRACT, SECRETS, at, fake, golden, post

from gerai.kit.http import Outgoing
from gerai.partners.gateways.xendit import GATEWAY
from gerai.ports.notices import NoticeFault
from gerai.testing.gateways.xendit import XenditFake

__all__ = ["fake", "http"]
TOKEN = {"X-CALLBACK-TOKEN": SECRETS["secret_callback_token"]}


def body_of(event: str = "payment.capture", **fields: Any) -> bytes:
    told = golden("webhook_capture")["body"]
    return json.dumps(told | {"event": event, "data": told["data"] | fields}).encode()


@pytest.mark.parametrize("name", ["webhook_capture", "webhook_refund"])
def test_the_documented_webhooks(name: str) -> None:
    """They show which payment to look at, wrapped once or twice, and prove nothing of what they claim."""
    told = golden(name)
    notices = GATEWAY.read_notice(json.dumps(told["body"]).encode(), CONTRACT)
    assert [msgspec.to_builtins(notice) for notice in notices] == [told["notice"]]


def test_the_token() -> None:
    """Only the whole token is genuine; an empty one never is, whatever was sent."""
    assert GATEWAY.genuine(header(TOKEN), b"{}", CONTRACT)
    token = SECRETS["secret_callback_token"]
    for sent in ("", token[:-1], token + "x", token.upper(), "é"):
        assert not GATEWAY.genuine(header({"x-callback-token": sent}), b"{}", CONTRACT)
    nothing = replace(CONTRACT, secrets={"secret_callback_token": ""})
    assert not GATEWAY.genuine(header({"x-callback-token": ""}), b"{}", nothing)


@pytest.mark.parametrize("event", ["payment.failure", "payment.authorization", "payment_request.expiry"])
def test_other_events_of_payments(event: str) -> None:
    """Each is a reason to look."""
    [notice] = GATEWAY.read_notice(body_of(event), CONTRACT)
    assert (notice.reference, notice.seen, notice.proven) == ("gp_7Kq2", None, False)


@pytest.mark.parametrize(
    "body", [body_of("payout.succeeded"), body_of("payment_session.completed"), body_of("payment_token.activation"),
             body_of(reference_id=None, payment_request_id=None), body_of("refund.failed", payment_request_id=None)]
)  # fmt: skip
def test_what_concerns_no_payment_of_ours(body: bytes) -> None:
    """Other products of Xendit, and what names no payment, are nothing."""
    assert GATEWAY.read_notice(body, CONTRACT) == ()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b'{"event":"payment.capture"}', body_of(reference_id=7)])
def test_what_cannot_be_read(body: bytes) -> None:
    """A fault, and no guess."""
    with pytest.raises(NoticeFault):
        GATEWAY.read_notice(body, CONTRACT)


@pytest.mark.parametrize(("answers", "times"), [([(204, b"")], 1), ([(500, b""), (404, b""), (200, b"")], 3),
                                                 ([(500, b"")], 7)])  # fmt: skip
async def test_it_is_sent_until_it_is_accepted(
    answers: list[tuple[int, bytes]], times: int, fake: XenditFake, http: Outgoing
) -> None:
    """Any 2xx ends it; at most seven tries, all the same. It leads to the payment even where the start was unknown."""
    script = Script(answers)
    async with on_a_socket(script.app) as url:
        await post(fake, "_switch", webhook_url=f"{url}/in")
        started = await GATEWAY.start(http, at(fake), ATTEMPT)
        await post(fake, f"_buyer/{started.reference}/pay")
        await fake.background.settle()
    assert len(script.requests) == times
    assert {GATEWAY.genuine(header(r.headers), r.body, CONTRACT) for r in script.requests} == {True}
    [(notice,)] = {GATEWAY.read_notice(r.body, CONTRACT) for r in script.requests}
    assert (notice.reference, notice.gateway_reference) == (ATTEMPT.reference, started.reference)
    seen = await GATEWAY.find(http, at(fake), replace(ATTEMPT, gateway_reference=notice.gateway_reference))
    assert (seen.status, seen.paid_sen) == ("paid", 15_000_000)


@pytest.mark.parametrize(
    ("switches", "events", "genuine"),
    [
        ({"duplicate_notice": True}, ["payment.capture"] * 2, True),
        ({"out_of_order": True}, ["payment.capture", "payment_request.expiry"], True),
        ({"wrong_token": True}, ["payment.capture"], False),
    ],
)
async def test_switches_of_the_webhooks(
    switches: dict[str, Any], events: list[str], genuine: bool, fake: XenditFake, http: Outgoing
) -> None:
    """Twice, an older one beside it, with another token: what comes is what was switched on, and paid stays paid."""
    script = Script([(200, b"")])
    async with on_a_socket(script.app) as url:
        await post(fake, "_switch", webhook_url=f"{url}/in", **switches)
        started = await GATEWAY.start(http, at(fake), ATTEMPT)
        await post(fake, f"_buyer/{started.reference}/pay")
        await fake.background.settle()
    assert sorted(json.loads(request.body)["event"] for request in script.requests) == events
    assert {GATEWAY.genuine(header(r.headers), r.body, CONTRACT) for r in script.requests} == {genuine}
    found = await GATEWAY.find(http, at(fake), replace(ATTEMPT, gateway_reference=started.reference))
    assert found.status == "paid"


async def test_a_refunds_webhook(fake: XenditFake, http: Outgoing) -> None:
    """When its bank has decided, the webhook leads to the payment that it belongs to."""
    script = Script([(200, b"")])
    started = await GATEWAY.start(http, at(fake), ATTEMPT)
    attempt = replace(ATTEMPT, gateway_reference=started.reference)
    await post(fake, f"_buyer/{started.reference}/pay")
    async with on_a_socket(script.app) as url:
        await post(fake, "_switch", webhook_url=f"{url}/in")
        seen = await GATEWAY.refund(http, at(fake), attempt, "rf_1", 100, "")
        await post(fake, f"_bank/{seen.reference}/succeed")
        await fake.background.settle()
    [(notice,)] = [GATEWAY.read_notice(request.body, CONTRACT) for request in script.requests]
    assert (notice.reference, notice.gateway_reference) == ("", started.reference)
