"""Durianpay against its stand-in, and against what its contract shows."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest
from durianpay_kit import (
    ATTEMPT,
    CONTRACT,
    KEY,
    Standing,
    golden,
    golden_names,
    now_attempt,
    standing,
    started,
)
from loopback_kit import Script, closed_port, hasty, http, on_a_socket

from gerai.kit.address import AddressForbidden
from gerai.kit.discover import discover
from gerai.kit.http import Outgoing, Unanswered, Unreachable
from gerai.partners.gateways.durianpay import GATEWAY
from gerai.ports.gateways import GatewayRefused, OutcomeUnknown, Seen, Way
from gerai.testing.gateways.durianpay import DurianpayFake

__all__ = ["hasty", "http", "standing"]
BASIC = "Basic a3VuY2ktcmFoYXNpYTo="


def filled(result: Any) -> Any:
    """Without what is empty: the port may have more fields than a golden exchange knows."""
    if not isinstance(result, dict):
        return result
    return {name: filled(value) for name, value in result.items() if value not in (None, "", 0, {}, [])}


@pytest.mark.parametrize("name", golden_names("!notice"))
async def test_golden_exchanges(name: str, http: Outgoing) -> None:
    """Requests are exactly these, in this order, each with the key as user of Basic, and the answers are read as
    exactly this; what makes something has an idempotency key."""
    told = golden(name)
    attempt = replace(
        ATTEMPT, way=tuple(told["way"]), payer=told["payer"], gateway_reference=told.get("gateway_reference", "")
    )
    script = Script([(200, json.dumps(exchange["answer"]).encode()) for exchange in told["exchanges"]])
    async with on_a_socket(script.app) as url:
        contract = replace(CONTRACT, base_url=f"{url}/v1")
        result = await getattr(GATEWAY, told["call"])(http, contract, attempt, **told.get("refund", {}))
    assert [request.exchange for request in script.requests] == [exchange["request"] for exchange in told["exchanges"]]
    assert {request.headers["authorization"] for request in script.requests} == {BASIC}
    once = {request.headers.get("idempotency-key", "") for request in script.requests if request.method == "POST"}
    assert once <= {attempt.reference, told.get("refund", {}).get("refund_key", attempt.reference)}
    assert filled(msgspec.to_builtins(result)) == filled(told["result"])


@pytest.mark.parametrize("way", sorted(GATEWAY.channels))
async def test_every_way_starts_and_is_found(way: Way, standing: Standing, http: Outgoing) -> None:
    """Started, it shows a number, a QR or where to go; it is found as waiting, and as paid with what came."""
    amount_sen = GATEWAY.channels[way].bounds.minimum_sen
    attempt = now_attempt(way, amount_sen=amount_sen)
    seen = await GATEWAY.start(http, standing.contract, attempt)
    shown = seen.instructions
    assert (seen.status, seen.paid_sen, shown is None) == ("waiting", None, False)
    kinds = {"va": "code", "retail": "code", "qris": "qr", "ewallet": "manual" if way[1] == "OVO" else "redirect"}
    assert shown.kind == kinds[way[0]]
    assert [bool(text) for text in (shown.code, shown.qr_text, shown.url)] == [
        shown.kind == "code", shown.kind == "qr", shown.kind == "redirect",
    ]  # fmt: skip
    assert all(shown.steps[language] for language in ("id", "en"))
    assert shown.expires_at is not None
    known = replace(attempt, gateway_reference=seen.reference)
    assert await GATEWAY.find(http, standing.contract, known) == Seen("waiting", seen.reference)
    await standing.pay(attempt)
    paid = await GATEWAY.find(http, standing.contract, known)
    assert (paid.status, paid.reference, paid.paid_sen) == ("paid", seen.reference, amount_sen)
    assert datetime.now(UTC) - paid.paid_at < timedelta(minutes=1)
    assert len(standing.payments) == 1


@pytest.mark.parametrize("at", ["POST /v1/orders", "/payments/charge"])
@pytest.mark.parametrize("fault", ["time_out", "lost", "garbage", "error"])
async def test_an_unknown_start_is_found(
    fault: str, at: str, standing: Standing, http: Outgoing, hasty: Outgoing
) -> None:
    """An order or a charge without a usable answer is unknown, never refused; looked for by our reference it is found,
    with what its payer must see, or there is none and nothing was made. There is one order; whichever of its payments
    is paid, it counts."""
    attempt = now_attempt()
    await standing.fault(fault, at)
    with pytest.raises(OutcomeUnknown) as unknown:
        await GATEWAY.start(hasty, standing.contract, attempt)
    assert KEY not in str(unknown.value)
    found = await GATEWAY.find(http, standing.contract, attempt)
    if (fault, at) == ("error", "POST /v1/orders"):
        assert (found, standing.fake.orders) == (None, {})
        return
    assert found.status == "waiting"
    assert found.instructions.code.startswith("7893")
    assert list(standing.fake.orders) == [found.reference]
    both = at == "/payments/charge" and fault != "error"
    assert standing.payments == [(attempt.reference, "processing")] * (2 if both else 1)
    # The one whose answer nobody had.
    await standing.pay(attempt, payment=0)
    paid = await GATEWAY.find(http, standing.contract, replace(attempt, gateway_reference=found.reference))
    assert (paid.status, paid.paid_sen) == ("paid", attempt.amount_sen)


async def test_where_keys_are_known_nothing_is_made_twice(standing: Standing, http: Outgoing, hasty: Outgoing) -> None:
    """At another Gerai, which knows idempotency keys, the charge that is sent again is the same payment, and so is a
    start that is started again."""
    await standing.switch(idempotent=True)
    attempt = now_attempt()
    await standing.fault("time_out", "/payments/charge")
    with pytest.raises(OutcomeUnknown):
        await GATEWAY.start(hasty, standing.contract, attempt)
    found = await GATEWAY.find(http, standing.contract, attempt)
    assert await GATEWAY.start(http, standing.contract, attempt) == found
    assert standing.payments == [(attempt.reference, "processing")]


async def test_a_wallet_that_asks_by_itself_asks_once(standing: Standing, http: Outgoing, hasty: Outgoing) -> None:
    """OVO asks the payer in its app: what may have been charged is not charged again, only looked at."""
    attempt = now_attempt(("ewallet", "OVO"))
    await standing.fault("time_out", "/payments/charge")
    with pytest.raises(OutcomeUnknown):
        await GATEWAY.start(hasty, standing.contract, attempt)
    found = await GATEWAY.find(http, standing.contract, attempt)
    assert (found.status, found.instructions) == ("waiting", None)
    assert standing.payments == [(attempt.reference, "processing")]


@pytest.mark.parametrize("payer", [{}, {"mobile": "+6281213420555"}])
async def test_what_cannot_be_charged_again_is_there(payer: dict[str, str], standing: Standing, http: Outgoing) -> None:
    """Where the second charge is refused, or what it needs is not there any more, it is found as it stands."""
    attempt = await started(standing, http, ("ewallet", "DANA"))
    standing.fake.orders[attempt.gateway_reference].ends_at = attempt.at
    found = await GATEWAY.find(http, standing.contract, replace(attempt, payer=payer, gateway_reference=""))
    assert found == Seen("waiting", attempt.gateway_reference)
    assert standing.payments == [(attempt.reference, "processing")]


async def test_a_start_goes_on_with_the_order_it_has(standing: Standing, http: Outgoing) -> None:
    """Started with the gateway's reference, no second order is made."""
    attempt = await started(standing, http)
    again = await GATEWAY.start(http, standing.contract, attempt)
    assert again.reference == attempt.gateway_reference
    assert len(standing.fake.orders) == 1


