"""Tripay against its stand-in, and against what its documentation shows."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from loopback_kit import Script, closed_port, hasty, http, on_a_socket
from tripay_kit import AT, ATTEMPT, CONTRACT, SECRETS, act, at, fake, golden, switch

from gerai.domain.money import rupiah
from gerai.kit.discover import discover
from gerai.kit.http import Outgoing, Unanswered, Unreachable
from gerai.partners.gateways.tripay import GATEWAY
from gerai.partners.gateways.tripay.client import signature_of
from gerai.ports.gateways import GatewayRefused, OutcomeUnknown, Way
from gerai.ports.payments import Bounds
from gerai.testing.gateways.tripay import TripayFake

__all__ = ["fake", "hasty", "http"]
EXCHANGES = ("start_va", "start_qris", "find_after_unknown")


def test_the_signature_is_the_documented_one() -> None:
    """Merchant code, reference and amount in rupiah under the private key: the example of Tripay's page."""
    contract = replace(
        CONTRACT, secrets={"secret_private_key": "ytf6ooi2gmlNPfpchd94jDOk8hRWOu"}, facts={"merchant_code": "T0001"}
    )
    signature = signature_of(contract, "INV55567", 1_500_000)
    assert signature == "9f167eba844d1fcb369404e2bda53702e2f78f7aa12e91da6715414e65b8c86a"


@pytest.mark.parametrize("name", EXCHANGES)
async def test_golden_exchanges(name: str, http: Outgoing) -> None:
    """Requests are exactly these, and the documented answers are read as exactly this."""
    told = golden(name)
    ends_at = told["ends_at"] and datetime.fromisoformat(told["ends_at"])
    attempt = replace(
        ATTEMPT, way=tuple(told["way"]), amount_sen=told["amount_sen"], payer=told["payer"], ends_at=ends_at
    )
    script = Script([(200, json.dumps(exchange["answer"]).encode()) for exchange in told["exchanges"]])
    async with on_a_socket(script.app) as url:
        contract = replace(CONTRACT, base_url=url)
        call = GATEWAY.find if name.startswith("find") else GATEWAY.start
        seen = await call(http, contract, attempt)
    assert [request.exchange for request in script.requests] == [exchange["request"] for exchange in told["exchanges"]]
    assert {request.headers["authorization"] for request in script.requests} == {"Bearer kunci-api"}
    assert msgspec.json.decode(msgspec.json.encode(seen)) == told["seen"]


@pytest.mark.parametrize("way", sorted(GATEWAY.channels))
async def test_every_way_starts_and_is_found(way: Way, fake: TripayFake, http: Outgoing) -> None:
    """Started, it shows a number, a QR or an address until its end, and is found the same by either reference."""
    channel = GATEWAY.channels[way]
    attempt = replace(
        ATTEMPT, way=way, amount_sen=channel.bounds.minimum_sen, ends_at=AT + timedelta(seconds=channel.shortest_s)
    )
    started = await GATEWAY.start(http, at(fake), attempt)
    assert (started.status, started.paid_sen, started.instructions.expires_at) == ("waiting", None, attempt.ends_at)
    shown = started.instructions
    filled = {"code": shown.code, "qr": shown.qr_text, "redirect": shown.url}
    assert [kind for kind, value in filled.items() if value] == [shown.kind]
    assert shown.kind == {"va": "code", "retail": "code", "qris": "qr", "ewallet": "redirect"}[way[0]]
    assert shown.steps["id"]
    assert shown.steps["en"]
    assert not [line for lines in shown.steps.values() for line in lines if "<" in line or "{" in line]
    assert await GATEWAY.find(http, at(fake), attempt) == started
    assert await GATEWAY.find(http, at(fake), replace(attempt, gateway_reference=started.reference)) == started


async def test_one_that_outlives_its_channel_is_cut(fake: TripayFake, http: Outgoing) -> None:
    """Nothing is asked to live longer than the channel lets it; without an end it is Tripay's own time."""
    attempt = replace(ATTEMPT, way=("va", "BSI"), ends_at=AT + timedelta(days=2))
    await GATEWAY.start(http, at(fake), attempt)
    await GATEWAY.start(http, at(fake), replace(attempt, reference="gp_other", ends_at=None))
    first, second = fake.transactions.values()
    assert first["expired_time"] == int((AT + timedelta(minutes=180)).timestamp())
    assert second["expired_time"] > first["expired_time"] - 86_400


