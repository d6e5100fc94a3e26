"""Xendit against its stand-in, and against what its documentation shows."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from loopback_kit import Script, closed_port, hasty, http, on_a_socket
from xendit_kit import AT, ATTEMPT, CONTRACT, SECRETS, at, fake, golden, post

from gerai.kit.discover import discover
from gerai.kit.http import Outgoing, Unanswered, Unreachable
from gerai.partners.gateways.xendit import GATEWAY
from gerai.ports.gateways import Attempt, GatewayRefused, OutcomeUnknown, Seen, Way
from gerai.testing.gateways.xendit import XenditFake

__all__ = ["fake", "hasty", "http"]


def known(seen: Seen, attempt: Attempt = ATTEMPT) -> Attempt:
    """The attempt, as it is kept after its start."""
    return replace(attempt, gateway_reference=seen.reference)


async def paid(fake: XenditFake, http: Outgoing) -> Attempt:
    """One that was started and paid."""
    started = await GATEWAY.start(http, at(fake), ATTEMPT)
    await post(fake, f"_buyer/{started.reference}/pay")
    return known(started)


@pytest.mark.parametrize("name", ["start_va", "start_dana", "find_paid", "refund"])
async def test_golden_exchanges(name: str, http: Outgoing) -> None:
    """Requests are exactly these, and the documented answers are read as exactly this."""
    told = golden(name)
    attempt = replace(
        ATTEMPT,
        way=tuple(told["way"]),
        amount_sen=told["amount_sen"],
        ends_at=told["ends_at"] and datetime.fromisoformat(told["ends_at"]),
        gateway_reference=told["gateway_reference"],
    )
    script = Script([(one["status"], json.dumps(one["answer"]).encode()) for one in told["exchanges"]])
    async with on_a_socket(script.app) as url:
        contract = replace(CONTRACT, base_url=url)
        more = ("rf_1", 2_000_000, "Barang habis") if told["call"] == "refund" else ()
        seen = await getattr(GATEWAY, told["call"])(http, contract, attempt, *more)
    assert [request.exchange for request in script.requests] == [one["request"] for one in told["exchanges"]]
    basic = "Basic " + base64.b64encode(b"xnd_development_kunci:").decode()
    assert {(r.headers["authorization"], r.headers["api-version"]) for r in script.requests} == {(basic, "2024-11-11")}
    keys = [r.headers.get("idempotency-key") for r in script.requests if r.method == "POST"]
    assert keys == {"start": ["gp_7Kq2"], "find": [], "refund": ["rf_1"]}[told["call"]]
    assert msgspec.to_builtins(seen) == told["seen"]


@pytest.mark.parametrize("way", sorted(GATEWAY.channels))
async def test_every_way_starts_and_is_found(way: Way, fake: XenditFake, http: Outgoing) -> None:
    """Started, it shows a number, a QR or an address; it ends as asked, or by the life of its channel."""
    channel = GATEWAY.channels[way]
    attempt = replace(ATTEMPT, way=way, amount_sen=channel.bounds.minimum_sen, ends_at=AT + timedelta(hours=5))
    started = await GATEWAY.start(http, at(fake), attempt)
    shown = started.instructions
    filled = {"code": shown.code, "qr": shown.qr_text, "redirect": shown.url}
    assert [kind for kind, value in filled.items() if value] == [shown.kind]
    assert shown.kind == {"va": "code", "retail": "code", "qris": "qr", "ewallet": "redirect"}[way[0]]
    assert not [line for lines in shown.steps.values() for line in lines if "<" in line or "{" in line]
    if channel.life_s is None:
        assert shown.expires_at == attempt.ends_at
    else:
        lasts_s = (shown.expires_at - datetime.now(UTC)).total_seconds()
        assert channel.life_s - 60 < lasts_s <= channel.life_s
    assert await GATEWAY.find(http, at(fake), known(started, attempt)) == started


async def test_what_hangs_is_unknown_and_stays_so(fake: XenditFake, http: Outgoing, hasty: Outgoing) -> None:
    """Xendit cannot be asked by our reference, and shows that it is not ``recoverable``: none without its own; with it,
    as its notice brings it, the payment is found."""
    assert GATEWAY.recoverable is False
    await post(fake, "_switch", accept_then_hang=True)
    with pytest.raises(OutcomeUnknown):
        await GATEWAY.start(hasty, at(fake), ATTEMPT)
    await post(fake, "_switch", accept_then_hang=False)
    assert await GATEWAY.find(http, replace(CONTRACT, base_url=closed_port()), ATTEMPT) is None
    [reference] = fake.requests
    found = await GATEWAY.find(http, at(fake), replace(ATTEMPT, gateway_reference=reference))
    assert (found.status, found.reference, found.instructions.kind) == ("waiting", reference, "qr")


def started_with(**fields: Any) -> bytes:
    return json.dumps(golden("start_va")["exchanges"][0]["answer"] | fields).encode()


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (500, b'{"error_code":"SERVER_ERROR","message":"x"}'), (502, b"<html>"), (503, b"<html>"), (400, b"<html>"),
        (201, b"<html>"), (201, b""), (201, b"{}"), (201, b"[]"), (302, b""), (404, b"{}"),
        (201, started_with(reference_id="gp_else")), (201, started_with(status="NEWWORD")),
        (201, started_with(actions=[])), (201, started_with(actions=None)),
        (201, started_with(actions=[{"type": "API_POST_REQUEST", "descriptor": "X", "value": "https://x"}])),
        (201, started_with(actions=[{"type": "REDIRECT_CUSTOMER", "value": "javascript:alert(1)"}])),
        (201, started_with(actions=[{"type": "PRESENT_TO_CUSTOMER", "value": "1" * 65}])),
    ],
)  # fmt: skip
async def test_an_answer_that_shows_nothing_is_unknown(status: int, answer: bytes, http: Outgoing) -> None:
    """Server errors, garbage, another payment, unknown words, nothing to pay with: none of it is a no."""
    script = Script([(status, answer)])
    async with on_a_socket(script.app) as url:
        with pytest.raises(OutcomeUnknown):
            await GATEWAY.start(http, replace(CONTRACT, base_url=url), replace(ATTEMPT, way=("va", "BCA")))
    assert len(script.requests) == 1


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, "API_VALIDATION_ERROR"), (403, "INVALID_MERCHANT_SETTINGS"), (409, "DUPLICATE_ERROR"),
     (429, "RATE_LIMIT_EXCEEDED"), (503, "CHANNEL_UNAVAILABLE"), (401, "INVALID_API_KEY")],
)  # fmt: skip
async def test_a_no_is_a_no(status: int, code: str, fake: XenditFake, http: Outgoing) -> None:
    """Refused with Xendit's code, and nothing was made. The same "not now" of a read is none."""
    await post(fake, "_switch", refuse=code, refuse_status=status)
    with pytest.raises(GatewayRefused) as refused:
        await GATEWAY.start(http, at(fake), ATTEMPT)
    assert refused.value.code == code
    assert fake.requests == {}
    kind = Unanswered if status in (429, 503) else GatewayRefused
    with pytest.raises(kind):
        await GATEWAY.find(http, at(fake), replace(ATTEMPT, gateway_reference="pr-1"))