async def test_nothing_is_missed_behind_a_page(standing: Standing, http: Outgoing) -> None:
    """An order behind others is found, however few a page has; one that is not there is None after the last page, and
    no order of another reference is taken for it. Real orders are looked for from the day before."""
    attempt = await started(standing, http, reference="gp_first")
    for number in range(4):
        await started(standing, http, reference=f"gp_first{number}")
    await standing.switch(most=2, is_live=True)
    for order in standing.fake.orders.values():
        order.is_live = True
    live = replace(standing.contract, environment="production")
    found = await GATEWAY.find(http, live, replace(attempt, gateway_reference=""))
    assert found.reference == attempt.gateway_reference
    assert await GATEWAY.find(http, live, replace(attempt, reference="gp_fir", gateway_reference="")) is None
    later = replace(attempt, at=attempt.at + timedelta(days=3), gateway_reference="")
    assert await GATEWAY.find(http, live, later) is None
    # A test clock is not the other side's.
    standing.fake.orders[attempt.gateway_reference].is_live = False
    assert (await GATEWAY.find(http, standing.contract, later)).reference == attempt.gateway_reference


async def test_an_id_of_another_is_nobody(standing: Standing, http: Outgoing) -> None:
    """Neither an unknown id nor another attempt's order is taken for this one."""
    attempt, other = await started(standing, http), await started(standing, http, reference="gp_other")
    await standing.pay(other)
    for reference in ("ord_00000000000099", other.gateway_reference):
        assert await GATEWAY.find(http, standing.contract, replace(attempt, gateway_reference=reference)) is None