async def test_started_twice_it_is_one(fake: TripayFake, http: Outgoing) -> None:
    """The stand-in would make two of one reference: the second start finds the first."""
    first = await GATEWAY.start(http, at(fake), ATTEMPT)
    assert await GATEWAY.start(http, at(fake), ATTEMPT) == first
    assert len(fake.transactions) == 1


async def test_what_hangs_is_unknown_and_found(fake: TripayFake, http: Outgoing, hasty: Outgoing) -> None:
    """Accepted, and no answer: unknown, never failed; it is found with all that the payer needs, and stays one."""
    await switch(fake, accept_then_hang=True)
    with pytest.raises(OutcomeUnknown):
        await GATEWAY.start(hasty, at(fake), ATTEMPT)
    await switch(fake, accept_then_hang=False)
    found = await GATEWAY.find(http, at(fake), ATTEMPT)
    assert found is not None
    assert (found.status, found.instructions.code) == ("waiting", "8000000000000001")
    assert await GATEWAY.start(http, at(fake), ATTEMPT) == found
    assert len(fake.transactions) == 1


EMPTY = b'{"success":true,"message":"","data":[]}'
NO = b'{"success":false,"message":"Invalid signature"}'


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (500, b'{"message":"Server Error"}'), (500, NO), (502, b"<html>"), (429, NO), (200, b"<html>"), (200, b""),
        (200, b'{"success":true}'), (200, b'{"success":true,"data":{}}'), (200, b"[]"), (302, b""), (404, b"<html>"),
        (400, b'{"success":true,"data":{}}'),
        (200, json.dumps(golden("start_va")["exchanges"][1]["answer"]).replace("gp_7Kq2", "gp_else").encode()),
        (200, json.dumps(golden("start_va")["exchanges"][1]["answer"]).replace("UNPAID", "NEWWORD").encode()),
        (200, json.dumps(golden("start_va")["exchanges"][1]["answer"]).replace("145750", '"x"').encode()),
    ],
)  # fmt: skip
async def test_an_answer_that_shows_nothing_is_unknown(status: int, answer: bytes, http: Outgoing) -> None:
    """Server errors, garbage, another payment, unknown words: after the create was sent nothing of it is a no."""
    script = Script([(200, EMPTY), (status, answer)])
    async with on_a_socket(script.app) as url:
        with pytest.raises(OutcomeUnknown):
            await GATEWAY.start(http, replace(CONTRACT, base_url=url), ATTEMPT)
    assert [request.path for request in script.requests] == ["/merchant/transactions", "/transaction/create"]


@pytest.mark.parametrize("status", [200, 400, 401, 422])
async def test_a_no_is_a_no(status: int, http: Outgoing) -> None:
    """The body decides, whatever the HTTP status below 500: refused with Tripay's sentence, and not tried again."""
    script = Script([(200, EMPTY), (status, NO)])
    async with on_a_socket(script.app) as url:
        with pytest.raises(GatewayRefused) as refused:
            await GATEWAY.start(http, replace(CONTRACT, base_url=url), ATTEMPT)
    assert (refused.value.code, refused.value.text) == (str(status), "Invalid signature")
    assert len(script.requests) == 2


async def test_a_start_that_was_not_sent_may_be_repeated(fake: TripayFake, hasty: Outgoing) -> None:
    """Nobody listens, or the look before the create fails: unreachable, and nothing was made."""
    with pytest.raises(Unreachable):
        await GATEWAY.start(hasty, replace(CONTRACT, base_url=closed_port()), ATTEMPT)
    for switches in ({"status_500": True}, {"garbage": True}, {"slow_s": 2.0}):
        fake.switches = type(fake.switches)(**switches)
        with pytest.raises(Unreachable):
            await GATEWAY.start(hasty, at(fake), ATTEMPT)
    assert fake.transactions == {}


