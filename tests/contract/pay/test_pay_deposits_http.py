"""The page of a deposit over HTTP, behind the address that its invoice names: proof, acts, live status."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from pay_deposits import BY_QR, BY_WALLET, address, start, status_of
from test_pay_live import pages_with

from gerai.app import App
from gerai.domain.records import Deposit
from gerai.doors.pay.page_watcher import PageWatcher, Watch
from gerai.engine.core import Engine
from gerai.engine.deposits.cancel import CancelDeposit
from gerai.engine.deposits.record import RecordDeposit
from gerai.engine.merchants.open import open_merchant
from gerai.kit.clock import real_now
from gerai.settings import PageSettings


async def paid(engine: Engine, deposit: Deposit) -> None:
    """It is paid elsewhere."""
    await engine.submit(
        RecordDeposit(
            merchant_id=deposit.merchant_id, environment="sandbox", deposit_id=deposit.deposit_id, outcome="paid"
        )
    )


async def balance_of(engine: Engine, deposit: Deposit) -> int:
    """The wallet's balance in sen."""
    return (await engine.wallets.balance(deposit.merchant_id, deposit.account_id)).available_sen


async def test_a_deposit_has_a_page_at_its_invoice(engine: Engine, merchant: Any, client: httpx.AsyncClient) -> None:
    """What is to be paid, how and until when, in the reader's language."""
    deposit = await start(engine, merchant)
    page = await client.get(address(deposit))
    assert page.status_code == 200
    for shown in ("Selesaikan isi saldo Anda", "Virtual Account BCA", deposit.public_id, f"Toko {merchant.code}"):
        assert shown in page.text
    assert page.text.count("Rp54.000") == 3
    english = (await client.get(address(deposit) + "&lang=en")).text
    assert "Complete your top-up" in english


async def test_a_deposit_that_cannot_be_proved_is_not_found(
    engine: Engine, merchant: Any, client: httpx.AsyncClient
) -> None:
    """Code and secret must be the same deposit's, at the page and below it; the secret opens nothing elsewhere."""
    one, other = [await start(engine, merchant, **BY_QR) for _ in range(2)]
    proofs = ("", f"?t={other.secret}", f"?t={one.secret[:-1]}")
    for below in ("", "/qr.png", "/events", "/confirm", "/play"):
        for proof in proofs:
            answer = await client.get(f"/user/invoice/{one.public_id}{below}{proof}")
            assert answer.status_code == 404, (below, proof)
            assert one.public_id not in answer.text
    for proof in proofs:
        assert (await client.post(f"/user/invoice/{one.public_id}/play{proof}", data={"act": "pay"})).status_code == 404
    for path in (f"/i/{one.secret}", f"/o/{one.secret}", f"/i/{one.secret}/qr.png"):
        assert (await client.get(path)).status_code == 404
    assert [await status_of(engine, deposit) for deposit in (one, other)] == ["pending", "pending"]
    copied = await client.get(f"/user/invoice/{one.public_id}/?t={one.secret}%20")
    assert copied.headers["location"] == address(one)


@pytest.mark.parametrize(
    ("act", "over", "status", "text"),
    [
        ("pay", False, "succeeded", "Saldo Anda sudah bertambah"),
        ("fail", False, "failed", "Isi saldo tidak berhasil"),
        ("late", True, "succeeded", "Saldo Anda sudah bertambah"),
    ],
)
async def test_the_payer_is_played(
    engine: Engine, merchant: Any, client: httpx.AsyncClient, act: str, over: bool, status: str, text: str
) -> None:
    """Paying credits the wallet, failing does not, paying late does as the merchant's rule says; once each."""
    changes = {"expires_at": real_now() - timedelta(seconds=1)} if over else {}
    deposit = await start(engine, merchant, **changes)
    for tried in (act, act, "x"):
        answer = await client.post(address(deposit, "/play"), data={"act": tried})
        notice = "&notice=changed" if tried == "x" else ""
        assert (answer.status_code, answer.headers["location"]) == (303, address(deposit) + notice)
    assert await status_of(engine, deposit) == status
    assert await balance_of(engine, deposit) == (deposit.amount_sen if status == "succeeded" else 0)
    page = (await client.get(address(deposit) + "&notice=changed")).text
    assert text in page
    assert "Keadaan isi saldo sudah berubah" in page
    assert "3901" not in page


@pytest.mark.parametrize(("over", "act"), [(False, "late"), (True, "pay"), (True, "fail"), (False, ""), (False, "x")])
async def test_what_the_page_does_not_offer_does_nothing(
    engine: Engine, merchant: Any, client: httpx.AsyncClient, over: bool, act: str
) -> None:
    """An act of a page that is out of date, or of nobody's, changes nothing and shows the page again."""
    changes = {"expires_at": real_now() - timedelta(seconds=1)} if over else {}
    deposit = await start(engine, merchant, **changes)
    answer = await client.post(address(deposit, "/play"), data={"act": act})
    assert (answer.status_code, answer.headers["location"]) == (303, address(deposit) + "&notice=changed")
    assert await status_of(engine, deposit) == "pending"


