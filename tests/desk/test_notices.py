"""Notices of money at the desk: seen as they came, read again once they can be, dismissed; what could not be read
waits."""

from __future__ import annotations

import asyncio
import hashlib
import json
from typing import Any

import pytest
import pytest_asyncio
from test_admin import key_of

from desk_kit import VIEWER, open_desk, seen, written
from desk_money_kit import Till, act, open_till
from gerai.app import App
from gerai.domain.refusals import NotFound, PermissionMissing, StateConflict
from gerai.engine.check import check
from gerai.engine.desk.house import Within
from gerai.engine.merchants.receiving import open_account
from gerai.engine.notices.keep import KeepNotice
from gerai.engine.notices.read import read_notice
from gerai.engine.notices.sources import open_source
from gerai.kit.secret_box import SecretBox, new_key

NUMBER = "7770999111"


@pytest_asyncio.fixture
async def till(app: App) -> Till:
    """The desk of a real shop."""
    return await open_till(app)


async def told(till: Till, *mutations: dict[str, Any], body: bytes = b"") -> int:
    """A notice of Moota that was taken at its address; its id."""
    engine, merchant_id = till.shop.engine, till.shop.merchant_id
    form = till.within.house.notice_forms["moota"]
    box = SecretBox(new_key())
    new = await open_source(engine, box, merchant_id, form, receiving_id=None, secret="", by="t")
    body = body or json.dumps(list(mutations)).encode()
    kept = KeepNotice(
        merchant_id=merchant_id, environment="production", notice_id=engine.ids.next(), source_id=new.source_id,
        digest=hashlib.sha256(body).digest(), body=body,
    )  # fmt: skip
    return (await engine.submit(kept)).answer.notice_id


def mutation(**facts: Any) -> dict[str, Any]:
    """Money that came into an account, as Moota tells it."""
    of = {"mutation_id": "m-1", "account_number": NUMBER, "date": "2026-11-30 10:00:00", "amount": 70_000}
    return {**of, "type": "CR", "description": "TRSF ANI", "token": "s3cret", **facts}


async def read_by_worker(till: Till, number: int) -> None:
    """As the worker reads it."""
    await read_notice(till.shop.engine, till.within.house.notice_forms, till.shop.merchant_id, number)


async def events_of(till: Till, name: str) -> list[dict[str, Any]]:
    """The facts of the shop's events of this name, oldest first."""
    async with till.shop.engine.connection() as connection:
        cursor = await connection.execute(
            "SELECT facts FROM events WHERE merchant_id = %s AND name = %s ORDER BY event_id",
            (till.shop.merchant_id, name),
        )
        return [row[0] for row in await cursor.fetchall()]


async def test_what_could_not_be_read_waits_until_it_can(till: Till) -> None:
    """A notice that names an account nobody has waits with its reason, announced once however often it is read, and
    with the acts beside it. Once the account is named it is read: its money waits among what came, once."""
    number = await told(till, mutation())
    [fresh] = await seen(till.within, "notices.list", VIEWER)
    assert (fresh.id, fresh.sender, fresh.status, fresh.worked_at, fresh.kept) == (number, "Moota", "received", None, 0)
    assert await seen(till.within, "waiting.list") == []
    for _ in range(2):
        await read_by_worker(till, number)
    why = "no account of yours has the number that ends in 9111"
    [waits] = await seen(till.within, "waiting.list")
    assert (waits.kind, waits.id, waits.things, waits.can) == (
        "notice", number, "notices", ("notices.read", "notices.dismiss"),
    )  # fmt: skip
    assert waits.what.en == f"A notice of money could not be read: {why}"
    [count] = await seen(till.within, "waiting.counts")
    assert (count.kind, count.count) == ("notice", 1)
    assert await events_of(till, "notice.waiting") == [{"notice": number, "fault": why, "kept": 0}]
    again = await act(till.within, "notices.read", id=number)
    assert again.details == {"status": "waiting", "kept": 0, "fault": why}
    bank = till.within.house.payment_methods["bank_transfer"]
    named = {"bank": "BNI", "number": NUMBER, "holder": "Budi Santoso"}
    await open_account(till.shop.engine, till.shop.merchant_id, bank, named, "t")
    done = await asyncio.gather(*(act(till.within, "notices.read", key="k", id=number) for _ in range(4)))
    assert sum(not one.replayed for one in done) == 1
    [row] = await seen(till.within, "notices.list", status="read")
    assert (row.id, row.kept, row.fault, row.can) == (number, 1, "", ())
    [came] = await seen(till.within, "arrivals.list")
    assert (came.amount_sen, came.status) == (70_000_00, "waiting")
    assert [one.kind for one in await seen(till.within, "waiting.list")] == ["arrival"]
    assert len(await events_of(till, "notice.waiting")) == 1
    entries = [(e.act, e.target, e.reason) for _, e in await written(till.within)]
    assert entries == [("notices.read", str(number), "dicek di bank")] * 2
    with pytest.raises(StateConflict):
        await act(till.within, "notices.read", id=number)
    assert await check(till.shop.engine, till.shop.merchant_id) == []