async def test_reads_that_fail(fake: XenditFake, http: Outgoing, hasty: Outgoing) -> None:
    """A failed look is no look: unanswered, or unreachable; only "not found" is "there is none"."""
    attempt = known(await GATEWAY.start(http, at(fake), ATTEMPT))
    for switches in ({"status_500": True}, {"garbage": True}, {"slow_s": 2.0}):
        fake.switches = type(fake.switches)(**switches)
        for call in (GATEWAY.find(hasty, at(fake), attempt), GATEWAY.find_refund(hasty, at(fake), attempt, "rf_1"),
                     GATEWAY.probe(hasty, at(fake))):  # fmt: skip
            with pytest.raises(Unanswered):
                await call
    nobody = replace(CONTRACT, base_url=closed_port())
    for call in (GATEWAY.start(hasty, nobody, ATTEMPT), GATEWAY.find(hasty, nobody, attempt),
                 GATEWAY.cancel(hasty, nobody, attempt), GATEWAY.refund(hasty, nobody, attempt, "rf_1", 100, ""),
                 ):  # fmt: skip
        with pytest.raises(Unreachable):
            await call
    fake.switches = type(fake.switches)()
    assert await GATEWAY.find(http, at(fake), replace(attempt, gateway_reference="pr-unknown")) is None
    with pytest.raises(Unanswered):
        await GATEWAY.find(http, at(fake), replace(attempt, reference="gp_somebody"))


