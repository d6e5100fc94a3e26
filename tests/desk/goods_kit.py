"""What tests of goods share: a shop's store, product, variant and warehouse in one line, and its counter's key."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx

from desk_kit import DISTRICT, do, seen
from gerai.engine.catalogue.extend import CatalogueAdditions, extend_catalogue
from gerai.engine.catalogue.storefront import STOREFRONT
from gerai.engine.desk.acts.add_product import NewProduct
from gerai.engine.desk.acts.add_store import NewStore
from gerai.engine.desk.acts.add_warehouse import NewWarehouse
from gerai.engine.desk.acts.count_stock import StockCount
from gerai.engine.desk.house import Within
from gerai.engine.desk.views.stock import StockRow
from gerai.engine.keys.manage import create_key
from gerai.engine.shipping.quote import CourierService, Rate

_numbers = itertools.count(1)
#: A courier that takes everything from everywhere to everywhere, for Rp10.000 a kilogram.
COURIER = CourierService(1, 1, "jne", "JNE", "REG", "Reguler", aggregator="", pickup=False)
RATE = Rate(1, "", "", 10_000_00, 1, 2, False)
Ask = Callable[..., Awaitable[Any]]


@dataclass(frozen=True)
class Made:
    """A product and its first variant."""

    id: int
    variant_id: int
    unique_id: str


async def new_store(within: Within, **facts: Any) -> int:
    """A store's id."""
    return int((await do(within, "stores.add", NewStore(**({"name": f"Toko {next(_numbers)}"} | facts)))).id)


async def new_product(within: Within, **facts: Any) -> Made:
    """A product of Rp150.000."""
    given = NewProduct(**({"name": f"Kaos {next(_numbers)}", "price_sen": 150_000_00} | facts))
    done = await do(within, "products.add", given)
    return Made(int(done.id), int(done.details["variant_id"]), done.details["variant_unique_id"])


async def new_warehouse(within: Within) -> int:
    """A warehouse's id."""
    given = NewWarehouse(
        name=f"Gudang {next(_numbers)}", address="Jl. Wonokromo 1", location_id=DISTRICT.location_id,
        postal_code="60241",
    )  # fmt: skip
    return int((await do(within, "warehouses.add", given)).id)


async def count(within: Within, variant_id: int, warehouse_id: int, on_hand: int, **more: Any) -> Any:
    """Count stock."""
    given = StockCount(variant_id=variant_id, warehouse_id=warehouse_id, on_hand=on_hand, **more)
    return await do(within, "stock.count", given, reason="dihitung")


async def stock_of(within: Within, variant_id: int) -> list[tuple[int, int, int]]:
    """(on hand, reserved, available) of a variant by warehouse."""
    rows: list[StockRow] = await seen(within, "stock.list", variant=variant_id)
    return [(row.on_hand, row.reserved, row.available) for row in rows]


def order_for(within: Within, store_id: int, made: Made, quantity: int) -> dict[str, Any]:
    """The body of an order at the counter."""
    store = within.engine.directory.get(STOREFRONT, within.merchant_id).catalogue.stores[store_id]
    return {
        "store_unique_id": store.unique_id, "customer_name": "Ani", "customer_phone": "62812345678",
        "payment_method": "invoice", "ordervariants": [{"quantity": quantity, "variant_unique_id": made.unique_id}],
    }  # fmt: skip


async def let_couriers_come(within: Within) -> None:
    """A courier and its rate."""
    await extend_catalogue(
        within.engine, within.merchant_id, CatalogueAdditions(courier_services=[COURIER], rates=[RATE])
    )


async def fresh_key(within: Within) -> str:
    """The secret of a new key for the counter that sells for stores."""
    made = within.house.doors["scalev"].make(within.environment)
    await create_key(
        within.engine, within.merchant_id, within.environment, "scalev", made.token, name="toko", prefix=made.prefix,
        permissions=made.permissions,
    )  # fmt: skip
    return made.token


async def key_of(within: Within, client: httpx.AsyncClient) -> Ask:
    """Asks that counter with a key of the shop's own: method, path, body, status."""
    token = await fresh_key(within)

    async def ask(method: str, path: str, body: Any = None, status: int = 200) -> Any:
        answer = await client.request(method, path, json=body, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == status, answer.text
        return answer.json()

    return ask