@pytest.mark.parametrize(
    ("amount", "paid_sen"), [("150000.00", 15_000_000), ("149999.00", 14_999_900), ("150000.01", 15_000_001)]
)
async def test_what_came_is_read_exactly(amount: str, paid_sen: int, standing: Standing, http: Outgoing) -> None:
    """To the sen: whether it is what was asked for is the engine's to say."""
    attempt = await started(standing, http)
    await standing.pay(attempt, amount=amount)
    assert (await GATEWAY.find(http, standing.contract, attempt)).paid_sen == paid_sen


async def test_an_amount_that_is_not_said(standing: Standing, http: Outgoing) -> None:
    """A completed payment without an amount is paid, with None; one whose amount is no amount states nothing."""
    attempt = await started(standing, http)
    await standing.switch(no_paid_amount=True)
    await standing.pay(attempt)
    seen = await GATEWAY.find(http, standing.contract, attempt)
    assert (seen.status, seen.paid_sen) == ("paid", None)
    standing.fake.orders[attempt.gateway_reference].payments[0].paid = "Rp150.000"
    with pytest.raises(Unanswered):
        await GATEWAY.find(http, standing.contract, attempt)


async def test_two_payments_of_one_order_are_one_sum(standing: Standing, http: Outgoing) -> None:
    """Whoever paid twice paid too much, and that is seen."""
    attempt = await started(standing, http)
    await GATEWAY.start(http, standing.contract, attempt)
    await standing.pay(attempt, payment=0)
    await standing.pay(attempt, payment=1)
    assert (await GATEWAY.find(http, standing.contract, attempt)).paid_sen == 2 * attempt.amount_sen


@pytest.mark.parametrize("status", ["failed", "expired", "cancelled"])
async def test_how_a_payment_ends(status: str, standing: Standing, http: Outgoing) -> None:
    """An order whose payments all ended so has; while one of them waits, it waits."""
    attempt = await started(standing, http)
    await GATEWAY.start(http, standing.contract, attempt)
    first, second = standing.fake.orders[attempt.gateway_reference].payments
    first.status = status
    assert (await GATEWAY.find(http, standing.contract, attempt)).status == "waiting"
    second.status = status
    assert (await GATEWAY.find(http, standing.contract, attempt)).status == status


async def test_cancel_ends_every_open_payment(standing: Standing, http: Outgoing) -> None:
    """All of them are cancelled, so that nobody can pay any more; the second time nothing is left to do."""
    attempt = await started(standing, http)
    await GATEWAY.start(http, standing.contract, attempt)
    for _ in range(2):
        seen = await GATEWAY.cancel(http, standing.contract, attempt)
        assert seen.status == "cancelled"
    assert standing.payments == [(attempt.reference, "cancelled")] * 2
    assert sum(asked.endswith("/cancel") for asked in standing.fake.asked) == 2


async def test_cancel_of_what_is_paid(standing: Standing, http: Outgoing) -> None:
    """The payer was quicker: it is paid, and stays so."""
    attempt = await started(standing, http)
    await standing.pay(attempt)
    seen = await GATEWAY.cancel(http, standing.contract, attempt)
    assert (seen.status, seen.paid_sen) == ("paid", attempt.amount_sen)
    assert not any(asked.endswith("/cancel") for asked in standing.fake.asked)


