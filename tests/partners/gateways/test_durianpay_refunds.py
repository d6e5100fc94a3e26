"""What goes back through Durianpay, and its webhooks, against its stand-in."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from durianpay_kit import CONTRACT, Standing, golden, golden_names, now_attempt, standing, started
from loopback_kit import hasty, http

from gerai.kit.http import Outgoing, Unanswered, Unreachable
from gerai.partners.gateways.durianpay import GATEWAY
from gerai.ports.gateways import Attempt, GatewayRefused, OutcomeUnknown, RefundSeen
from gerai.ports.notices import NoticeFault
from gerai.testing.receiver import Received, receiving

__all__ = ["hasty", "http", "standing"]
HALF_SEN = 7_500_000


@pytest.fixture
async def paid(standing: Standing, http: Outgoing) -> Attempt:
    """A wallet payment whose money is there."""
    attempt = await started(standing, http, ("ewallet", "GOPAY"))
    await standing.pay(attempt)
    return attempt


def amounts(standing: Standing) -> list[tuple[str, str]]:
    """What was asked back there: amount and status."""
    return [(one["amount"], one["status"]) for made in standing.fake.refunds.values() for one in made]


async def refund(http: Outgoing, standing: Standing, attempt: Attempt, key: str, amount_sen: int) -> RefundSeen:
    return await GATEWAY.refund(http, standing.contract, attempt, key, amount_sen, "Stok habis")


async def test_a_refund_is_done_once(paid: Attempt, standing: Standing, http: Outgoing) -> None:
    """Each key gives back once, however often it is asked; another key gives back the rest."""
    first = await refund(http, standing, paid, "gr_1", HALF_SEN)
    assert (first.status, first.code) == ("done", "")
    assert await refund(http, standing, paid, "gr_1", HALF_SEN) == first
    assert await GATEWAY.find_refund(http, standing.contract, paid, "gr_1") == first
    assert await GATEWAY.find_refund(http, standing.contract, paid, "gr_") is None
    assert (await refund(http, standing, paid, "gr_", HALF_SEN)).status == "done"
    assert amounts(standing) == [("75000.00", "done")] * 2
    # The order stays paid, as the contract has it.
    assert (await GATEWAY.find(http, standing.contract, paid)).status == "paid"


async def test_never_more_than_was_paid(paid: Attempt, standing: Standing, http: Outgoing) -> None:
    """What was given back at the dashboard counts: the gateway refuses what is more, and nothing is given back."""
    await standing.give_back(paid, "75000.00")
    with pytest.raises(GatewayRefused) as no:
        await refund(http, standing, paid, "gr_1", paid.amount_sen)
    assert no.value.code == "DPAY_REFUND_AMOUNT_EXCEEDED"
    assert await GATEWAY.find_refund(http, standing.contract, paid, "gr_1") is None
    assert amounts(standing) == [("75000.00", "done")]


async def test_a_denied_refund(paid: Attempt, standing: Standing, http: Outgoing) -> None:
    """It is denied with the gateway's word, also when it is looked for."""
    await standing.switch(refund_denied=True)
    denied = await refund(http, standing, paid, "gr_1", paid.amount_sen)
    assert (denied.status, denied.code) == ("denied", "insufficient balance")
    assert await GATEWAY.find_refund(http, standing.contract, paid, "gr_1") == denied


@pytest.mark.parametrize("fault", ["time_out", "lost", "garbage"])
async def test_an_unknown_refund_is_found(
    fault: str, paid: Attempt, standing: Standing, http: Outgoing, hasty: Outgoing
) -> None:
    """Unknown, then found, and not given back again."""
    await standing.fault(fault, "POST /v1/refunds")
    with pytest.raises(OutcomeUnknown):
        await refund(hasty, standing, paid, "gr_1", HALF_SEN)
    found = await GATEWAY.find_refund(http, standing.contract, paid, "gr_1")
    assert found.status == "done"
    assert await refund(http, standing, paid, "gr_1", HALF_SEN) == found
    assert amounts(standing) == [("75000.00", "done")]


@pytest.mark.parametrize("at", ["GET /v1/refunds", "GET /v1/orders"])
async def test_before_a_refund_nothing_was_done(at: str, paid: Attempt, standing: Standing, http: Outgoing) -> None:
    """Where it cannot be looked whether it was given back already, it is not, and that is certain."""
    await standing.fault("error", at)
    with pytest.raises(Unreachable):
        await refund(http, standing, paid, "gr_1", HALF_SEN)
    assert amounts(standing) == []


