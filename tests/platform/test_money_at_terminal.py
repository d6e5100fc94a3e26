"""Money that is decided at the terminal is decided at the desk: who sat there and why is written down, once."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
import pytest_asyncio
from terminal_kit import gerai_here as gerai

from bank_kit import PRICE
from desk_kit import seen, written
from desk_money_kit import Till, act, open_till
from gerai.app import App
from gerai.cli import refunds as refunds_module
from gerai.domain.refusals import Busy
from gerai.engine.check import check


@pytest_asyncio.fixture
async def till(app: App) -> Till:
    """The desk of a real shop."""
    return await open_till(app)


async def test_every_act_is_in_the_audit(dsn: str, till: Till) -> None:
    """Confirmed, given back, addressed and sent: an entry each, with the note as its reason; what is said again books
    nothing and is no act."""
    shop = ("--merchant", till.within.merchant.code)
    _, payment = await till.asked()
    for said in ("is booked; order", "B-1 is booked already"):
        code, text, _ = await gerai(dsn, "payments", "confirm", payment.public_id, "--reference", "B-1", *shop)
        assert (code, said in text) == (0, True)
    back = ("payments", "refund", payment.public_id, "--amount", "20000", "--reference", "R-1", "--note", "sobek")
    for said in ("Rp20.000 is owed to its payer", "R-1 is booked already"):
        code, text, _ = await gerai(dsn, *back, *shop)
        assert (code, said in text) == (0, True)
    [refund] = await seen(till.within, "refunds.list")
    assert (refund.amount_sen, refund.reason) == (20_000_00, "sobek")
    number = str(refund.id)
    assert (await gerai(dsn, "payments", "refunds", "destination", number, "bank=BCA", "number=1", *shop))[0] == 0
    assert (await gerai(dsn, "payments", "refunds", "done", number, "--reference", "T-1", *shop))[0] == 0
    entries = [entry for _, entry in reversed(await written(till.within))]
    assert [(e.act, e.reason) for e in entries] == [
        ("payments.confirm", "no reason given"), ("payments.refund", "sobek"),
        ("refunds.destination", "no reason given"), ("refunds.done", "no reason given"),
    ]  # fmt: skip
    assert {e.actor_kind for e in entries} == {"operator"}
    assert await check(till.shop.engine, till.shop.merchant_id) == []


async def test_who_says_no_reason_gives_none(dsn: str, till: Till) -> None:
    """The audit says that none was given; the transfer, and the refund that a gateway would be told of, keep an empty
    one."""
    shop = ("--merchant", till.within.merchant.code)
    _, paid = await till.paid()
    assert (await gerai(dsn, "payments", "refund", paid.public_id, "--amount", "20000", *shop))[0] == 0
    [refund] = await seen(till.within, "refunds.list")
    assert refund.reason == ""
    _, late = await till.late()
    assert (await gerai(dsn, "payments", "resolve", late.public_id, "wallet", *shop))[0] == 0
    [booked] = await seen(till.within, "wallets.statement", id=till.member_id)
    assert (booked.in_sen, booked.note) == (late.amount_sen, "late payment")
    assert {entry.reason for _, entry in (await written(till.within))[:1]} == {"no reason given"}
    assert await check(till.shop.engine, till.shop.merchant_id) == []


async def test_what_waits_is_listed_and_counted(dsn: str, till: Till) -> None:
    """In one table in both languages, and as JSON."""
    shop = ("--merchant", till.within.merchant.code)
    view, late = await till.late()
    code, text, _ = await gerai(dsn, "waiting", "list", *shop)
    assert (code, str(late.payment_id) in text) == (0, True)
    _, text, _ = await gerai(dsn, "waiting", "list", "--kind", "late_payment", "--json", *shop)
    [row] = msgspec.json.decode(text)["rows"]
    assert (row["id"], row["order"], row["amount_sen"]) == (late.payment_id, view.order.number, late.amount_sen)
    assert f"came late for order {view.order.number}" in row["what"]["en"]
    _, text, _ = await gerai(dsn, "waiting", "counts", "--json", *shop)
    [count] = msgspec.json.decode(text)["rows"]
    assert (count["kind"], count["count"], count["capped"]) == ("late_payment", 1, False)
    assert count["amount_sen"] == late.amount_sen >= PRICE


async def test_what_is_done_is_not_said_to_be_undone(dsn: str, till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where only the reading after an act meets a busy database, the terminal says that it is done and must be looked
    at; where the act itself does, that nothing is."""
    shop = ("--merchant", till.within.merchant.code)
    _, paid = await till.paid()
    back = await act(till.within, "payments.refund", id=paid.payment_id, back_sen=20_000_00)
    number = str(back.details["refund"])
    named = refunds_module._task_named  # pyright: ignore[reportPrivateUsage]
    looks = 0

    async def busy_the_second_time(*which: Any) -> Any:
        nonlocal looks
        looks += 1
        if looks == 2:
            raise Busy
        return await named(*which)

    monkeypatch.setattr(refunds_module, "_task_named", busy_the_second_time)
    code, _, said = await gerai(dsn, "payments", "refunds", "done", number, "--reference", "T-9", *shop)
    text = " ".join(said.split())
    assert (code, "it is done" in text, "nothing is done" in text) == (1, True, False)
    [refund] = await seen(till.within, "refunds.list")
    assert (refund.status, refund.reference) == ("done", "T-9")
    looks = 1
    code, _, said = await gerai(dsn, "payments", "refunds", "done", number, "--reference", "T-9", *shop)
    text = " ".join(said.split())
    assert (code, "it is done" in text, "nothing is done" in text) == (1, False, True)
    assert await check(till.shop.engine, till.shop.merchant_id) == []