async def test_cancel_without_an_answer(standing: Standing, http: Outgoing, hasty: Outgoing) -> None:
    """A cancellation that may have been done is unknown; before it nothing was done, and that is certain."""
    attempt = await started(standing, http)
    await standing.fault("error", f"/orders/{attempt.gateway_reference}")
    with pytest.raises(Unreachable):
        await GATEWAY.cancel(http, standing.contract, attempt)
    assert standing.payments == [(attempt.reference, "processing")]
    await standing.fault("time_out", "/cancel")
    with pytest.raises(OutcomeUnknown):
        await GATEWAY.cancel(hasty, standing.contract, attempt)
    assert (await GATEWAY.find(http, standing.contract, attempt)).status == "cancelled"


async def test_cancel_of_what_it_does_not_know(standing: Standing, http: Outgoing) -> None:
    """Nothing to cancel is a refusal, not a success."""
    with pytest.raises(GatewayRefused) as no:
        await GATEWAY.cancel(http, standing.contract, now_attempt())
    assert no.value.code == "order_unknown"


async def test_faults_of_reads(standing: Standing, http: Outgoing, hasty: Outgoing) -> None:
    """What cannot be read states nothing: neither paid nor unknown to the gateway. Nobody there is certain."""
    attempt = await started(standing, http)
    for fault, error in (
        ("error", Unanswered), ("garbage", Unanswered), ("time_out", Unanswered), ("throttle", Unreachable),
    ):  # fmt: skip
        await standing.fault(fault, "/orders")
        with pytest.raises(error):
            await GATEWAY.find(hasty, standing.contract, attempt)
    await standing.fault("slow", "/orders")
    assert (await GATEWAY.find(http, standing.contract, attempt)).status == "waiting"
    nobody = replace(standing.contract, base_url=closed_port())
    for call in (GATEWAY.find, GATEWAY.start, GATEWAY.cancel):
        with pytest.raises(Unreachable):
            await call(http, nobody, attempt)
    forbidden = replace(standing.contract, base_url="http://10.0.0.1/v1")
    with pytest.raises(AddressForbidden):
        await GATEWAY.start(http, forbidden, attempt)


async def test_refusals_carry_no_secret(http: Outgoing) -> None:
    """A refusal has the gateway's word and sentence; a key that it echoes is left out, and a page without any is its
    status."""
    fault = {"error": f"bad key {KEY}", "error_code": "DPAY_X", "errors": [{"field": "amount\n", "message": "is odd"}]}
    script = Script([(400, json.dumps(fault).encode()), (403, b"<html>no</html>"), (404, b"not here")])
    async with on_a_socket(script.app) as url:
        contract = replace(CONTRACT, base_url=url)
        with pytest.raises(GatewayRefused) as no:
            await GATEWAY.start(http, contract, now_attempt())
        assert (no.value.code, no.value.text) == ("DPAY_X", "bad key …; amount: is odd")
        with pytest.raises(GatewayRefused) as page:
            await GATEWAY.start(http, contract, now_attempt())
        assert (page.value.code, page.value.text) == ("403", "status 403")
        # A wrong address knows nothing: not even that there is no such order.
        with pytest.raises(GatewayRefused):
            await GATEWAY.find(http, contract, replace(ATTEMPT, gateway_reference="ord_1"))


@pytest.mark.parametrize(
    "changed", [{"amount": "150001.00"}, {"order_ref_id": "gp_other"}, {"is_live": True}, {"amount": None}]
)
async def test_another_order_is_not_charged(changed: dict[str, Any], http: Outgoing) -> None:
    """An order of another amount, reference or mode than was asked for is refused, and nothing is charged."""
    answer = golden("start_va")["exchanges"][0]["answer"]
    script = Script([(200, json.dumps({"data": answer["data"] | changed}).encode())])
    async with on_a_socket(script.app) as url:
        with pytest.raises(GatewayRefused):
            await GATEWAY.start(http, replace(CONTRACT, base_url=f"{url}/v1"), ATTEMPT)
    assert [request.path for request in script.requests] == ["/v1/orders"]


@pytest.mark.parametrize("way", [("ewallet", "DANA"), ("va", "NOBU"), ("card", "CARD")])
async def test_what_cannot_be_started_is_not(way: Way, standing: Standing, http: Outgoing) -> None:
    """A wallet without the payer's number, and what it has not: refused, and the gateway is not asked."""
    with pytest.raises(GatewayRefused):
        await GATEWAY.start(http, standing.contract, now_attempt(way, payer={"email": "jane@example.com"}))
    assert standing.fake.asked == []


