"""A member who topped up into the seller's own account shows the transfer: it waits, books nothing, is confirmed."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
import pytest_asyncio

from bank_kit import PDF, PNG, PRICE
from desk_kit import OPERATOR, VIEWER, open_desk, seen, written
from desk_money_kit import Till, act, open_till
from gerai.app import App
from gerai.domain.records import Deposit
from gerai.domain.refusals import NotFound, PermissionMissing, StateConflict
from gerai.engine.check import check
from gerai.engine.deposits.cancel import CancelDeposit
from gerai.engine.desk.house import Within
from gerai.engine.overdue import forget_old
from gerai.kit.ids import token
from top_up_page_kit import at, page_of, started

FORM = 'enctype="multipart/form-data"'


@pytest_asyncio.fixture
async def till(app: App) -> Till:
    """The desk of a real shop."""
    return await open_till(app)


async def send(client: httpx.AsyncClient, deposit: Deposit, content: bytes = PNG, **more: Any) -> httpx.Response:
    """Send a file through the page's form."""
    return await client.post(page_of(deposit, "/proof"), files={"proof": ("bukti.png", content)}, **more)


async def stored(till: Till) -> list[bytes]:
    """What is kept, oldest first."""
    return [content for *_, content in await till.shop.stored()]


async def test_a_member_shows_the_transfer(till: Till, client: httpx.AsyncClient) -> None:
    """The form stands below the account. A file that is sent waits for the shop with the act that confirms it, is an
    event of the top-up and books nothing; after three there is no room. Confirmed by the proof's number the wallet is
    filled once, and no proof waits."""
    deposit = await started(till)
    before = (await client.get(page_of(deposit))).text
    assert (FORM in before, "Bukti diterima" in before) == (True, False)
    for number in range(1, 4):
        answer = await send(client, deposit, (PNG if number < 3 else PDF) + bytes([number]))
        assert (answer.status_code, answer.headers["location"]) == (303, page_of(deposit))
        page = (await client.get(page_of(deposit))).text
        assert f"({number} dari 3)" in page
        assert (FORM in page, "1234567890" in page) == (number < 3, True)
    assert (await send(client, deposit, PNG + b"fourth")).headers["location"] == page_of(deposit, notice="proof_full")
    assert [content[-1] for content in await stored(till)] == [1, 2, 3]
    assert await till.balance() == 0
    rows = await seen(till.within, "waiting.list", VIEWER)
    assert [(row.kind, row.amount_sen, row.order_id, row.things, row.can) for row in rows] == [
        ("top_up_proof", deposit.pay_sen, None, "proofs", ("topups.confirm",))
    ] * 3
    assert deposit.public_id in rows[0].what.id
    [proof] = await seen(till.within, "proofs.show", VIEWER, id=rows[2].id)
    assert (proof.deposit_id, proof.payment_id, proof.order_id, proof.file, proof.can) == (
        deposit.deposit_id, None, None, "application/pdf", ("topups.confirm",),
    )  # fmt: skip
    assert [row.id for row in await seen(till.within, "proofs.list", waiting=True)] == [row.id for row in rows[::-1]]
    [whole] = await seen(till.within, "topups.show", VIEWER, id=deposit.deposit_id)
    assert whole.proofs == tuple(row.id for row in rows)
    done = await asyncio.gather(*(act(till.within, "topups.confirm", id=row.id, reference="BCA-1") for row in rows))
    assert (sum(not one.replayed for one in done), {one.id for one in done}) == (1, {str(deposit.deposit_id)})
    assert await till.balance() == PRICE
    assert await seen(till.within, "waiting.list") == await seen(till.within, "proofs.list", waiting=True) == []
    assert [row.can for row in await seen(till.within, "proofs.list")] == [()] * 3
    [(_, entry)] = await written(till.within)
    assert (entry.act, entry.target) == ("topups.confirm", str(deposit.deposit_id))
    assert FORM not in (await client.get(page_of(deposit))).text
    assert (await send(client, deposit, PNG + b"late")).headers["location"] == page_of(deposit, notice="changed")
    assert await check(till.shop.engine, till.shop.merchant_id) == []


async def test_what_is_no_proof_is_not_kept(till: Till, client: httpx.AsyncClient) -> None:
    """No file, another kind of file, a form of another site, a wrong secret: nothing is kept; the same file twice at
    once is kept once. A top-up that was cancelled takes one, too: its member may have transferred before."""
    deposit = await started(till)
    assert (await send(client, deposit, b"GIF89a")).headers["location"] == page_of(deposit, notice="proof_kind")
    empty = await client.post(page_of(deposit, "/proof"), files={"other": (None, b"x")})
    assert empty.headers["location"] == page_of(deposit, notice="proof_missing")
    assert "JPEG" in (await client.get(page_of(deposit, notice="proof_kind"))).text
    foreign = await send(client, deposit, headers={"sec-fetch-site": "cross-site"})
    assert foreign.status_code == 403
    wrong = await client.post(at(deposit.public_id, token(), "/proof"), files={"proof": ("a.png", PNG)})
    assert wrong.status_code == 404
    assert await stored(till) == []
    engine = till.shop.engine
    await engine.submit(CancelDeposit(**till.shop.names, deposit_id=deposit.deposit_id))
    await asyncio.gather(*(send(client, deposit) for _ in range(3)))
    assert await stored(till) == [PNG]
    # Kept as long as any other; then it goes.
    old = "UPDATE payment_proofs SET uploaded_at = now() - interval '61 days' WHERE merchant_id = %s"
    ended = "UPDATE deposits SET updated_at = now() - interval '61 days' WHERE merchant_id = %s"
    days = {f"{what}_after_days": 60 for what in ("keys", "deliveries", "jobs", "proofs")} | {"limit": 100}
    async with engine.connection() as connection:
        await connection.execute(old, (till.shop.merchant_id,))
    await forget_old(engine, **days)
    assert len(await stored(till)) == 1
    async with engine.connection() as connection:
        await connection.execute(ended, (till.shop.merchant_id,))
    await forget_old(engine, **days)
    assert await stored(till) == []


async def test_who_may_and_where(till: Till, client: httpx.AsyncClient, app: App) -> None:
    """A viewer confirms nothing; another shop and the sandbox neither see nor confirm it. A proof of a top-up confirms
    no payment, and one of a payment no top-up."""
    deposit = await started(till)
    await send(client, deposit)
    [proof] = await seen(till.within, "proofs.list", OPERATOR)
    with pytest.raises(PermissionMissing):
        await act(till.within, "topups.confirm", VIEWER, id=proof.id)
    with pytest.raises(NotFound):
        await act(till.within, "payments.confirm", id=proof.id)
    _, payment = await till.asked()
    of_payment = (await till.shop.prove(payment)).proof_id
    with pytest.raises(NotFound):
        await act(till.within, "topups.confirm", id=of_payment)
    for elsewhere in (await open_desk(app.house), Within(till.within.house, till.within.merchant_id, "sandbox")):
        assert await seen(elsewhere, "proofs.list") == await seen(elsewhere, "waiting.list") == []
        with pytest.raises(NotFound):
            await act(elsewhere, "topups.confirm", id=proof.id)
    done = await act(till.within, "topups.confirm", id=deposit.deposit_id)
    with pytest.raises(StateConflict):
        await act(till.within, "topups.confirm", id=proof.id)
    assert (done.details["status"], await till.balance()) == ("succeeded", PRICE)
