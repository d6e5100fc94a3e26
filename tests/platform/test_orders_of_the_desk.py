"""`gerai orders` is the desk's: an order is named as people name it, what is done to it is written down, and programs
read JSON."""

from __future__ import annotations

import getpass
from typing import Any

import msgspec
import pytest_asyncio
from terminal_kit import gerai_here as gerai

from desk_kit import house_of, open_desk, written
from engine_kit import Shop
from gerai.app import App
from gerai.engine.desk.house import Within
from gerai.engine.merchants.open import add_member
from gerai.engine.orders.parcels import Parcel

WHO = getpass.getuser()


@pytest_asyncio.fixture
async def within(app: App) -> Within:
    """The desk of a new shop, in production."""
    return await open_desk(house_of(app))


@pytest_asyncio.fixture
async def shop(within: Within) -> Shop:
    """Its production, with a member."""
    member_id, wallets = await add_member(within.engine, within.merchant_id, "cekceir", "ani", "Ani")
    return Shop(within.engine, within.merchant_id, "production", member_id, wallets["production"])


async def read(dsn: str, *words: str) -> Any:
    """What a command prints as JSON."""
    code, out, err = await gerai(dsn, *words, "--json")
    assert (code, err) == (0, ""), (words, err)
    return msgspec.json.decode(out)


async def test_an_order_is_named_as_people_name_it(dsn: str, shop: Shop, within: Within) -> None:
    """By its number, its counter's identifier, the seller's reference, or the engine's id; of two environments one is
    named."""
    of = ("--merchant", within.merchant.code)
    order = (await shop.place("free", number="N-1", public_id="01-uuid", reference="PO-1")).view.order
    for name in ("N-1", "01-uuid", "PO-1", str(order.order_id)):
        assert (await read(dsn, "orders", "show", name, *of))["id"] == order.order_id
    sandbox = Shop(shop.engine, shop.merchant_id, "sandbox", shop.member_id, shop.account_id)
    await sandbox.place("free", number="N-1")
    code, out, err = await gerai(dsn, "orders", "confirm", "N-1", *of)
    assert (code, out) == (1, "")
    assert "N-1 means several: " in err
    code, out, _ = await gerai(dsn, "orders", "confirm", "N-1", "--environment", "sandbox", *of)
    assert (code, out) == (0, "N-1 is confirmed\n")
    assert (await read(dsn, "orders", "show", "01-uuid", *of))["status"] == "pending"


async def test_an_order_is_sent_and_arrives(dsn: str, shop: Shop, within: Within) -> None:
    """Each step says what became of the order, and is written down with who took it; a step it cannot take is refused
    in words and changes nothing; under one name it is taken once."""
    of = ("--merchant", within.merchant.code)
    placed = await shop.place("free", number="S-1", parcel=Parcel("jne", "REG", "", 77, 250, 0))
    target = str(placed.view.order.order_id)
    code, out, err = await gerai(dsn, "orders", "ship", "S-1", "--receipt", "JX1", *of)
    assert (code, out, err) == (1, "", "gerai: order S-1 is pending: it cannot be sent\n")
    for words, status in (
        (("confirm", "S-1"), "confirmed"), (("process", "S-1"), "processing"), (("ready", "S-1"), "ready"),
        (("ship", "S-1", "--receipt", "JX1", "--once", "k"), "shipped"),
        (("ship", "S-1", "--receipt", "JX1", "--once", "k"), "shipped"),
        (("receipt", "S-1", "--receipt", "JX2", "--reason", "salah ketik"), "shipped"),
        (("deliver", "S-1", "--at", "2026-11-30T08:00:00"), "completed"),
    ):  # fmt: skip
        code, out, err = await gerai(dsn, "orders", *words, *of)
        assert (code, out, err) == (0, f"S-1 is {status}\n", "")
    said = [entry for _, entry in await written(within)][::-1]
    assert [(entry.act, entry.target, entry.actor_kind, entry.actor) for entry in said] == [
        (f"orders.{verb}", target, "operator", WHO)
        for verb in ("confirm", "process", "ready", "ship", "receipt", "deliver")
    ]
    assert (said[3].facts, said[4].reason) == ({"receipt": "JX1"}, "salah ketik")
    shown = await read(dsn, "orders", "show", "S-1", *of)
    assert (shown["parcel"]["receipt"], shown["parcel"]["status"], shown["can"]) == (
        "JX2",
        "delivered",
        ["orders.receipt"],
    )
    code, out, err = await gerai(dsn, "orders", "ship", "S-1", "--receipt", "", *of)
    assert (code, out) == (2, "")
    code, _, err = await gerai(dsn, "orders", "deliver", "S-1", "--at", "yesterday", *of)
    assert (code, err) == (2, "gerai: --at: a moment is written 2026-11-30T08:00:00\n")


