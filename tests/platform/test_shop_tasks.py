"""docs/reference/seller-tasks.md: what it says that a seller can do is done, command by command, in a shop."""

from __future__ import annotations

import shlex
from typing import Any

import httpx
import pytest
import seller_tasks
from seller_tasks import STANDS_FOR, TASKS, checked, command_of, page_of
from shop_kit import (
    EXAMPLES,
    ROOT,
    at_terminal,
    bearer,
    digital_order,
    key_at,
    newest,
    parcel_order,
    sent,
    shop_folder,
    shop_of,
)

from desk_kit import seen
from gerai.app import App
from gerai.engine.catalogue.storefront import STOREFRONT
from gerai.engine.check import check
from gerai.engine.desk.house import Within

CODE = "toko-baju"
#: Those that open a shop themselves; the others are of the shop.
OPENS = ("gerai shop ", "gerai check")


def test_the_page_is_what_the_program_can() -> None:
    """The page equals what `python -m seller_tasks` prints: a command that is no longer read shows, and so does a page
    that came since. Thirty tasks, each told once."""
    written = (ROOT / "docs" / "reference" / "seller-tasks.md").read_text(encoding="utf-8")
    assert written == seller_tasks.page()
    assert len({task.text for task in TASKS}) == len(TASKS) == 30


def test_what_was_possible_stays_possible() -> None:
    """So many tasks have a command, and so many a page, as had one already: none is lost unseen."""
    assert sum(bool(command_of(task)) for task in TASKS) >= 30
    assert sum(bool(page_of(task)) for task in TASKS) >= 27


@pytest.fixture
async def within(dsn: str, app: App, monkeypatch: pytest.MonkeyPatch) -> Within:
    """The shop of clothes, loaded from its files, in a checkout."""
    monkeypatch.chdir(ROOT)
    await at_terminal(dsn, "shop", "load", str(EXAMPLES / CODE))
    return await shop_of(app, CODE)


async def names_of(dsn: str, app: App, within: Within, client: httpx.AsyncClient, folder: str) -> dict[str, str]:
    """What the words in capitals are in this shop: its goods, a type of services, a member with money, a key, and five
    orders that each wait for something else."""
    sold = app.engine.directory.get(STOREFRONT, within.merchant_id)
    [store], [house] = sold.catalogue.stores.values(), sold.catalogue.warehouses.values()
    variants = {one.sku: one for one in sold.catalogue.variants.values()}
    courier = next(one.service_id for one in sold.rates.services.values() if one.code == "REG")
    headers = bearer(await key_at(dsn, app, "scalev", CODE))
    of = ("--merchant", CODE)

    async def placed(body: dict[str, Any]) -> str:
        await sent(client, "POST", "/v3/orders", body, headers=headers)
        return (await newest(within)).order.number

    async def paid(number: str) -> str:
        await at_terminal(dsn, "payments", "confirm", number, "--method", "cash", *of)
        return number

    shirt = parcel_order(store.unique_id, variants["KP-L"].unique_id, 1, house.unique_id, courier, 18_000)
    pattern = digital_order(store.unique_id, variants["POLA-KAOS"].unique_id)
    names = {
        "PRODUCT": str(variants["KP-M"].product_id),
        "VARIANT": str(variants["KP-M"].variant_id),
        "WAREHOUSE": str(house.warehouse_id),
        "COURIER": str(courier),
        "BUNDLE": str(next(iter(sold.catalogue.bundles))),
        "UNPAID": await placed(pattern),
        "UNWANTED": await placed(pattern),
        "PAID": await paid(await placed(shirt)),
        "PACKED": await paid(await placed(shirt)),
    }
    for step in ("process", "ready"):
        await at_terminal(dsn, "orders", step, names["PACKED"], *of)
    await at_terminal(dsn, "shop", "load", folder, *of)
    within = await shop_of(app, CODE)
    [kind] = await seen(within, "service_types.list")
    [member] = await seen(within, "members.list", door="cekceir")
    await at_terminal(dsn, "wallets", "top-up", str(member.id), "--amount-sen", "20000", "--reason", "awal", *of)
    key = await key_at(dsn, app, "cekceir", CODE, "--member", str(member.id))
    body = {"code": "cek_imei", "data": {"imeis": ["356281920502180"]}}
    await sent(client, "POST", "/api/order", body, headers=bearer(key))
    keys = await seen(within, "keys.list")
    return names | {
        "MANUAL": (await newest(within)).order.number,
        "TYPE": str(kind.id),
        "MEMBER": str(member.id),
        "KEY": str(next(one.id for one in keys if one.door == "scalev")),
    }


SERVICES = """
[shop]
code = "layanan"
name = "Layanan"

[[service_types]]
code = "imei"
name = "IMEI"
input_schema = { type = "object", properties = { imeis = { type = "array", items = { type = "string" } } }, required = ["imeis"], x-quantityFrom = "/imeis", x-requestFrom = "/imeis" }

[[services]]
code = "cek_imei"
name = "Cek IMEI"
type = "imei"
unit_price = 1500
provider = "manual"
processing_type = "manual"

[[members]]
door = "cekceir"
public_id = "konter"
name = "Konter"
"""  # noqa: E501


async def test_every_command_of_the_page_does_it(
    dsn: str, app: App, within: Within, client: httpx.AsyncClient, tmp_path: Any
) -> None:
    """Each command that the page says "runs" is carried out in a shop with orders, and succeeds; what it was for is so
    afterwards, and the books are clean."""
    names = await names_of(dsn, app, within, client, str(shop_folder(tmp_path, SERVICES)))
    for task in TASKS:
        if checked(task) == "runs":
            words = shlex.split(task.command)[1:]
            filled = [names.get(word, word) if STANDS_FOR.fullmatch(word) else word for word in words]
            of = () if task.command.startswith(OPENS) else ("--merchant", CODE)
            said = await at_terminal(dsn, *filled, *of)
            assert said.strip(), task.text

    within = await shop_of(app, CODE)
    orders = {row.number: row for row in await seen(within, "orders.list")}
    states = {word: orders[names[word]].status for word in ("UNPAID", "UNWANTED", "PACKED", "MANUAL")}
    assert states == {"UNPAID": "completed", "UNWANTED": "cancelled", "PACKED": "shipped", "MANUAL": "completed"}
    assert orders[names["PAID"]].refunded_sen == 42_500_00
    [variant] = [
        v for v in (await seen(within, "products.show", id=int(names["PRODUCT"])))[0].variants if v.sku == "KP-M"
    ]
    assert variant.price_sen == 90_000_00
    assert [row.on_hand for row in await seen(within, "stock.list", variant=int(names["VARIANT"]))] == [25]
    wallets = {str(row.id): row.available_sen for row in await seen(within, "wallets.list")}
    assert wallets[names["MEMBER"]] == (20_000 - 1_500 + 50_000 - 5_000) * 100
    assert within.merchant.code == CODE
    assert await check(app.engine, within.merchant_id) == []
