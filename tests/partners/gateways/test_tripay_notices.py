"""Tripay's callbacks: their proof, what they hold, and how the stand-in sends them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from loopback_kit import Script, header, http, on_a_socket
from tripay_kit import ATTEMPT, CONTRACT, SECRETS, act, at, fake, golden, switch

from gerai.kit.http import Outgoing
from gerai.partners.gateways.tripay import GATEWAY
from gerai.ports.notices import NoticeFault
from gerai.testing.gateways.tripay import TripayFake

__all__ = ["fake", "http"]
PAID = golden("notice_paid")
BODY = json.dumps(PAID["body"], separators=(",", ":")).encode()
YES = b'{"success": true}'


def changed(**fields: Any) -> bytes:
    return json.dumps(PAID["body"] | fields).encode()


def test_the_documented_callback() -> None:
    """Genuine by its signature, and read with the payer's fee left out; its proof covers what it holds."""
    assert GATEWAY.genuine(header(PAID["headers"]), BODY, CONTRACT)
    assert [msgspec.to_builtins(notice) for notice in GATEWAY.read_notice(BODY, CONTRACT)] == [PAID["notice"]]
    assert GATEWAY.answer == {"success": True}


def test_a_forged_callback() -> None:
    """One changed byte, no signature, another's key, and an empty key prove nothing."""
    genuine = header(PAID["headers"])
    for place in range(len(BODY)):
        body = BODY[:place] + bytes([BODY[place] ^ 1]) + BODY[place + 1 :]
        assert not GATEWAY.genuine(genuine, body, CONTRACT)
    assert not GATEWAY.genuine(header({}), BODY, CONTRACT)
    assert not GATEWAY.genuine(header({"X-Callback-Signature": "é"}), BODY, CONTRACT)
    for key in ("another", ""):
        assert not GATEWAY.genuine(genuine, BODY, replace(CONTRACT, secrets={"secret_private_key": key}))


@pytest.mark.parametrize(
    ("fields", "status", "paid_sen", "refunded_sen"),
    [
        ({"status": "EXPIRED", "paid_at": None}, "expired", None, 0),
        ({"status": "FAILED", "paid_at": None}, "failed", None, 0),
        ({"status": "REFUND"}, "refunded", 20_000_000, 20_000_000),
        ({"status": "paid", "total_amount": "205501.00"}, "paid", 20_000_100, 0),
    ],
)
def test_other_callbacks(fields: dict[str, Any], status: str, paid_sen: int | None, refunded_sen: int) -> None:
    """Every status is read, in any case; the amount is what came, not what was asked."""
    [notice] = GATEWAY.read_notice(changed(**fields), CONTRACT)
    assert notice.seen is not None
    assert (notice.seen.status, notice.seen.paid_sen, notice.seen.refunded_sen) == (status, paid_sen, refunded_sen)


def test_a_word_that_is_new_is_asked_about() -> None:
    """A status nobody knows proves nothing but that there is something to see."""
    [notice] = GATEWAY.read_notice(changed(status="PARTIAL"), CONTRACT)
    assert (notice.reference, notice.seen, notice.proven) == ("gp_7Kq2", None, False)


@pytest.mark.parametrize("fields", [{"merchant_ref": None}, {"merchant_ref": ""}, {"is_closed_payment": 0}])
def test_what_concerns_no_payment_of_ours(fields: dict[str, Any]) -> None:
    """Open payments, which have no amount of ours, are nothing."""
    assert GATEWAY.read_notice(changed(**fields), CONTRACT) == ()


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"\xff", b'{"reference":"x"}', changed(total_amount=0), changed(total_amount=-5),
        changed(total_amount="abc"), changed(total_amount=5_500), changed(total_amount=200_000.001),
        changed(total_amount="1e99"), changed(reference=7), changed(reference=""), changed(status=None),
        changed(fee_customer=[]), b"[" * 5_000,
    ],
)  # fmt: skip
def test_what_cannot_be_read(body: bytes) -> None:
    """A fault that repeats nothing of what stood there."""
    with pytest.raises(NoticeFault) as fault:
        GATEWAY.read_notice(body, CONTRACT)
    assert "abc" not in str(fault.value)


async def test_it_is_sent_until_it_is_accepted(fake: TripayFake, http: Outgoing) -> None:
    """The payer pays: one signed callback, again until our answer, at most four times; each is the same."""
    for answers, times in (([(200, YES)], 1), ([(500, b""), (200, b'{"success":false}'), (200, YES)], 3),
                           ([(404, b"")], 4)):  # fmt: skip
        script = Script(answers)
        async with on_a_socket(script.app) as url:
            attempt = replace(ATTEMPT, reference=f"gp_{times}")
            await act(fake, await GATEWAY.start(http, at(fake, f"{url}/in"), attempt), "pay")
            await fake.background.settle()
        assert len(script.requests) == times
        for request in script.requests:
            assert GATEWAY.genuine(header(request.headers), request.body, CONTRACT)
        notices = {GATEWAY.read_notice(request.body, CONTRACT) for request in script.requests}
        [(notice,)] = notices
        assert notice.seen is not None
        assert (notice.reference, notice.seen.status, notice.seen.paid_sen) == (f"gp_{times}", "paid", 15_000_000)


@pytest.mark.parametrize(
    ("switches", "statuses", "genuine"),
    [
        ({"duplicate_notice": True}, ["paid", "paid"], True),
        ({"out_of_order": True}, ["expired", "paid"], True),
        ({"wrong_signature": True}, ["paid"], False),
        ({"fee_on_payer": True}, ["paid"], True),
    ],
)
async def test_switches_of_the_callbacks(
    switches: dict[str, Any], statuses: list[str], genuine: bool, fake: TripayFake, http: Outgoing
) -> None:
    """Twice, an older one beside it, wrongly signed: what comes is what was switched on, and paid is the same sum."""
    await switch(fake, **switches)
    script = Script([(200, YES)])
    async with on_a_socket(script.app) as url:
        await act(fake, await GATEWAY.start(http, at(fake, f"{url}/in"), ATTEMPT), "pay")
        await fake.background.settle()
    seen = [GATEWAY.read_notice(request.body, CONTRACT)[0].seen for request in script.requests]
    assert sorted(one.status for one in seen if one) == statuses
    assert {one.paid_sen for one in seen if one and one.status == "paid"} == {15_000_000}
    assert {GATEWAY.genuine(header(r.headers), r.body, CONTRACT) for r in script.requests} == {genuine}


async def test_a_switch_that_is_none(fake: TripayFake) -> None:
    """What Tripay cannot do cannot be switched on: no refund is denied where none can be asked for."""
    with pytest.raises(AssertionError):
        await switch(fake, denied_refund=True)
    assert SECRETS["secret_api_key"] not in repr(fake.switches)
