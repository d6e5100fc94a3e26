"""Everything that waits for a person is in one list, is counted, and names the acts that decide it."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from typing import Any

import pytest
import pytest_asyncio

from bank_kit import METHODS, PRICE
from console_kit import PASSWORD, base, browser_of, enter, joined, mark
from desk_kit import OPERATOR, VIEWER, open_desk, seen
from desk_money_kit import GatewayTill, Till, act, gateway_till, open_till
from gerai.app import App
from gerai.domain.permissions import Role
from gerai.domain.refusals import PermissionMissing
from gerai.domain.webhooks import GONE
from gerai.doors.console.words import CATALOGUES
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import DeskCaller, acts, look, views
from gerai.engine.desk.waiting import KINDS
from gerai.store.waiting_list import PARTS


@pytest_asyncio.fixture
async def till(app: App) -> Till:
    """The desk of a real shop."""
    return await open_till(app)


@pytest_asyncio.fixture
async def toy(app: App) -> AsyncGenerator[GatewayTill]:
    """The desk of a shop with a gateway."""
    async with gateway_till(app) as opened:
        yield opened


async def counted(within: Within) -> dict[str, tuple[int, int, bool]]:
    """By kind how many, how much, and whether there may be more."""
    rows = await seen(within, "waiting.counts", VIEWER)
    return {row.kind: (row.count, row.amount_sen, row.capped) for row in rows}


async def waits(within: Within, **wanted: Any) -> list[Any]:
    return await seen(within, "waiting.list", VIEWER, **wanted)


async def test_nothing_waits_in_a_new_shop(till: Till) -> None:
    """No row, no count."""
    await till.asked()
    assert (await waits(till.within), await counted(till.within)) == ([], {})


async def test_money_that_waits(till: Till) -> None:
    """Late money, money of an ended order, a refund to send, money nobody knows and a proof: what waits longest comes
    first, each with what happened in both languages and an act that takes its id."""
    late_order, late = await till.late()
    ended, _ = await till.paid()
    async with till.shop.engine.connection() as connection:
        await connection.execute(
            "UPDATE orders SET status = 'cancelled', updated_at = now() WHERE merchant_id = %s AND order_id = %s",
            (till.shop.merchant_id, ended.order.order_id),
        )
    _, given_back = await till.paid()
    refund = (await act(till.within, "payments.refund", id=given_back.payment_id)).details["refund"]
    arrival = await till.came(77_000_00, "M-1")
    proved, asked = await till.asked()
    proof = await till.shop.prove(asked)
    rows = await waits(till.within)
    assert [(row.kind, row.amount_sen) for row in rows] == [
        ("late_payment", late.amount_sen), ("ended_order", PRICE), ("refund_to_send", given_back.amount_sen),
        ("arrival", 77_000_00), ("proof", asked.asked_sen),
    ]  # fmt: skip
    assert [row.id for row in rows] == [
        late.payment_id, (await till.now(ended))[1].payment_id, refund, arrival, proof.proof_id,
    ]  # fmt: skip
    assert [row.order for row in rows][:2] == [late_order.order.number, ended.order.number]
    assert rows[4].order_id == proved.order.order_id
    assert rows[0].what.id.startswith(f"Rp50.000 lewat {METHODS['bank_transfer'].title['id']} datang terlambat")
    assert rows[1].what.id == f"Pesanan {ended.order.number} dibatalkan, padahal Rp50.000 sudah dibayar"
    assert rows[1].what.en == f"Order {ended.order.number} was cancelled, and Rp50.000 was paid for it"
    assert "TRSF M-1" in rows[3].what.en
    assert [row.since for row in rows] == sorted(row.since for row in rows)
    assert await counted(till.within) == {row.kind: (1, row.amount_sen, False) for row in rows}
    for row in rows:
        assert row.can
        assert f"{row.things}.show" in views()
        assert [one.id for one in await waits(till.within, kind=row.kind)] == [row.id]
        [thing] = await seen(till.within, f"{row.things}.show", VIEWER, id=row.id)
        assert thing.id == row.id
    for act_name, given in (("payments.resolve", {"decision": "wallet"}), ("payments.refund", {"to": "wallet"})):
        [row] = [one for one in rows if act_name in one.can]
        await act(till.within, act_name, id=row.id, **given)
    assert [row.kind for row in await waits(till.within)] == ["refund_to_send", "arrival", "proof"]


async def test_a_page_follows_the_last(till: Till) -> None:
    """One row at a time, all kinds together, also those that wait since one moment."""
    for n in range(3):
        await till.came(70_000_00 + n * 100, f"M-{n}")
        await till.shop.prove((await till.asked())[1])
    async with till.shop.engine.connection() as connection:
        for table, column in (("arrivals", "arrived_at"), ("payment_proofs", "uploaded_at")):
            await connection.execute(
                f"UPDATE {table} SET {column} = '2026-11-01T00:00:00Z' WHERE merchant_id = %s",  # type: ignore[arg-type]
                (till.shop.merchant_id,),
            )
    every, view, after, found = await waits(till.within), views()["waiting.list"], "", list[Any]()
    while True:
        page = await look(view, till.within, view.filter(after=after, limit=1), VIEWER)
        found += page.rows
        if not (after := page.next):
            break
    assert found == every
    assert [row.kind for row in found] == ["arrival"] * 3 + ["proof"] * 3


async def test_what_gateways_and_providers_leave_open(toy: GatewayTill) -> None:
    """A late top-up, a payment whose gateway says nothing, work nobody has heard of, an endpoint that is gone, and low
    stock."""
    deposit = await toy.late_top_up()
    payment = await toy.ani.shop.started("BCA")
    engine, merchant_id = toy.within.engine, toy.within.merchant_id
    async with engine.connection() as connection:
        await connection.execute(
            "UPDATE gateway_attempts SET fault = 'no word for a day' WHERE merchant_id = %s AND payment_id = %s",
            (merchant_id, payment.payment_id),
        )
        await connection.execute(
            "INSERT INTO fulfilments SELECT merchant_id, order_id, environment, order_id, 'pemasok', 'unknown', 4, "
            "'{}', '', 0, 0, NULL, '', now(), now() FROM orders WHERE merchant_id = %s AND order_id = %s",
            (merchant_id, payment.order_id),
        )
        await connection.execute(
            "UPDATE orders SET status = 'processing' WHERE merchant_id = %s AND order_id = %s",
            (merchant_id, payment.order_id),
        )
        await connection.execute(
            "INSERT INTO stock VALUES (%s, 5, 'production', 11, 12, 3, 1, now(), 2)", (merchant_id,)
        )
        for endpoint_id, status, reason in ((1, "disabled", GONE), (2, "disabled", "a person"), (3, "active", "")):
            await connection.execute(
                "INSERT INTO webhook_endpoints VALUES (%s, %s, 'production', 't', NULL, 'https://toko.example/h', "
                "'{}', '', '', %s, %s, 0, 0, NULL, now(), now())",
                (merchant_id, endpoint_id, status, reason),
            )
    found = {row.kind: row for row in await waits(toy.within)}
    assert {kind: row.id for kind, row in found.items()} == {
        "late_top_up": deposit.deposit_id, "payment_fault": payment.payment_id, "provider_unknown": payment.order_id,
        "webhook": 1, "low_stock": 5,
    }  # fmt: skip
    assert found["late_top_up"].can == ("topups.resolve",)
    assert "no word for a day" in found["payment_fault"].what.id
    assert "pemasok belum memastikan" in found["provider_unknown"].what.id
    assert found["low_stock"].what.en == "2 of 11 left in 12"
    assert await counted(toy.within) == {kind: (1, row.amount_sen or 0, False) for kind, row in found.items()}


async def test_who_sees_it(till: Till) -> None:
    """Another shop and the sandbox see nothing of it, and nobody who may not see money."""
    await till.late()
    await till.came(77_000_00, "M-1")
    for elsewhere in (
        Within(till.within.house, till.within.merchant_id, "sandbox"),
        await open_desk(till.within.house),
    ):
        assert (await waits(elsewhere), await counted(elsewhere)) == ([], {})
    nobody = DeskCaller(OPERATOR.actor, frozenset({"orders:read"}))
    for name in ("waiting.list", "waiting.counts"):
        with pytest.raises(PermissionMissing):
            await seen(till.within, name, nobody)


def test_every_kind_is_whole() -> None:
    """Each that the database is asked for has its words in both languages, and the acts that are known of it take its
    id."""
    assert {*PARTS} == {*KINDS}
    for kind, one in KINDS.items():
        assert {f"kind.{kind}" in catalogue for catalogue in CATALOGUES.values()} == {True}
        assert one.says.id != one.says.en
        for name in one.can:
            if (known := acts().get(name)) is not None:
                assert "id" in known.input.__struct_fields__


async def test_a_person_decides_from_the_list(app: App, till: Till) -> None:
    """At the console each row leads to what it is about, and to the acts that decide it; done, the list is there again
    without it. A viewer is offered none."""
    _, late = await till.late()
    here = base(till.within)
    offers: dict[Role, bool] = {"viewer": False, "operator": True}
    for role, offered in offers.items():
        async with browser_of(app) as browser:
            await enter(browser, await joined(till.within, role))
            page = (await browser.get(f"{here}/waiting", headers={"accept-language": "id"})).text
            assert "datang terlambat untuk pesanan" in page
            assert f'href="{here}/payments/{late.payment_id}"' in page
            links = re.findall(r'href="([^"]*/do/payments\.resolve[^"]*)"', page)
            assert bool(links) is offered
            for link in links:
                address = link.replace("&amp;", "&")
                form = await mark(browser, address) | {"decision": "wallet", "reason": "dicek", "password": PASSWORD}
                sent = await browser.post(address, data=form)
                assert sent.headers["location"] == f"{here}/waiting?done=payments.resolve"
    assert (await till.balance(), await waits(till.within)) == (late.amount_sen, [])


async def proofs_of(till: Till, count: int, environment: str = "production") -> None:
    """So many proofs of one more payment."""
    _, asked = await till.asked()
    async with till.shop.engine.connection() as connection:
        await connection.execute(
            "INSERT INTO payment_proofs (merchant_id, proof_id, payment_id, digest, kind, size_bytes, uploaded_at, "
            "content) SELECT %s, %s + n, %s, sha256(n::text::bytea), 'image/png', 1, now(), 'x' "
            "FROM generate_series(1, %s) n",
            (till.shop.merchant_id, till.shop.engine.ids.next() * 1_000, asked.payment_id, count),
        )
        await connection.execute(
            "UPDATE payments SET environment = %s WHERE merchant_id = %s AND payment_id = %s",
            (environment, till.shop.merchant_id, asked.payment_id),
        )


async def test_a_count_that_met_its_bound_says_so(till: Till) -> None:
    """Proofs of the other environment hide none, however many came later; more than are looked through are not
    presented as all there are."""
    await proofs_of(till, 20)
    assert (await counted(till.within))["proof"][::2] == (20, False)
    await proofs_of(till, 600, "sandbox")
    assert (await counted(till.within))["proof"][::2] == (20, False)
    await proofs_of(till, 600)
    count, _, capped = (await counted(till.within))["proof"]
    assert (count, capped) == (500, True)


def test_what_waits_is_decided_by_acts_that_there_are() -> None:
    """Every kind leads to a list of things, and names acts of the registry alone: the console makes buttons of them."""
    assert {name for kind in KINDS.values() for name in kind.can} <= set(acts())
    assert {f"{kind.things}.list" for kind in KINDS.values()} <= set(views())