@pytest.mark.parametrize(("amount", "paid_sen"), [(150_000, 15_000_000), (149_999, 14_999_900), (150_001, 15_000_100)])
async def test_what_was_paid_is_exact(amount: int, paid_sen: int, fake: XenditFake, http: Outgoing) -> None:
    """What counts is what came, not what was asked."""
    started = await GATEWAY.start(http, at(fake), ATTEMPT)
    await post(fake, f"_buyer/{started.reference}/pay", amount=amount)
    seen = await GATEWAY.find(http, at(fake), known(started))
    assert (seen.status, seen.paid_sen, seen.fee_sen) == ("paid", paid_sen, None)
    assert abs((seen.paid_at - datetime.now(UTC)).total_seconds()) < 60


@pytest.mark.parametrize(
    ("acts", "status", "paid_sen"),
    [(["expire"], "expired", None), (["fail"], "failed", None), (["expire", "pay"], "paid", 15_000_000)],
)
async def test_how_it_ends(
    acts: list[str], status: str, paid_sen: int | None, fake: XenditFake, http: Outgoing
) -> None:
    """Expired, failed, and paid after its end: each is seen as what it is."""
    await post(fake, "_switch", late=True)
    started = await GATEWAY.start(http, at(fake), ATTEMPT)
    for what in acts:
        await post(fake, f"_buyer/{started.reference}/{what}")
    seen = await GATEWAY.find(http, at(fake), known(started))
    assert (seen.status, seen.paid_sen) == (status, paid_sen)


async def test_cancel(fake: XenditFake, http: Outgoing, hasty: Outgoing) -> None:
    """One that waits is ended; one whose payer was quicker is returned as paid; without an answer nobody knows."""
    started = await GATEWAY.start(http, at(fake), ATTEMPT)
    assert (await GATEWAY.cancel(http, at(fake), known(started))).status == "cancelled"
    assert (await GATEWAY.cancel(http, at(fake), known(started))).status == "cancelled"
    assert (await GATEWAY.find(http, at(fake), known(started))).status == "cancelled"
    quicker = await GATEWAY.cancel(http, at(fake), await paid(fake, http))
    assert (quicker.status, quicker.paid_sen) == ("paid", 15_000_000)
    with pytest.raises(GatewayRefused, match="DATA_NOT_FOUND"):
        await GATEWAY.cancel(http, at(fake), replace(ATTEMPT, gateway_reference="pr-unknown"))
    with pytest.raises(GatewayRefused, match="no_reference"):
        await GATEWAY.cancel(http, at(fake), ATTEMPT)
    waiting = known(await GATEWAY.start(http, at(fake), ATTEMPT))
    await post(fake, "_switch", accept_then_hang=True)
    with pytest.raises(OutcomeUnknown):
        await GATEWAY.cancel(hasty, at(fake), waiting)


@pytest.mark.parametrize(("act", "status", "code"), [("succeed", "done", ""), ("fail", "denied", "REFUND_FAILED")])
async def test_refund(act: str, status: str, code: str, fake: XenditFake, http: Outgoing) -> None:
    """It waits for its bank, and is done or denied then; asked for again with its key it is the same one."""
    attempt = await paid(fake, http)
    assert await GATEWAY.find_refund(http, at(fake), attempt, "rf_1") is None
    seen = await GATEWAY.refund(http, at(fake), attempt, "rf_1", 4_000_000, "Barang habis")
    assert (seen.status, seen.code) == ("pending", "")
    await post(fake, f"_bank/{seen.reference}/{act}")
    ended = await GATEWAY.find_refund(http, at(fake), attempt, "rf_1")
    assert (ended.status, ended.reference, ended.code) == (status, seen.reference, code)
    assert await GATEWAY.refund(http, at(fake), attempt, "rf_1", 4_000_000, "Barang habis") == ended
    assert [one["amount"] for one in fake.refunds.values()] == [40_000]
    other = await GATEWAY.refund(http, at(fake), attempt, "rf_2", 11_000_000, "")
    assert (other.status, len(fake.refunds)) == ("pending", 2)


