"""The page of a deposit, behind the address that its invoice names."""

from __future__ import annotations

import html
from datetime import timedelta
from typing import Any

import httpx
import pytest

from gerai.domain.money import rupiah
from gerai.domain.records import Deposit
from gerai.domain.states import DEPOSIT
from gerai.doors.pay.deposit_page import STATES
from gerai.doors.pay.words import Words
from gerai.engine.core import Engine
from gerai.engine.deposits.record import RecordDeposit
from gerai.engine.deposits.start import StartDeposit
from gerai.kit import ids
from gerai.kit.clock import real_now

VA = {"kind": "code", "code": "3901705487754335", "steps": {"id": ["Buka aplikasi."], "en": ["Open the app."]}}


async def start(engine: Engine, merchant: Any, **changes: Any) -> Deposit:
    """A sandbox deposit of Rp50.000 by virtual account, Rp4.000 on top, open for an hour."""
    member = await merchant.member("leuwongrr")
    deposit_id = engine.ids.next()
    fields: dict[str, Any] = {
        "account_id": member.wallets["sandbox"],
        "amount_sen": rupiah(50_000),
        "fee_sen": rupiah(4_000),
        "method": "va",
        "channel_code": "BCA",
        "instructions": VA,
        "expires_at": real_now() + timedelta(hours=1),
    }
    command = StartDeposit(
        merchant_id=merchant.merchant_id, environment="sandbox", channel="leuwongrr", deposit_id=deposit_id,
        public_id=f"D-{deposit_id}", secret=ids.token(), **(fields | changes),
    )  # fmt: skip
    return (await engine.submit(command)).answer


def address(deposit: Deposit) -> str:
    return f"/user/invoice/{deposit.public_id}?t={deposit.secret}"


async def test_a_deposit_has_a_page_at_its_invoice(engine: Engine, merchant: Any, client: httpx.AsyncClient) -> None:
    """What is to be paid, how and until when; what the wallet gets of it; no act that only an order has."""
    deposit = await start(engine, merchant, matching_sen=rupiah(123))
    page = await client.get(address(deposit))
    assert page.status_code == 200
    text = page.text
    for shown in ("Selesaikan isi saldo Anda", "Virtual Account BCA", deposit.public_id, f"Toko {merchant.code}"):
        assert shown in text
    assert text.count("Rp54.123") == 3
    assert 'data-copy="54123"' in text
    assert 'data-copy="3901705487754335"' in text
    for part in ("Rp50.000", "Rp4.000", "Rp123", "data-seconds="):
        assert part in text
    for act in ("/method", "/change", "/play", "/confirm", "/events", "qr.png"):
        assert act not in text
    english = (await client.get(address(deposit) + "&lang=en")).text
    assert "Complete your top-up" in english


async def test_a_deposit_that_cannot_be_proved_is_not_found(
    engine: Engine, merchant: Any, client: httpx.AsyncClient
) -> None:
    """Code and secret must be the same deposit's; the secret opens nothing elsewhere."""
    one, other = [await start(engine, merchant) for _ in range(2)]
    for path in (
        f"/user/invoice/{one.public_id}",
        f"/user/invoice/{one.public_id}?t={other.secret}",
        f"/user/invoice/{one.public_id}?t={one.secret[:-1]}",
        f"/i/{one.secret}",
        f"/o/{one.secret}",
        f"/user/invoice/{one.public_id}/qr.png?t={one.secret}",
    ):
        answer = await client.get(path)
        assert answer.status_code == 404, path
        assert one.public_id not in answer.text
    copied = await client.get(f"/user/invoice/{one.public_id}/?t={one.secret}%20")
    assert copied.headers["location"] == address(one)


async def test_the_page_follows_the_deposit(engine: Engine, merchant: Any, client: httpx.AsyncClient) -> None:
    """Paid: the balance has grown and nothing is asked for. Over: nobody is asked to pay, before the sweep as well."""
    paid, over, manual = (
        await start(engine, merchant),
        await start(engine, merchant, expires_at=real_now() - timedelta(seconds=1)),
        await start(engine, merchant, method="manual", channel_code="", instructions={}, fee_sen=0),
    )
    await engine.submit(
        RecordDeposit(merchant_id=paid.merchant_id, environment="sandbox", deposit_id=paid.deposit_id, outcome="paid")
    )
    text = (await client.get(address(paid))).text
    assert "Saldo Anda sudah bertambah" in text
    assert "3901" not in text
    assert "Yang harus dibayar" not in text
    text = (await client.get(address(over))).text
    assert "Batas waktu isi saldo sudah lewat" in text
    assert "3901" not in text
    assert 'class="amount struck"' in text
    text = (await client.get(address(manual))).text
    assert "Rp50.000" in text
    assert "pay-code" not in text


@pytest.mark.parametrize("status", sorted(DEPOSIT.states))
def test_every_state_of_a_deposit_has_its_texts(status: str) -> None:
    """No state is without a page, in either language."""
    for code in ("id", "en"):
        for part in ("badge", "headline", "message"):
            assert html.escape(Words(code).known(f"{part}.{STATES[status].name}"))