async def test_nothing_to_pay_with_is_unknown(http: Outgoing) -> None:
    """A charge that shows neither a number nor a QR nor a way to go is no start, and no end either."""
    told = golden("start_va")
    bare = told["exchanges"][1]["answer"]["data"]["response"] | {"account_number": "", "payment_instruction": []}
    charge = {"data": {"type": "VA", "response": bare}}
    answers = [told["exchanges"][0]["answer"], charge, golden("cancel")["exchanges"][0]["answer"]]
    script = Script([(200, json.dumps(answer).encode()) for answer in answers])
    async with on_a_socket(script.app) as url:
        with pytest.raises(OutcomeUnknown):
            await GATEWAY.start(http, replace(CONTRACT, base_url=f"{url}/v1"), ATTEMPT)


async def test_a_number_with_blanks(http: Outgoing) -> None:
    """A bill's company code and number may come apart: it is one number, and shown as one."""
    told = golden("start_va")
    answer = told["exchanges"][1]["answer"]["data"]["response"] | {"account_number": " 70012 997617677855 "}
    answers = [told["exchanges"][0]["answer"], {"data": {"type": "VA", "response": answer}}]
    script = Script([(200, json.dumps(answer).encode()) for answer in answers])
    async with on_a_socket(script.app) as url:
        seen = await GATEWAY.start(http, replace(CONTRACT, base_url=f"{url}/v1"), ATTEMPT)
    assert seen.instructions.code == "70012997617677855"


async def test_the_probe_moves_nothing(standing: Standing, http: Outgoing) -> None:
    """Address and key are right, or it is said what is wrong; a key of the other mode is found out by its orders."""
    await GATEWAY.probe(http, standing.contract)
    with pytest.raises(GatewayRefused) as wrong_key:
        await GATEWAY.probe(http, replace(standing.contract, secrets={"secret_api_key": "salah"}))
    assert wrong_key.value.code == "DPAY_UNAUTHORIZED_ACCESS"
    with pytest.raises(GatewayRefused) as wrong_address:
        await GATEWAY.probe(http, replace(standing.contract, base_url=f"{standing.url}/v2"))
    assert wrong_address.value.code == "404"
    assert standing.fake.orders == {}
    await started(standing, http)
    with pytest.raises(GatewayRefused) as wrong_mode:
        await GATEWAY.probe(http, replace(standing.contract, environment="production"))
    assert wrong_mode.value.code == "wrong_mode"
    await standing.fault("garbage", "/orders")
    with pytest.raises(GatewayRefused) as another_service:
        await GATEWAY.probe(http, standing.contract)
    assert another_service.value.code == "not_durianpay"


async def test_the_stand_in_has_the_mode_of_its_key(http: Outgoing) -> None:
    """A key of tests makes play money, any other real money; with and without the version in its address."""
    for key, environment, path in (("dp_test_x", "sandbox", "/v1"), ("kunci", "production", "")):
        async with on_a_socket(DurianpayFake(key).app) as url:
            contract = replace(CONTRACT, environment=environment, base_url=url + path, secrets={"secret_api_key": key})
            assert (await GATEWAY.start(http, contract, now_attempt())).status == "waiting"


async def test_a_switch_that_is_none(standing: Standing) -> None:
    """It is refused, with the names of those there are; nothing is switched."""
    async with httpx.AsyncClient() as client:
        answer = await client.post(f"{standing.url}/_switch", json={"late_s": 1, "late": True})
    assert (answer.status_code, "late_s" in answer.json()["error"]) == (400, True)
    assert standing.fake.switches.late_s == 0


def test_it_introduces_itself() -> None:
    """It is found by its folder's name; its key is sealed, each question is in both languages, and it has a fake."""
    assert discover("gerai.partners.gateways", "GATEWAY")["durianpay"] is GATEWAY
    assert GATEWAY.name == "durianpay"
    assert [asked.name for asked in GATEWAY.asks] == ["secret_api_key", "email"]
    assert all(asked.help.keys() == {"id", "en"} for asked in GATEWAY.asks)
    assert set(GATEWAY.base_urls) == {"production", "sandbox"}
    assert GATEWAY.recoverable is True
