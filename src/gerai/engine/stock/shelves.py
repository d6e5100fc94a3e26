"""A variant's place in a warehouse: the row that orders reserve from. It is there once something of the variant got to
the warehouse for the first time."""

from __future__ import annotations

from gerai.domain.refusals import InputInvalid
from gerai.engine.catalogue.products import Variant
from gerai.engine.catalogue.storefront import STOREFRONT
from gerai.engine.core import Engine
from gerai.engine.merchants.open import preparing
from gerai.kit.clock import real_now
from gerai.store import stock as sql
from gerai.store.connection import Connection


async def shelf(engine: Engine, merchant_id: int, environment: str, variant: Variant, warehouse_id: int) -> int:
    """The id of its row, which is made with none in it when it is not there. Refuses as :func:`add_shelf`."""
    place = (environment, variant.variant_id, warehouse_id)
    known = engine.directory.get(STOREFRONT, merchant_id).catalogue.stock_ids.get(place)
    if known is not None:
        return known
    # Before the command that fills it, which finds rows by their ids, as those of orders do. Of two at once the second
    # finds the first one's row; both know it then, as every process does.
    async with preparing(engine, merchant_id) as connection:
        await add_shelf(engine, connection, merchant_id, environment, variant, warehouse_id)
    return engine.directory.get(STOREFRONT, merchant_id).catalogue.stock_ids[place]


async def add_shelf(
    engine: Engine, connection: Connection, merchant_id: int, environment: str, variant: Variant, warehouse_id: int
) -> None:
    """Make its row, with none in it, unless it is there; in the transaction of a change.

    Refuses InputInvalid: what is not sent is in one place, where orders look for it, and has another one.
    """
    there = await sql.levels(connection, merchant_id, environment, [variant.variant_id])
    others = [str(one.warehouse_id) for one in there]
    if variant.is_digital and others and str(warehouse_id) not in others:
        raise InputInvalid({"warehouse_id": [f"{variant.name} is not sent and is kept in {', '.join(others)} only"]})
    at = real_now()
    await sql.add_empty(connection, merchant_id, engine.ids.next(), environment, variant.variant_id, warehouse_id, at)
