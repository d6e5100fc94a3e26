"""One command for several things: by their names, or from standard input, with a line for each."""

from __future__ import annotations

import msgspec
import pytest
import typer
from terminal_kit import gerai_here as gerai
from terminal_kit import run_here

from console_orders_kit import paid_order, shop_at_desk
from desk_kit import do, open_desk, written
from engine_kit import Shop
from gerai.app import App
from gerai.cli.desk_many import named
from gerai.domain.records import OrderView
from gerai.engine.desk.acts.add_product import NewProduct
from gerai.engine.desk.acts.add_store import NewStore
from gerai.engine.desk.house import Within


async def orders_of(app: App, count: int) -> tuple[Shop, Within, list[OrderView]]:
    """A shop with so many orders that are to be sent."""
    shop, within = await shop_at_desk(app)
    return shop, within, [await paid_order(shop) for _ in range(count)]


async def state(shop: Shop, view: OrderView) -> str:
    return (await shop.engine.orders.as_now(view.order)).order.status


async def test_several_orders_by_their_numbers(dsn: str, app: App) -> None:
    """A line for each, and exit code 1 when one was not done; with ``--once`` the same again does what is left."""
    shop, within, views = await orders_of(app, 3)
    names = [view.order.number for view in views]
    of = ("--merchant", within.merchant.code, "--once", "pagi")
    assert (await gerai(dsn, "orders", "process", names[1], "--merchant", within.merchant.code))[0] == 0
    code, said, _ = await gerai(dsn, "orders", "process", *names, *of)
    assert code == 1
    told = {line.split()[0]: " ".join(line.split()[1:]) for line in said.splitlines() if line.strip()}
    assert told[names[0]].startswith("done / berhasil")
    assert told[names[1]].startswith("refused / ditolak")
    assert [await state(shop, view) for view in views] == ["processing"] * 3
    code, said, _ = await gerai(dsn, "orders", "process", names[0], names[2], *of, "--json")
    assert (code, [row["state"] for row in msgspec.json.decode(said)["rows"]]) == (0, ["again", "again"])
    assert len([e for _, e in await written(within) if e.act == "orders.process"]) == 3


async def test_from_standard_input(dsn: str, app: App) -> None:
    """``-`` stands for the names there, one a line; blank lines and repetitions are nothing."""
    shop, within, views = await orders_of(app, 2)
    typed = "\n".join([views[0].order.number, "", views[1].order.number, views[0].order.number])
    arguments = ("orders", "process", "-", "--merchant", within.merchant.code)
    code, _, why = await run_here({"DATABASE_URL": dsn}, arguments, typed)
    assert (code, why) == (0, "")
    assert [await state(shop, view) for view in views] == ["processing"] * 2


async def test_one_that_is_not_there_stops_all(dsn: str, app: App) -> None:
    """An order that nobody knows is said before anything is done; what each has for itself is not given for several."""
    shop, within, views = await orders_of(app, 2)
    names = [view.order.number for view in views]
    of = ("--merchant", within.merchant.code)
    code, _, why = await gerai(dsn, "orders", "process", *names, "NOPE", *of)
    assert (code, "NOPE" in why) == (1, True)
    code, _, why = await gerai(dsn, "orders", "ship", *names, "--receipt", "JX1", *of)
    assert (code, "--receipt is of one" in why) == (2, True)
    code, _, why = await gerai(dsn, "orders", "fail", *names, "--reason", "habis", *of)
    assert (code, "one at a time" in why) == (1, True)
    assert [await state(shop, view) for view in views] == ["confirmed"] * 2


async def test_several_things_by_their_ids(dsn: str, app: App) -> None:
    """An act made from the registry alone takes several ids the same way."""
    within = await open_desk(app.house)
    await do(within, "stores.add", NewStore(name="Toko"))
    made = [await do(within, "products.add", NewProduct(name=f"Kaos {n}", price_sen=1000_00)) for n in range(2)]
    ids = [done.id for done in made]
    of = ("--merchant", within.merchant.code, "--json")
    code, said, _ = await gerai(dsn, "products", "hide", *ids, "7", *of)
    rows = msgspec.json.decode(said)["rows"]
    assert (code, [(row["id"], row["state"]) for row in rows]) == (
        1, [(ids[0], "done"), (ids[1], "done"), ("7", "refused")],
    )  # fmt: skip
    code, said, _ = await gerai(dsn, "products", "hide", ids[0], *of)
    assert (code, msgspec.json.decode(said)["id"]) == (0, ids[0])


def test_there_are_so_many() -> None:
    """None, or more than two hundred, is refused with exit code 2."""
    for typed in ([], [str(n) for n in range(201)]):
        with pytest.raises(typer.Exit) as left:
            named(typed)
        assert left.value.exit_code == 2
    assert named(["1", "2", "1"]) == ["1", "2"]