async def test_a_list_goes_on_where_it_ended(dsn: str, shop: Shop, within: Within) -> None:
    """Both environments together, page by page; by door, member and day; counted by state."""
    of = ("--merchant", within.merchant.code)
    sandbox = Shop(shop.engine, shop.merchant_id, "sandbox", shop.member_id, shop.account_id)
    numbers = [f"L-{n}" for n in range(5)]
    for n, number in enumerate(numbers):
        await (sandbox if n % 2 else shop).place("free", number=number, channel="scalev" if n < 2 else "durianpay")
    seen, after = list[str](), ()
    while True:
        page = await read(dsn, "orders", "list", "--limit", "2", *after, *of)
        seen += [row["number"] for row in page["rows"]]
        assert {row["environment"] for row in page["rows"]} <= {"sandbox", "production"}
        if not page["next"]:
            break
        after = ("--after", page["next"])
    assert seen == numbers[::-1]
    code, out, _ = await gerai(dsn, "orders", "list", "--limit", "2", *of)
    assert (code, out.splitlines()[-1].split(":")[0]) == (0, "there are more / masih ada lagi")

    async def found(*asked: str) -> list[str]:
        return [row["number"] for row in (await read(dsn, "orders", "list", *asked, *of))["rows"]]

    assert await found("--door", "scalev") == ["L-1", "L-0"]
    assert await found("--status", "pending,confirmed", "--environment", "production") == ["L-4", "L-2", "L-0"]
    assert (
        await found("--status", "confirmed")
        == await found("--member", "7")
        == await found("--until", "2020-01-01")
        == []
    )
    code, _, err = await gerai(dsn, "orders", "list", "--since", "yesterday", *of)
    assert (code, err) == (2, "gerai: --since: a day is written 2026-11-30\n")
    counted = await read(dsn, "orders", "counts", *of)
    assert [row for row in counted["rows"] if row["count"]] == [{"status": "pending", "count": 3, "capped": False}]
    assert [row["number"] for row in (await read(dsn, "orders", "find", "L-3", *of))["rows"]] == ["L-3"]


async def test_what_is_cancelled_without_a_word(dsn: str, shop: Shop, within: Within) -> None:
    """The buyer reads what was typed as the reason, and nothing where nothing was; the audit has who did it."""
    of = ("--merchant", within.merchant.code)
    quiet, told = [(await shop.place(number=number)).view for number in ("Q-1", "Q-2")]
    assert (await gerai(dsn, "orders", "cancel", "Q-1", *of))[0] == 0
    done = await read(dsn, "orders", "cancel", "Q-2", "--reason", "diminta pembeli", *of)
    assert done == {"id": str(told.order.order_id)}
    reasons: list[Any] = []
    for view in (quiet, told):
        events = await shop.engine.events.of_orders(shop.merchant_id, [view.order.order_id])
        reasons += [event.facts["reason"] for event in events if event.name == "order.cancelled"]
    assert reasons == ["", "diminta pembeli"]
    assert [entry.reason for _, entry in await written(within)] == ["diminta pembeli", "no reason given"]
