"""What Midtrans reports: whose notice it is, what it is about, that it proves nothing; and how the stand-in sends."""

from __future__ import annotations

import json
from typing import Any

import pytest
from midtrans_kit import SERVER_KEY, attempt_of, contract_at, served, signed

from gerai.kit.address import Guard
from gerai.kit.clock import real_now
from gerai.kit.http import Outgoing
from gerai.partners.gateways.midtrans import GATEWAY
from gerai.ports.gateways import GatewayNotice
from gerai.ports.notices import NoticeFault
from gerai.testing.gateways.midtrans import MidtransFake
from gerai.testing.receiver import Received, Receiver, receiving

CONTRACT = contract_at("https://api.sandbox.midtrans.com")
SETTLED = {
    "transaction_time": "2026-11-30 10:00:00", "transaction_status": "settlement", "transaction_id": "tr-1",
    "status_message": "midtrans payment notification", "status_code": "200", "payment_type": "qris",
    "order_id": "att-1", "merchant_id": "G1", "gross_amount": "50000.00", "fraud_status": "accept", "currency": "IDR",
    "settlement_time": "2026-11-30 10:01:30",
}  # fmt: skip


def is_genuine(body: bytes, key: str = SERVER_KEY) -> bool:
    return GATEWAY.genuine(lambda _: "", body, contract_at(CONTRACT.base_url, key=key))


def read(**changes: Any) -> GatewayNotice:
    (notice,) = GATEWAY.read_notice(signed(SETTLED | changes), CONTRACT)
    return notice


def test_a_signature_is_theirs_or_it_is_not() -> None:
    """The right key's counts; with another key, without one, without a signature, or for a contract without a key it
    does not."""
    assert is_genuine(signed(SETTLED))
    assert not is_genuine(signed(SETTLED, "another"))
    assert not is_genuine(json.dumps(SETTLED).encode())
    assert not is_genuine(signed(SETTLED, ""), key="")
    assert not is_genuine(json.dumps(SETTLED | {"signature_key": None}).encode())
    assert not is_genuine(b"[]")
    assert not is_genuine(b"\xff")


@pytest.mark.parametrize("name", ["order_id", "status_code", "gross_amount", "signature_key"])
def test_one_byte_changed(name: str) -> None:
    """Each byte of what is signed, changed, leaves a notice that is nobody's."""
    body = json.loads(signed(SETTLED))
    for place, letter in enumerate(body[name]):
        other = "1" if letter != "1" else "2"
        changed = body | {name: body[name][:place] + other + body[name][place + 1 :]}
        assert not is_genuine(json.dumps(changed).encode())


def test_the_amount_is_signed_as_it_was_written() -> None:
    """The same amount in other letters, or as a number, is not what was signed."""
    body = json.loads(signed(SETTLED))
    for amount in ("50000", "50000.0", 50000, 50000.00):
        assert not is_genuine(json.dumps(body | {"gross_amount": amount}).encode())


def test_a_status_is_not_signed_so_it_proves_nothing() -> None:
    """A pending notice whose status somebody changed to paid is still signed; it is not proven, and not seen as paid
    either, for its code is signed and says otherwise."""
    body = json.loads(signed(SETTLED | {"transaction_status": "pending", "status_code": "201"}))
    forged = json.dumps(body | {"transaction_status": "settlement"}).encode()
    assert is_genuine(forged)
    (notice,) = GATEWAY.read_notice(forged, CONTRACT)
    assert not notice.proven
    assert notice.seen is not None
    assert (notice.seen.status, notice.seen.paid_sen) == ("waiting", None)


def test_what_a_notice_is_about() -> None:
    """Our reference, theirs, what came and when (Jakarta's clock), never proven."""
    notice = read()
    assert (notice.reference, notice.gateway_reference, notice.proven) == ("att-1", "tr-1", False)
    assert notice.seen is not None
    assert (notice.seen.status, notice.seen.paid_sen, notice.seen.reference) == ("paid", 50_000_00, "tr-1")
    assert notice.seen.paid_at is not None
    assert notice.seen.paid_at.isoformat() == "2026-11-30T10:01:30+07:00"