async def test_a_refund_without_a_name_stops_us(paid: Attempt, standing: Standing, http: Outgoing) -> None:
    """A list without references and notes may hold the refund that is looked for: it is neither done again nor taken
    for done or missing."""
    await refund(http, standing, paid, "gr_1", HALF_SEN)
    await standing.switch(nameless_refunds=True)
    with pytest.raises(GatewayRefused) as no:
        await refund(http, standing, paid, "gr_1", HALF_SEN)
    assert no.value.code == "refund_nameless"
    with pytest.raises(Unanswered):
        await GATEWAY.find_refund(http, standing.contract, paid, "gr_1")
    assert amounts(standing) == [("75000.00", "done")]


async def test_what_nobody_paid_is_not_given_back(standing: Standing, http: Outgoing) -> None:
    """Refused without asking for it."""
    attempt = await started(standing, http, ("qris", "QRIS"))
    with pytest.raises(GatewayRefused) as no:
        await refund(http, standing, attempt, "gr_1", HALF_SEN)
    assert no.value.code == "not_paid"
    with pytest.raises(GatewayRefused):
        await refund(http, standing, now_attempt(reference="gp_none"), "gr_1", HALF_SEN)
    assert await GATEWAY.find_refund(http, standing.contract, attempt, "gr_1") is None
    assert not any("refunds" in asked for asked in standing.fake.asked)


def genuine(body: bytes, key: str = "kunci-rahasia") -> bool:
    return GATEWAY.genuine(lambda _: "", body, replace(CONTRACT, secrets={"secret_api_key": key}))


@pytest.mark.parametrize("name", golden_names("notice"))
def test_golden_notices(name: str) -> None:
    """Each is genuine, and read as exactly this; nothing of what it holds counts by itself. With another key, without a
    signature, or with one byte of what is signed changed it is not genuine."""
    told = golden(name)
    body = json.dumps(told["body"]).encode()
    assert genuine(body) is True
    assert list(msgspec.to_builtins(GATEWAY.read_notice(body, CONTRACT))) == told["notices"]
    assert genuine(body, "kunci-lain") is False
    assert genuine(body, "") is False
    for name_of, value in (
        ("amount_str", "150000.01"),
        ("id", "ord_Ab3dEf5hIj0002"),
        ("signature", ""),
        ("signature", None),
    ):
        data: dict[str, Any] = told["body"]["data"] | {name_of: value}
        assert genuine(json.dumps(told["body"] | {"data": data}).encode()) is False


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"{", b"\xff", b'{"event":"payment.completed"}', b'{"event":"payment.completed","data":null}',
     b'{"event":"payment.completed","data":{"id":"pay_1","amount_str":"1.00","signature":""}}',
     b'{"event":"payment.completed","data":{"id":1,"amount_str":"1.00","signature":""}}'],
)  # fmt: skip
def test_notices_that_are_none(body: bytes) -> None:
    """What cannot be read, or names no order, is neither genuine nor silently passed over."""
    assert genuine(body) is False
    with pytest.raises(NoticeFault) as fault:
        GATEWAY.read_notice(body, CONTRACT)
    assert "pay_1" not in str(fault.value)


@pytest.mark.parametrize(
    ("switches", "events", "believed"),
    [
        ({}, ["payment.completed", "order.completed"], True),
        ({"duplicate": True}, ["payment.completed", "order.completed"] * 2, True),
        ({"out_of_order": True}, ["order.completed", "order.created", "payment.completed"], True),
        ({"late_s": 0.2}, ["payment.completed", "order.completed"], True),
        ({"wrong_signature": True}, ["payment.completed", "order.completed"], False),
    ],
)
async def test_webhooks_of_the_stand_in(
    switches: dict[str, Any], events: list[str], believed: bool, standing: Standing, http: Outgoing
) -> None:
    """Those it sends are genuine, unless they are signed with another key, and name the attempt by both references."""
    attempt = await started(standing, http)
    with receiving() as receiver:
        await standing.switch(notice_url=receiver.url(), **switches)
        await standing.pay(attempt)
        assert receiver.requests == [] or not switches.get("late_s")
        await standing.fake.sent()
        bodies = [request.body for request in receiver.requests]
    assert [json.loads(body)["event"] for body in bodies] == events
    assert {genuine(body) for body in bodies} == {believed}
    named = {GATEWAY.read_notice(body, CONTRACT) for body in bodies} - {()}
    assert {(one.reference, one.gateway_reference, one.proven) for (one,) in named} == {
        (attempt.reference, attempt.gateway_reference, False)
    }


async def test_a_webhook_is_sent_again(standing: Standing, http: Outgoing) -> None:
    """Until it is acknowledged with 200, with the count of retries in it."""
    attempt = await started(standing, http)
    seen: list[int] = []

    def answer(request: Received) -> int:
        seen.append(json.loads(request.body)["retry_count"])
        return 200 if seen[-1] == 2 else 503

    with receiving() as receiver:
        receiver.answer = answer
        await standing.switch(notice_url=receiver.url(), minute_s=0.001)
        await standing.pay(attempt)
        await standing.fake.sent()
    assert seen == [0, 1, 2, 0, 1, 2]