async def test_refunds_that_are_refused(fake: XenditFake, http: Outgoing) -> None:
    """More than came, a channel that gives nothing back, and a payment whose reference is not known."""
    attempt = await paid(fake, http)
    with pytest.raises(GatewayRefused, match="REFUND_AMOUNT_EXCEEDED"):
        await GATEWAY.refund(http, at(fake), attempt, "rf_1", 15_000_100, "")
    account = replace(ATTEMPT, way=("va", "BCA"))
    started = await GATEWAY.start(http, at(fake), account)
    await post(fake, f"_buyer/{started.reference}/pay")
    with pytest.raises(GatewayRefused, match="REFUND_NOT_SUPPORTED"):
        await GATEWAY.refund(http, at(fake), known(started, account), "rf_2", 100, "")
    with pytest.raises(GatewayRefused, match="no_reference"):
        await GATEWAY.refund(http, at(fake), ATTEMPT, "rf_3", 100, "")
    assert fake.refunds == {}
    await post(fake, "_switch", denied_refund="INSUFFICIENT_BALANCE")
    denied = await GATEWAY.refund(http, at(fake), attempt, "rf_4", 100, "")
    assert (denied.status, denied.code) == ("denied", "INSUFFICIENT_BALANCE")


async def test_a_refund_without_an_answer(fake: XenditFake, http: Outgoing, hasty: Outgoing) -> None:
    """Unknown, and found by its key: given back once."""
    attempt = await paid(fake, http)
    await post(fake, "_switch", accept_then_hang=True)
    with pytest.raises(OutcomeUnknown):
        await GATEWAY.refund(hasty, at(fake), attempt, "rf_1", 100, "")
    await post(fake, "_switch", accept_then_hang=False)
    found = await GATEWAY.find_refund(http, at(fake), attempt, "rf_1")
    assert found.status == "pending"
    assert await GATEWAY.refund(http, at(fake), attempt, "rf_1", 100, "") == found
    assert len(fake.refunds) == 1


@pytest.mark.parametrize(
    "listed",
    [{"data": [], "has_more": True}, {"data": [{"id": "rfd-1", "status": "PENDING", "payment_request_id": "pr-else"}]}],
)
async def test_a_list_that_shows_nothing(listed: dict[str, Any], http: Outgoing) -> None:
    """One that goes on, or is not filtered: nobody knows whether ours is there, and none is asked for."""
    attempt = replace(ATTEMPT, gateway_reference="pr-1")
    script = Script([(200, json.dumps(listed).encode())])
    async with on_a_socket(script.app) as url:
        contract = replace(CONTRACT, base_url=url)
        with pytest.raises(Unanswered):
            await GATEWAY.find_refund(http, contract, attempt, "rf_1")
        with pytest.raises(Unreachable):
            await GATEWAY.refund(http, contract, attempt, "rf_1", 100, "")
    assert {request.method for request in script.requests} == {"GET"}


async def test_keys_of_the_other_environment(http: Outgoing) -> None:
    """No call is made with a key that moves real money for orders of the sandbox, nor the other way round."""
    nobody = replace(CONTRACT, base_url=closed_port())
    for contract in (replace(nobody, secrets=SECRETS | {"secret_api_key": "xnd_production_x"}),
                     replace(nobody, environment="production")):  # fmt: skip
        for call in (GATEWAY.start(http, contract, ATTEMPT), GATEWAY.probe(http, contract)):
            with pytest.raises(GatewayRefused, match="wrong_environment"):
                await call


async def test_probe(fake: XenditFake, http: Outgoing) -> None:
    """It passes with the right key and makes nothing; a wrong key is named, and stands in no sentence."""
    await GATEWAY.probe(http, at(fake))
    assert fake.requests == {}
    wrong = replace(at(fake), secrets=SECRETS | {"secret_api_key": "xnd_development_wrong"})
    with pytest.raises(GatewayRefused, match="INVALID_API_KEY"):
        await GATEWAY.probe(http, wrong)
    script = Script([(401, b'{"error_code":"INVALID_API_KEY","message":"no xnd_development_kunci"}')])
    async with on_a_socket(script.app) as url:
        with pytest.raises(GatewayRefused) as refused:
            await GATEWAY.probe(http, replace(CONTRACT, base_url=url))
    assert refused.value.text == "no …"


def test_its_ways_are_ways_of_ours() -> None:
    """Every channel is one that a method of ours has, and each question stands in both languages."""
    methods = discover("gerai.partners.payments", "METHOD")
    assert [way for way in GATEWAY.channels if way[1] not in methods[way[0]].channels] == []
    assert {language for asked in GATEWAY.asks for language in asked.help} == {"id", "en"}
    assert {asked.name for asked in GATEWAY.asks} == set(SECRETS)
    assert {way[0] for way, channel in GATEWAY.channels.items() if channel.refund == "none"} == {"va", "retail"}