async def test_real_money_is_never_played(engine: Engine, merchant: Any, client: httpx.AsyncClient) -> None:
    """In production of a merchant that is not simulated the form does not exist, nor does the played wallet."""
    merchant_id = await open_merchant(engine, f"real-{merchant.code}", "Toko Nyata", {}, simulated=False)
    deposit = await start(engine, replace(merchant, merchant_id=merchant_id), "production", **BY_WALLET)
    for act in ("pay", "fail", "late"):
        assert (await client.post(address(deposit, "/play"), data={"act": act})).status_code == 404
    confirm = await client.get(address(deposit, "/confirm"))
    assert (confirm.status_code, confirm.headers["location"]) == (303, address(deposit))
    assert await status_of(engine, deposit) == "pending"


async def test_forms_of_other_sites_are_refused(engine: Engine, merchant: Any, client: httpx.AsyncClient) -> None:
    """Nobody is made to act by a page elsewhere; and a deposit's way is not given up without another."""
    deposit = await start(engine, merchant)
    headers = {"sec-fetch-site": "cross-site"}
    for form in ("/play", "/method"):
        sent = {"act": "pay", "choice": "va:BNI"}
        assert (await client.post(address(deposit, form), data=sent, headers=headers)).status_code == 403
    assert (await client.post(address(deposit, "/change"), data={"choice": "va:BNI"})).status_code == 404
    for form in ("/method", "/change", "/play"):
        answer = await client.get(address(deposit, form))
        assert (answer.status_code, answer.headers["location"]) == (303, address(deposit))
    assert await status_of(engine, deposit) == "pending"


async def test_the_qr_can_be_kept_while_it_can_be_paid(
    engine: Engine, merchant: Any, client: httpx.AsyncClient
) -> None:
    """A PNG while the deposit waits; nothing for a number, and nothing once it was paid."""
    by_qr, by_va = await start(engine, merchant, **BY_QR), await start(engine, merchant)
    image = await client.get(address(by_qr, "/qr.png"))
    assert (image.headers["content-type"], image.content[:4]) == ("image/png", b"\x89PNG")
    assert (await client.get(address(by_va, "/qr.png"))).status_code == 404
    await paid(engine, by_qr)
    assert (await client.get(address(by_qr, "/qr.png"))).status_code == 404


async def test_a_wallet_is_confirmed_on_a_page_of_its_own(
    engine: Engine, merchant: Any, client: httpx.AsyncClient
) -> None:
    """The played wallet asks for the whole amount and leads back to the deposit; once paid, it leads there at once."""
    deposit = await start(engine, merchant, **BY_WALLET)
    page = (await client.get(address(deposit, "/confirm"))).text
    for shown in ("Konfirmasi di DANA", "Rp54.000", "Kembali ke isi saldo"):
        assert shown in page
    await paid(engine, deposit)
    answer = await client.get(address(deposit, "/confirm"))
    assert (answer.status_code, answer.headers["location"]) == (303, address(deposit))


async def test_the_stream_follows_the_deposit(app: App, engine: Engine, merchant: Any) -> None:
    """The stream begins with the version of the page, names a new one when it is paid, and ends."""
    deposit = await start(engine, merchant)
    async with pages_with(app, PageSettings(heartbeat_s=0.2, stream_seconds=5, poll_interval_s=0.05)) as client:
        before = (await client.get(address(deposit))).text
        stream = asyncio.create_task(client.get(address(deposit, "/events")))
        await asyncio.sleep(0.5)
        assert not stream.done()
        await paid(engine, deposit)
        lines = (await asyncio.wait_for(stream, 4)).text
        after = (await client.get(address(deposit))).text
    versions = [line[6:] for line in lines.splitlines() if line.startswith("data: ") and len(line) > 6]
    assert len(versions) == 2
    for version, page in zip(versions, (before, after), strict=True):
        assert f'data-version="{version}"' in page
    assert lines.endswith("event: end\ndata: \n\n")


async def test_the_watcher_rings_for_the_right_deposit(engine: Engine, merchant: Any) -> None:
    """A deposit that changes rings its own page's bell only, and one that does not is quiet."""
    one, other = [await start(engine, merchant) for _ in range(2)]
    watcher = PageWatcher()
    with (
        watcher.watch(engine, Watch(one.merchant_id, one.deposit_id, "deposit", "pending"), 0.02) as mine,
        watcher.watch(engine, Watch(other.merchant_id, other.deposit_id, "deposit", "pending"), 0.02) as foreign,
        watcher.watch(engine, Watch(one.merchant_id, one.deposit_id), 0.02) as order,
    ):
        await asyncio.sleep(0.2)
        assert not mine.bell.is_set()
        await engine.submit(
            CancelDeposit(merchant_id=one.merchant_id, environment="sandbox", deposit_id=one.deposit_id)
        )
        await asyncio.wait_for(mine.bell.wait(), 2)
        assert mine.seen == "cancelled"
        assert not foreign.bell.is_set()
        assert not order.bell.is_set()