async def test_reads_that_fail(fake: TripayFake, http: Outgoing, hasty: Outgoing) -> None:
    """A failed look is no look: unanswered, or unreachable; it never becomes "there is none"."""
    started = await GATEWAY.start(http, at(fake), ATTEMPT)
    known = replace(ATTEMPT, gateway_reference=started.reference)
    for switches in ({"status_500": True}, {"garbage": True}, {"slow_s": 2.0}):
        fake.switches = type(fake.switches)(**switches)
        for attempt in (ATTEMPT, known):
            with pytest.raises(Unanswered):
                await GATEWAY.find(hasty, at(fake), attempt)
        with pytest.raises(Unanswered):
            await GATEWAY.probe(hasty, at(fake))
    for call in (GATEWAY.find(hasty, replace(CONTRACT, base_url=closed_port()), known),
                 GATEWAY.probe(hasty, replace(CONTRACT, base_url=closed_port()))):  # fmt: skip
        with pytest.raises(Unreachable):
            await call


async def test_what_was_never_made(fake: TripayFake, http: Outgoing) -> None:
    """None only where the list shows it: not where the list is another one, nor where our key is refused."""
    assert await GATEWAY.find(http, at(fake), ATTEMPT) is None
    assert await GATEWAY.find(http, at(fake), replace(ATTEMPT, gateway_reference="T0001999")) is None
    await GATEWAY.start(http, at(fake), replace(ATTEMPT, reference="gp_somebody"))
    await switch(fake, unfiltered_list=True)
    with pytest.raises(Unanswered):
        await GATEWAY.find(http, at(fake), ATTEMPT)
    with pytest.raises(GatewayRefused, match="Invalid API Key"):
        await GATEWAY.find(http, replace(at(fake), secrets=SECRETS | {"secret_api_key": "x"}), ATTEMPT)


async def test_another_payments_detail_is_not_ours(fake: TripayFake, http: Outgoing) -> None:
    """A reference that leads to somebody else's transaction pays nothing of ours."""
    other = await GATEWAY.start(http, at(fake), replace(ATTEMPT, reference="gp_somebody"))
    await act(fake, other, "pay")
    with pytest.raises(Unanswered):
        await GATEWAY.find(http, at(fake), replace(ATTEMPT, gateway_reference=other.reference))


@pytest.mark.parametrize("on_payer", [False, True])
async def test_what_was_paid_is_exact(on_payer: bool, fake: TripayFake, http: Outgoing) -> None:
    """The payer's fee is not ours: what counts as paid is what was asked; its bill stands first in the steps."""
    await switch(fake, fee_on_payer=on_payer)
    started = await GATEWAY.start(http, at(fake), ATTEMPT)
    bill = "The bill shows Rp154.250: the order's Rp150.000 and a payment fee of Rp4.250."
    assert (started.instructions.steps["en"][0] == bill) is on_payer
    await act(fake, started, "pay")
    seen = await GATEWAY.find(http, at(fake), replace(ATTEMPT, gateway_reference=started.reference))
    assert seen is not None
    assert (seen.status, seen.paid_sen, seen.fee_sen) == ("paid", 15_000_000, 0 if on_payer else 425_000)
    assert abs((seen.paid_at - datetime.now(UTC)).total_seconds()) < 60


@pytest.mark.parametrize(("amount", "paid_sen"), [(149_999, 14_999_900), (150_001, 15_000_100)])
async def test_another_amount_is_seen_as_it_is(amount: int, paid_sen: int, fake: TripayFake, http: Outgoing) -> None:
    """One rupiah less or more is neither rounded nor what was asked."""
    started = await GATEWAY.start(http, at(fake), ATTEMPT)
    await act(fake, started, "pay", amount=amount)
    assert (await GATEWAY.find(http, at(fake), ATTEMPT)).paid_sen == paid_sen


@pytest.mark.parametrize(
    ("acts", "status", "paid_sen", "refunded_sen"),
    [(["expire"], "expired", None, 0), (["fail"], "failed", None, 0), (["pay", "refund"], "refunded", 15_000_000,
     15_000_000), (["expire", "pay"], "paid", 15_000_000, 0)],
)  # fmt: skip
async def test_how_it_ends(
    acts: list[str], status: str, paid_sen: int | None, refunded_sen: int, fake: TripayFake, http: Outgoing
) -> None:
    """Expired, failed, given back at Tripay's dashboard, and paid after its end: each is seen as what it is."""
    await switch(fake, late=True)
    started = await GATEWAY.start(http, at(fake), ATTEMPT)
    for what in acts:
        await act(fake, started, what)
    seen = await GATEWAY.find(http, at(fake), ATTEMPT)
    assert (seen.status, seen.paid_sen, seen.refunded_sen) == (status, paid_sen, refunded_sen)


