"""Another Gerai as the gateway: its Durianpay counter on a socket, as the other side of ours."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from durianpay_kit import now_attempt
from loopback_kit import http, on_a_socket
from upstream_kit import Upstream, open_upstream

from gerai.app import App
from gerai.domain.filters import PaymentFilter, Scope
from gerai.engine.core import Engine
from gerai.kit.http import Outgoing
from gerai.partners.gateways.durianpay import GATEWAY
from gerai.ports.gateways import Attempt, GatewayRefused, Way

__all__ = ["http"]


@pytest_asyncio.fixture(scope="module")
async def address(app: App) -> AsyncGenerator[str]:
    """Where the other Gerai serves."""
    async with on_a_socket(app) as url:
        yield url


@pytest_asyncio.fixture
async def upstream(address: str, engine: Engine) -> Upstream:
    """A fresh merchant of its sandbox."""
    return await open_upstream(engine, address, "sandbox")


@pytest.mark.parametrize("way", sorted(GATEWAY.channels))
async def test_every_way_is_started_found_and_paid(way: Way, upstream: Upstream, http: Outgoing) -> None:
    """It shows what the other side's own page would, until the same moment; started again, or looked for by our
    reference after an unknown outcome, it is the same payment. Paid there, it is paid here with what came. Each webhook
    is genuine, and names it, but for the one about its beginning: there is nothing to see yet."""
    attempt = now_attempt(way, amount_sen=GATEWAY.channels[way].bounds.minimum_sen, reference=f"gp_{'_'.join(way)}")
    seen = await GATEWAY.start(http, upstream.contract, attempt)
    [payment] = (await upstream.view(seen.reference)).payments
    shown = seen.instructions
    assert (payment.method, payment.channel_code, payment.asked_sen) == (*way, attempt.amount_sen)
    assert (shown.code, shown.qr_text) == tuple(payment.instructions.get(name, "") for name in ("code", "qr_text"))
    assert shown.expires_at == (payment.expires_at or attempt.ends_at)
    assert shown.url.startswith("http") is (way[0] == "ewallet")
    assert await GATEWAY.start(http, upstream.contract, attempt) == seen
    # OVO is not charged again: elsewhere it would ask its payer twice.
    found = replace(seen, instructions=None) if way == ("ewallet", "OVO") else seen
    assert await GATEWAY.find(http, upstream.contract, attempt) == found
    known = replace(attempt, gateway_reference=seen.reference)
    assert await GATEWAY.find(http, upstream.contract, known) == replace(seen, instructions=None)
    await upstream.end(seen.reference, "paid")
    paid = await GATEWAY.find(http, upstream.contract, known)
    assert (paid.status, paid.reference, paid.paid_sen) == ("paid", seen.reference, attempt.amount_sen)
    assert datetime.now(UTC) - paid.paid_at < timedelta(minutes=5)
    assert len((await upstream.view(seen.reference)).payments) == 1
    bodies = await upstream.webhooks(seen.reference)
    assert len(bodies) == 3
    for body in bodies:
        assert GATEWAY.genuine(lambda _: "", body, upstream.contract) is True
        assert GATEWAY.genuine(lambda _: "", body.replace(b'.00"', b'.01"'), upstream.contract) is False
    created, *others = [GATEWAY.read_notice(body, upstream.contract) for body in bodies]
    assert created == ()
    assert {(one.reference, one.gateway_reference) for (one,) in others} == {(attempt.reference, seen.reference)}


async def test_the_steps_of_its_bank_are_shown(upstream: Upstream, http: Outgoing) -> None:
    """In both languages, as lines of text without HTML."""
    seen = await GATEWAY.start(http, upstream.contract, now_attempt(("va", "BCA")))
    steps = seen.instructions.steps
    assert steps == (await upstream.view(seen.reference)).payments[0].instructions["steps"]
    assert set(steps) == {"id", "en"}


async def test_a_simulated_transfer_pays(upstream: Upstream, http: Outgoing, address: str) -> None:
    """A transfer to the number that we show, of exactly the amount, pays at the other side and is seen here."""
    attempt = now_attempt()
    seen = await GATEWAY.start(http, upstream.contract, attempt)
    async with httpx.AsyncClient(auth=(upstream.contract.secrets["secret_api_key"], "")) as client:
        transfer = {"account_number": seen.instructions.code, "amount": "150000.00"}
        answer = await client.post(f"{address}/v1/payments/va/simulate", json=transfer)
    assert answer.status_code == 200, answer.text
    paid = await GATEWAY.find(http, upstream.contract, replace(attempt, gateway_reference=seen.reference))
    assert (paid.status, paid.paid_sen) == ("paid", 15_000_000)


async def test_cancelled_there_nobody_can_pay(upstream: Upstream, http: Outgoing) -> None:
    """A cancelled payment is over at both sides; a paid one stays paid."""
    attempt, other = now_attempt(), now_attempt(reference="gp_other")
    seen, paid = [await GATEWAY.start(http, upstream.contract, one) for one in (attempt, other)]
    cancelled = await GATEWAY.cancel(http, upstream.contract, replace(attempt, gateway_reference=seen.reference))
    assert (cancelled.status, cancelled.reference) == ("cancelled", seen.reference)
    assert [payment.status for payment in (await upstream.view(seen.reference)).payments] == ["cancelled"]
    await upstream.end(paid.reference, "paid")
    # Without the gateway's reference too: its start may have had no answer.
    assert (await GATEWAY.cancel(http, upstream.contract, other)).status == "paid"


async def test_a_failed_payment(upstream: Upstream, http: Outgoing) -> None:
    """What fails there has failed."""
    attempt = now_attempt()
    seen = await GATEWAY.start(http, upstream.contract, attempt)
    await upstream.end(seen.reference, "failed")
    found = await GATEWAY.find(http, upstream.contract, replace(attempt, gateway_reference=seen.reference))
    assert (found.status, found.paid_sen) == ("failed", None)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"ends_at": datetime(2026, 1, 1, tzinfo=UTC)}, "DPAY_INVALID_REQUEST"),
        ({"amount_sen": 100}, "DPAY_INVALID_REQUEST"),
        ({"payer": {"email": "bukan surel"}}, "DPAY_INVALID_REQUEST"),
    ],
)
async def test_its_refusals(changed: dict[str, Any], code: str, upstream: Upstream, http: Outgoing) -> None:
    """An order whose time is over, an amount that is too small and an address that is none are refused with its own
    word, and nothing waits there."""
    attempt: Attempt = replace(now_attempt(), **changed)
    with pytest.raises(GatewayRefused) as no:
        await GATEWAY.start(http, upstream.contract, attempt)
    assert no.value.code == code
    page = await upstream.engine.payments.page(Scope(upstream.merchant_id, "sandbox", "durianpay"), PaymentFilter(), 10)
    assert page == []


async def test_what_it_has_not(upstream: Upstream, http: Outgoing) -> None:
    """Unknown references are None; its counter gives nothing back, which is a refusal and no unknown outcome."""
    attempt = now_attempt()
    assert await GATEWAY.find(http, upstream.contract, attempt) is None
    unknown = replace(attempt, gateway_reference="ord_aaaaaaaaaa0001")
    assert await GATEWAY.find(http, upstream.contract, unknown) is None
    seen = await GATEWAY.start(http, upstream.contract, attempt)
    await upstream.end(seen.reference, "paid")
    # Looked for first, as the job does: there is none, and what is asked for then is a no.
    assert await GATEWAY.find_refund(http, upstream.contract, attempt, "gr_1") is None
    with pytest.raises(GatewayRefused) as no:
        await GATEWAY.refund(http, upstream.contract, attempt, "gr_1", 5_000_000, "")
    assert no.value.code == "no_refunds"


async def test_the_probe_and_the_mode(upstream: Upstream, http: Outgoing) -> None:
    """The right address and key are quiet; another key is refused; goods are never given for a sandbox's money."""
    await GATEWAY.probe(http, upstream.contract)
    with pytest.raises(GatewayRefused) as no:
        await GATEWAY.probe(http, replace(upstream.contract, secrets={"secret_api_key": "dp_test_salah"}))
    assert no.value.code == "DPAY_UNAUTHORIZED_ACCESS"
    production = replace(upstream.contract, environment="production")
    with pytest.raises(GatewayRefused) as play_money:
        await GATEWAY.start(http, production, now_attempt())
    assert play_money.value.code == "wrong_mode"