@pytest.mark.parametrize(
    ("changes", "status", "paid_sen", "refunded_sen"),
    [
        ({"transaction_status": "SETTLEMENT"}, "paid", 50_000_00, 0),
        ({"transaction_status": "PENDING", "status_code": "200"}, "waiting", None, 0),
        ({"transaction_status": "pending", "status_code": "201"}, "waiting", None, 0),
        ({"transaction_status": "capture", "fraud_status": "ACCEPT"}, "paid", 50_000_00, 0),
        ({"transaction_status": "capture", "fraud_status": "challenge", "status_code": "201"}, "waiting", None, 0),
        ({"transaction_status": "capture", "fraud_status": "challenge"}, "waiting", None, 0),
        ({"transaction_status": "settlement", "status_code": "202"}, "waiting", None, 0),
        ({"transaction_status": "authorize"}, "waiting", None, 0),
        ({"transaction_status": "deny", "status_code": "202"}, "failed", None, 0),
        ({"transaction_status": "deny", "status_code": "202", "payment_type": "credit_card"}, "waiting", None, 0),
        ({"transaction_status": "failure", "status_code": "202"}, "failed", None, 0),
        ({"transaction_status": "expire", "status_code": "202"}, "expired", None, 0),
        ({"transaction_status": "cancel", "status_code": "202"}, "cancelled", None, 0),
        ({"transaction_status": "refund", "refund_amount": "50000.00"}, "refunded", 50_000_00, 50_000_00),
        ({"transaction_status": "refund"}, "refunded", 50_000_00, 50_000_00),
        (
            {"transaction_status": "partial_refund",
             "refunds": [{"refund_amount": "100.00"}, {"refund_amount": "50.00"}]},
            "refunded", 50_000_00, 150_00,
        ),
        ({"transaction_status": "chargeback"}, "refunded", 50_000_00, 50_000_00),
        ({"transaction_status": "partial_chargeback"}, "paid", 50_000_00, 0),
        ({"payment_amounts": [{"amount": "40000.00", "paid_at": "2026-11-30 10:00:00"}]}, "paid", 40_000_00, 0),
        ({"fraud_status": None, "payment_amounts": None, "settlement_time": None}, "paid", 50_000_00, 0),
    ],
)  # fmt: skip
def test_every_status(changes: dict[str, Any], status: str, paid_sen: int | None, refunded_sen: int) -> None:
    """Paid is only what is settled or captured, with the code 200, and accepted; the rest is what it is called."""
    seen = read(**changes).seen
    assert seen is not None
    assert (seen.status, seen.paid_sen, seen.refunded_sen) == (status, paid_sen, refunded_sen)


@pytest.mark.parametrize(
    "changes",
    [{"transaction_status": "unheard_of"}, {"gross_amount": "-1"}, {"gross_amount": "much"}, {"currency": "USD"}],
    ids=str,
)
def test_what_cannot_be_read_is_a_reason_to_ask(changes: dict[str, str]) -> None:
    """A status nobody knows, an amount that is none, another currency: the payment is named, what it holds is not."""
    notice = read(**changes)
    assert (notice.reference, notice.seen, notice.proven) == ("att-1", None, False)


def test_what_concerns_no_payment() -> None:
    """A notice about an account or a subscription is about nothing; what is no JSON object is unreadable."""
    linked = json.dumps({"account_id": "a", "account_status": "ENABLED", "status_code": "200"}).encode()
    assert GATEWAY.read_notice(linked, CONTRACT) == ()
    for body in (b"", b"[]", b"{", b"\xff\xfe", b'"text"'):
        with pytest.raises(NoticeFault):
            GATEWAY.read_notice(body, CONTRACT)


async def sent_for(receiver: Receiver, fake: MidtransFake, *, pay: bool = True) -> list[dict[str, Any]]:
    """Start one at the stand-in and pay it; the notices that came, in order."""
    async with served(fake.app) as url:
        http = Outgoing(Guard(allow_loopback=True), timeout_s=60)
        contract = contract_at(url, notice_url=receiver.url("/in"))
        attempt = attempt_of(("va", "BCA"), "att-1", at=real_now())
        await GATEWAY.start(http, contract, attempt)
        await fake.notices.delivered()
        if pay:
            paid = await http.send("POST", f"{url}/_buyer/att-1/pay", content=b"{}")
            assert paid.status == 200
        await fake.notices.delivered()
        await http.close()
    return [json.loads(one.body) for one in receiver.at("/in")]


@pytest.mark.parametrize(
    ("switches", "statuses", "proof"),
    [
        ({}, ["pending", "settlement"], True),
        ({"duplicate": True}, ["pending", "pending", "settlement", "settlement"], True),
        ({"out_of_order": True}, ["settlement", "pending"], True),
        ({"wrong_signature": True}, ["pending", "settlement"], False),
        ({"other_amount": 40_000}, ["pending", "settlement"], True),
        ({"partial_refund": 5_000}, ["pending", "settlement", "partial_refund"], True),
    ],
)
async def test_the_stand_in_sends_as_midtrans_does(switches: dict[str, Any], statuses: list[str], proof: bool) -> None:
    """To the address the charge named: signed as it should be, or wrongly, twice, and late, as it is switched."""
    fake = MidtransFake()
    fake.switches |= switches
    with receiving() as receiver:
        notices = await sent_for(receiver, fake)
    # Two reports are under way at once: between them there is no order.
    assert sorted(one["transaction_status"] for one in notices) == sorted(statuses)
    assert "partial_refund" in switches or [one["transaction_status"] for one in notices] == statuses
    assert {is_genuine(one.body) for one in receiver.at("/in")} == {proof}
    assert {one.headers["user-agent"] for one in receiver.at("/in")} == {"Veritrans"}
    seen = [GATEWAY.read_notice(one.body, CONTRACT)[0].seen for one in receiver.at("/in")]
    paid = {one.paid_sen for one in seen if one is not None and one.status == "paid"}
    assert paid == {40_000_00 if "other_amount" in switches else 50_000_00}


@pytest.mark.parametrize(("status", "times"), [(200, 1), (500, 2), (404, 3), (503, 5), (409, 6), (302, 1)])
async def test_the_stand_in_sends_again_as_often_as_midtrans(status: int, times: int) -> None:
    """By what a notice meets: never after 2xx and a redirect, once after 500, twice after 404, four times after 503,
    five times after anything else."""

    def answer(_: Received) -> int:
        return status

    with receiving() as receiver:
        receiver.answer = answer
        notices = await sent_for(receiver, MidtransFake(pauses_s=(0, 0, 0, 0, 0)), pay=False)
    assert len(notices) == times
