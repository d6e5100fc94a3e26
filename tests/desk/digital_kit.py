"""What tests of digital goods share: a shop that sells licences at its store's counter, and its codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
from goods_kit import Ask, Made, key_of, new_product, new_store, order_for

from desk_kit import do, seen
from gerai.domain.records import OrderView
from gerai.engine.desk.acts.load_codes import CodeLoad
from gerai.engine.desk.house import Within
from gerai.engine.desk.views.codes import CodeRow
from gerai.engine.digital.hand_out import HandedOut, hand_out
from gerai.engine.orders.change_status import ChangeStatus
from gerai.store import codes as sql


@dataclass
class Licences:
    """A store, and a licence of Rp150.000 in it."""

    within: Within
    ask: Ask
    store_id: int
    made: Made

    async def load(self, *codes: str, **how: Any) -> Any:
        """Load codes."""
        given = CodeLoad(variant_id=self.made.variant_id, codes="\n".join(codes), **how)
        return await do(self.within, "code_pools.load", given)

    async def order(self, quantity: int = 1) -> int:
        """The id of a new order that waits to be paid."""
        body = order_for(self.within, self.store_id, self.made, quantity)
        placed = (await self.ask("POST", "/v3/orders", body))["data"]
        [found] = await self.within.engine.orders.named(self.within.merchant_id, placed["order_id"])
        return found.order.order_id

    async def change(self, *order_ids: int, payment: Any = None, target: str = "") -> None:
        """What a person says of orders' money, or takes them to."""
        await self.within.engine.submit(
            ChangeStatus(
                merchant_id=self.within.merchant_id, environment=self.within.environment, channel="scalev",
                order_ids=order_ids, payment=payment, target=target, by="test",
            )
        )  # fmt: skip

    async def paid(self, quantity: int = 1) -> int:
        """The id of a new order that was paid."""
        order_id = await self.order(quantity)
        await self.change(order_id, payment="paid")
        return order_id

    async def hand_out(self, order_id: int) -> HandedOut:
        """What a worker's job does for the order."""
        return await hand_out(self.within.engine, self.within.merchant_id, order_id)

    async def view(self, order_id: int) -> OrderView:
        """The order as it stands."""
        found = await self.within.engine.orders.by_id(self.within.merchant_id, order_id)
        assert found is not None
        return found

    async def status(self, order_id: int) -> str:
        """Where the order stands."""
        return (await self.view(order_id)).order.status

    async def codes(self, order_id: int) -> list[str]:
        """The codes that an order got, opened."""
        async with self.within.engine.connection() as connection:
            given = await sql.of_order(connection, self.within.merchant_id, order_id, 1_000)
        return [self.within.house.sealer.open(one.code.sealed) for one in given]

    async def counts(self) -> tuple[int, int, int]:
        """Free, given and withdrawn codes, as the pool counts them; each agrees with its codes."""
        [pool] = await seen(self.within, "code_pools.list")
        counted = (pool.free, pool.given, pool.withdrawn)
        async with self.within.engine.connection() as connection:
            found = await connection.execute(
                "SELECT c.status, count(*) FROM licence_codes c JOIN code_pools p USING (merchant_id, pool_id) "
                "WHERE c.merchant_id = %s AND p.environment = %s AND p.variant_id = %s GROUP BY c.status",
                (self.within.merchant_id, self.within.environment, self.made.variant_id),
            )
            there: dict[str, int] = dict(await found.fetchall())
        assert counted == tuple(there.get(status, 0) for status in ("free", "given", "withdrawn"))
        return counted

    async def listed(self, **wanted: Any) -> list[CodeRow]:
        """Rows of the list of codes."""
        return await seen(self.within, "codes.list", **wanted)


async def licences(within: Within, client: httpx.AsyncClient, **store: Any) -> Licences:
    """A shop that sells licences; no codes yet."""
    store_id = await new_store(within, **store)
    made = await new_product(within, item_type="license", stores=(store_id,))
    return Licences(within, await key_of(within, client), store_id, made)