async def test_nothing_is_cancelled_or_given_back(fake: TripayFake, http: Outgoing) -> None:
    """Tripay can do neither: refused by its own word, without a call, and every channel's facts say so."""
    nobody = replace(CONTRACT, base_url=closed_port())
    for call in (GATEWAY.cancel(http, nobody, ATTEMPT), GATEWAY.refund(http, nobody, ATTEMPT, "rf_1", 100, "")):
        with pytest.raises(GatewayRefused) as refused:
            await call
        assert refused.value.code == "not_supported"
    assert await GATEWAY.find_refund(http, nobody, ATTEMPT, "rf_1") is None
    assert {(channel.refund, channel.cancel) for channel in GATEWAY.channels.values()} == {("none", False)}
    assert http.attempts["unreachable"] == 0


async def test_no_secret_in_a_refusal(fake: TripayFake, http: Outgoing) -> None:
    """Whatever Tripay repeats of what it was sent, the sentence for the log is without it."""
    await switch(fake, refuse="Key <b>kunci-api</b> and kunci-privat\n are wrong")
    with pytest.raises(GatewayRefused) as refused:
        await GATEWAY.probe(http, at(fake))
    assert refused.value.text == "Key … and … are wrong"


async def test_probe(fake: TripayFake, http: Outgoing) -> None:
    """It passes with the right key and makes nothing; a wrong key, and a merchant without channels, are named."""
    assert await GATEWAY.probe(http, at(fake)) == dict.fromkeys(GATEWAY.channels)
    assert fake.transactions == {}
    with pytest.raises(GatewayRefused, match="Invalid API Key"):
        await GATEWAY.probe(http, replace(at(fake), secrets=SECRETS | {"secret_api_key": "x"}))
    closed = b'{"success":true,"data":[{"code":"BCAVA","active":false},{"code":"NEWVA","active":true}]}'
    script = Script([(200, closed)])
    async with on_a_socket(script.app) as url:
        with pytest.raises(GatewayRefused, match="no channel"):
            await GATEWAY.probe(http, replace(CONTRACT, base_url=url))


async def test_what_is_switched_on(fake: TripayFake, http: Outgoing) -> None:
    """Only what its own list has as active; of the three QRIS channels it is the one that the seller names."""
    await switch(fake, switched_off=["BCAVA", "OVO", "QRIS"])
    off = {("va", "BCA"), ("ewallet", "OVO"), ("qris", "QRIS")}
    usual = replace(at(fake), facts={"qris_code": ""})
    assert await GATEWAY.probe(http, usual) == dict.fromkeys(GATEWAY.channels.keys() - off)
    named = replace(at(fake), facts={"qris_code": "qris2"})
    assert await GATEWAY.probe(http, named) == dict.fromkeys(GATEWAY.channels.keys() - (off - {("qris", "QRIS")}))


async def test_a_merchants_own_bounds(fake: TripayFake, http: Outgoing) -> None:
    """What the merchant's list says of a channel is what is offered; bounds that cannot be leave the public ones."""
    await switch(fake, bounds={"BCAVA": (15_000, 2_000_000), "BNIVA": (0, 900_000), "BRIVA": (9, 3), "OVO": (-1, 5)})
    told = await GATEWAY.probe(http, at(fake))
    assert told is not None
    assert told["va", "BCA"] == Bounds(rupiah(15_000), rupiah(2_000_000))
    assert told["va", "BNI"] == Bounds(1, rupiah(900_000))
    assert [told[way] for way in (("va", "BRI"), ("ewallet", "OVO"), ("va", "CIMB"))] == [None, None, None]


def test_its_ways_are_ways_of_ours() -> None:
    """Every channel is one that a method of ours has, and each question stands in both languages."""
    methods = discover("gerai.partners.payments", "METHOD")
    assert [way for way in GATEWAY.channels if way[1] not in methods[way[0]].channels] == []
    assert {language for asked in GATEWAY.asks for language in asked.help} == {"id", "en"}
    assert {asked.name for asked in GATEWAY.asks if asked.name.startswith("secret_")} == set(SECRETS)
