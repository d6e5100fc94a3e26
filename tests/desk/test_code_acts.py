"""What a seller does about licence codes: loading, marking, withdrawing, showing; and who may."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import httpx
import pytest
import pytest_asyncio
from digital_kit import Licences, licences, sealing_settings
from goods_kit import new_product

from desk_kit import OWNER, VIEWER, do, open_desk, seen, written
from gerai.domain.refusals import InputInvalid, NotFound, PermissionMissing, StateConflict
from gerai.engine.desk.acts.load_codes import CodeLoad
from gerai.engine.desk.acts.mark_codes import CodeMark
from gerai.engine.desk.bring_in import bring_in
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.importing import ImportReport, imports
from gerai.engine.desk.registry import Done, acts, perform
from gerai.settings import Settings


@pytest.fixture(scope="module")
def settings(dsn: str) -> Settings:
    """Of a server that can seal secrets."""
    return sealing_settings(dsn)


@pytest_asyncio.fixture
async def shop(within: Within, client: httpx.AsyncClient) -> Licences:
    """A shop that sells licences."""
    return await licences(within, client)


async def test_codes_that_are_there_are_refused_or_passed_over(shop: Licences) -> None:
    """Of a list with known codes, or one twice, nothing is loaded unless known ones are to be passed over. Blank lines
    and blanks around a code are none of it. Which lines they are is said; the codes are told nobody."""
    assert (await shop.load(" A-1 ", "", "B-2")).details == {"loaded": 2, "known": 0}
    with pytest.raises(InputInvalid, match="2 are there already: 2, 4") as refused:
        await shop.load("C-3", "A-1", "D-4", "C-3")
    assert "A-1" not in str(refused.value)
    assert await shop.counts() == (2, 0, 0)
    assert (await shop.load("C-3", "A-1", "D-4", "C-3", known="skip")).details == {"loaded": 2, "known": 2}
    assert await shop.counts() == (4, 0, 0)
    entry = (await written(shop.within))[0].entry
    assert (entry.act, entry.target) == ("code_pools.load", str(shop.made.variant_id))
    assert {name: entry.facts[name] for name in ("loaded", "known")} == {"loaded": 2, "known": 2}
    assert "D-4" not in str(entry)


async def test_the_same_codes_loaded_twice_at_once_are_there_once(shop: Licences) -> None:
    """Of several loads of the same list at once, one is done and the others are refused; under one idempotency key all
    are the same load."""
    lists = [f"X-{n}" for n in range(50)]
    every = await asyncio.gather(*(shop.load(*lists) for _ in range(4)), return_exceptions=True)
    assert sum(isinstance(one, Done) for one in every) == 1
    assert sum(isinstance(one, InputInvalid) for one in every) == 3
    given = CodeLoad(variant_id=shop.made.variant_id, codes="Y-1\nY-2")
    twice = [await perform(acts()["code_pools.load"], shop.within, given, OWNER, key="k") for _ in range(2)]
    assert [one.replayed for one in twice] == [False, True]
    assert await shop.counts() == (52, 0, 0)


async def test_what_has_no_codes_takes_none(shop: Licences, client: httpx.AsyncClient) -> None:
    """A variant that is sent in a parcel, one of another shop, too many or too long codes, and whoever only looks."""
    parcel = await new_product(shop.within, stores=(shop.store_id,))
    other = await licences(await open_desk(shop.within.house), client)
    for variant_id, said in (
        (parcel.variant_id, "is sent in a parcel"),
        (other.made.variant_id, "there is no variant"),
    ):
        with pytest.raises(InputInvalid, match=said):
            await do(shop.within, "code_pools.load", CodeLoad(variant_id=variant_id, codes="A"))
    for codes, said in (("\n".join("x" * 5 for _ in range(5_001)), "at most 5000"), ("x" * 501, "at most 500 char")):
        with pytest.raises(InputInvalid, match=said):
            await do(shop.within, "code_pools.load", CodeLoad(variant_id=shop.made.variant_id, codes=codes))
    given = CodeLoad(variant_id=shop.made.variant_id, codes="A")
    with pytest.raises(PermissionMissing):
        await do(shop.within, "code_pools.load", given, VIEWER)
    assert await seen(shop.within, "code_pools.list") == []


async def test_a_withdrawn_code_is_nobodys(shop: Licences) -> None:
    """One unused code, or all: no order gets them. One that an order has stays its own, and one of the sandbox or of
    another shop is not found."""
    await shop.load("W-1", "W-2", "W-3")
    order_id = await shop.paid()
    await shop.hand_out(order_id)
    [given] = await shop.listed(status="given")
    with pytest.raises(StateConflict):
        await do(shop.within, "codes.withdraw", ById(id=given.id), reason="salah")
    with pytest.raises(NotFound):
        await do(shop.elsewhere("sandbox").within, "codes.withdraw", ById(id=given.id), reason="salah")
    await shop.withdraw_one()
    assert await shop.counts() == (1, 1, 1)
    done = await do(shop.within, "code_pools.empty", ById(id=shop.made.variant_id), reason="salah muat")
    assert (done.details, await shop.counts()) == ({"withdrawn": 1}, (0, 1, 2))
    assert await shop.hand_out(await shop.paid()) == "waiting"
    assert [row.status for row in await shop.listed(status="withdrawn")] == ["withdrawn", "withdrawn"]
    with pytest.raises(NotFound):
        await do(shop.elsewhere("sandbox").within, "code_pools.empty", ById(id=shop.made.variant_id), reason="x")


async def test_a_code_is_told_by_an_act_that_is_written_down(shop: Licences) -> None:
    """No list and no order has it; the act that shows it says in the audit who saw which, not what."""
    await shop.load("RAHASIA-77")
    order_id = await shop.paid()
    await shop.hand_out(order_id)
    [row] = await shop.listed()
    [order] = await seen(shop.within, "orders.show", id=order_id)
    assert (row.order_id, row.unit, row.order) == (order_id, 1, order.number)
    assert "RAHASIA-77" not in str((row, order))
    done = await do(shop.within, "codes.reveal", ById(id=row.id), reason="pembeli bertanya")
    assert done.secret == "RAHASIA-77"
    entry = (await written(shop.within))[0].entry
    assert (entry.act, entry.target, entry.reason) == ("codes.reveal", str(row.id), "pembeli bertanya")
    assert "RAHASIA-77" not in str(entry)
    async with shop.within.engine.connection() as connection:
        found = await connection.execute(
            "SELECT sealed, digest FROM licence_codes WHERE merchant_id = %s", (shop.within.merchant_id,)
        )
        assert b"RAHASIA-77" not in b"".join(b"".join(one) for one in await found.fetchall())
    with pytest.raises(PermissionMissing):
        await do(shop.within, "codes.reveal", ById(id=row.id), VIEWER, reason="x")
    with pytest.raises(InputInvalid, match="reason"):
        await do(shop.within, "codes.reveal", ById(id=row.id))


async def test_low_codes_warn(shop: Licences) -> None:
    """Once no more are free than the mark, they stand in the list of what waits, and are counted on the first page."""
    await shop.load("A", "B", "C")
    await do(shop.within, "code_pools.mark", CodeMark(id=shop.made.variant_id, low_at=2))
    assert await seen(shop.within, "waiting.list", kind="low_codes") == []
    await shop.hand_out(await shop.paid())
    [row] = await seen(shop.within, "waiting.list", kind="low_codes")
    assert (row.id, row.things) == (shop.made.variant_id, "code_pools")
    assert row.what.en.startswith("2 codes of Kaos")
    assert [one.kind for one in await seen(shop.within, "waiting.counts")] == ["low_codes"]
    [pool] = await seen(shop.within, "code_pools.list", low=True)
    assert (pool.id, pool.free, pool.low_at, pool.low) == (shop.made.variant_id, 2, 2, True)
    assert (await seen(shop.within, "code_pools.show", id=shop.made.variant_id))[0] == pool
    await do(shop.within, "code_pools.mark", CodeMark(id=shop.made.variant_id))
    assert await seen(shop.within, "waiting.list", kind="low_codes") == []


async def imported(shop: Licences, text: str, **how: Any) -> ImportReport:
    """What comes of a file of codes."""
    return await bring_in(imports()["codes"], shop.within, OWNER, io.BytesIO(text.encode()), **how)


async def test_a_file_of_codes(shop: Licences) -> None:
    """Each row is decided as a line of a list is: known ones and those that stand twice are named by their row, and all
    or what fits is loaded. A trial loads nothing. Orders that wait get theirs."""
    await shop.load("OLD")
    waits = await shop.paid(3)
    assert await shop.hand_out(waits) == "waiting"
    head, mine = "variant_id,code\n", shop.made.variant_id
    rows = head + "".join(f"{mine},{code}\n" for code in ("N-1", "OLD", "N-2", "N-1")) + "1,N-3\n"
    report = await imported(shop, rows)
    assert (report.rows, report.added, report.faulty, report.applied) == (5, 2, 3, False)
    assert [(fault.row, fault.column, fault.text) for fault in report.faults] == [
        (3, "code", "it was loaded before"), (5, "code", "row 2 is about it already"),
        (6, "variant_id", "there is no variant 1"),
    ]  # fmt: skip
    assert await shop.counts() == (1, 0, 0)
    assert (await imported(shop, rows, dry_run=True, per_row=True)).added == 2
    assert await shop.counts() == (1, 0, 0)
    assert (await imported(shop, rows, per_row=True)).applied
    assert await shop.counts() == (3, 0, 0)
    await shop.run_jobs()
    assert (await shop.codes(waits), await shop.counts()) == (["OLD", "N-1", "N-2"], (0, 3, 0))
    large = head + "".join(f"{mine},L-{n}\n" for n in range(1_100))
    assert (await imported(shop, large)).added == 1_100
    assert await shop.counts() == (1_100, 3, 0)