async def test_it_is_seen_as_it_came_without_its_secrets(till: Till) -> None:
    """What it is read as and its body, with what proves it left out; what cannot be read shows its body alone."""
    number = await told(till, mutation(), mutation(mutation_id="m-2", type="DB"))
    [whole] = await seen(till.within, "notices.show", VIEWER, id=number)
    assert [(one.amount_sen, one.of) for one in whole.read_as] == [(70_000_00, "TRSF ANI")]
    assert ("TRSF ANI" in whole.body, "s3cret" in whole.body, '"token": "•••"' in whole.body) == (True, False, True)
    odd = await told(till, body=b"amount=5000&signature_key=abc&note=Ani")
    [whole] = await seen(till.within, "notices.show", id=odd)
    assert (whole.read_as, whole.body) == ((), "amount: 5000\nsignature_key: •••\nnote: Ani")
    broken = await told(till, body=b"\xff{" + b"[" * 5000)
    assert (await seen(till.within, "notices.show", id=broken))[0].read_as == ()


async def test_who_may_and_where(till: Till, app: App) -> None:
    """It is dismissed once; a viewer, another shop and the sandbox decide nothing, and only the shop itself sees it."""
    number = await told(till, body=b"{}")
    await read_by_worker(till, number)
    with pytest.raises(PermissionMissing):
        await act(till.within, "notices.dismiss", VIEWER, id=number)
    for elsewhere in (await open_desk(app.house), Within(till.within.house, till.within.merchant_id, "sandbox")):
        assert await seen(elsewhere, "notices.list") == []
        assert await seen(elsewhere, "notices.show", id=number) == []
        for name in ("notices.read", "notices.dismiss"):
            with pytest.raises(NotFound):
                await act(elsewhere, name, id=number)
    done = await asyncio.gather(
        *(act(till.within, "notices.dismiss", id=number) for _ in range(4)), return_exceptions=True
    )
    assert sum(isinstance(one, StateConflict) for one in done) == 3
    assert [one.id for one in await seen(till.within, "notices.list", status="dismissed")] == [number]
    assert await seen(till.within, "waiting.list") == []
    assert [(e.act, e.target) for _, e in await written(till.within)] == [("notices.dismiss", str(number))]


async def test_pages_go_on_and_sources_are_told_apart(till: Till, client: Any) -> None:
    """Newest first, page after page by the cursor, of one sender or of all, at the API too."""
    numbers = [await told(till, mutation(mutation_id=f"m-{n}")) for n in range(3)]
    rows = await seen(till.within, "notices.list")
    assert [row.id for row in rows] == numbers[::-1]
    [mine] = await seen(till.within, "notices.list", source=rows[0].source_id)
    assert mine.id == numbers[2]
    headers = await key_of(till.within)
    found, after = list[int](), ""
    for _ in range(3):
        page = (await client.get("/admin/v1/notices", params={"limit": 1, "after": after}, headers=headers)).json()
        found += [row["id"] for row in page["rows"]]
        after = page["next"]
    assert (found, after) == (numbers[::-1], "")
