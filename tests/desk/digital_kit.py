"""What tests of digital goods share: a shop that sells licences at its store's counter, and its codes."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from typing import Any

import httpx
from goods_kit import Ask, Made, key_of, new_product, new_store, order_for
from procrastinate import RetryStrategy

from app_kit import settings_of
from desk_kit import do, seen
from gerai.domain.records import CodePool, Environment, OrderView
from gerai.domain.refusals import StateConflict
from gerai.engine.desk.acts.load_codes import CodeLoad
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.views.codes import CodeRow
from gerai.engine.digital.hand_out import HandedOut, hand_out, hand_out_waiting
from gerai.engine.keys.manage import create_key
from gerai.engine.orders.change_status import ChangeStatus
from gerai.engine.payments.refund import RefundPayment
from gerai.kit.secret_box import new_key
from gerai.settings import Settings, WebhookSettings
from gerai.store import codes as sql
from gerai.worker.codes import code_tasks
from gerai.worker.job_queue import JobQueue


def sealing_settings(dsn: str) -> Settings:
    """Of a server that can seal secrets."""
    return settings_of(dsn, webhooks=WebhookSettings(seal_key=new_key()))


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
        placed = await self.ask("POST", "/v3/orders", body)
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

    async def names(self, order_id: int) -> list[str]:
        """What happened to the order, by name."""
        happened = await self.within.engine.events.of_orders(self.within.merchant_id, [order_id])
        return [event.name for event in happened]

    async def refund(self, order_id: int) -> None:
        """Give the order's money back whole; nothing where that was done."""
        payment = (await self.view(order_id)).payments[-1]
        with contextlib.suppress(StateConflict):
            await self.within.engine.submit(
                RefundPayment(
                    merchant_id=self.within.merchant_id, environment=self.within.environment, order_id=order_id,
                    payment_id=payment.payment_id, amount_sen=payment.amount_sen, by="test",
                )
            )  # fmt: skip

    async def pools(self) -> list[CodePool]:
        """The licence's pool, where it has one."""
        of = (self.within.merchant_id, self.within.environment, [self.made.variant_id])
        async with self.within.engine.connection() as connection:
            return await sql.pools_of(connection, *of)

    async def wake(self) -> int:
        """What the job of waiting orders does."""
        return await hand_out_waiting(self.within.engine, self.within.merchant_id, self.within.environment)

    async def withdraw_one(self) -> None:
        """Withdraw a free code, if there is one."""
        for code in (await self.listed(status="free"))[:1]:
            await do(self.within, "codes.withdraw", ById(id=code.id), reason="salah muat")

    async def jobs_waiting(self) -> int:
        """How many jobs about this shop's codes wait, and are due."""
        async with self.within.engine.connection() as connection:
            found = await connection.execute(
                "SELECT count(*) FROM procrastinate_jobs WHERE queue_name = 'codes' AND status = 'todo' "
                "AND (scheduled_at IS NULL OR scheduled_at <= now()) "
                "AND (args ->> 'merchant_id')::int8 = %s",
                (self.within.merchant_id,),
            )
            [(number,)] = await found.fetchall()
        return number

    async def run_jobs(self) -> int:
        """Run them; returns how many there were."""
        waiting = await self.jobs_waiting()
        queue = JobQueue(self.within.engine.dsn, 2, 1.0, 5.0)
        code_tasks(queue.app, self.within.engine, RetryStrategy(max_attempts=1))
        await queue.run_once()
        return waiting

    async def admin_key(self) -> str:
        """The secret of a new key of the administration's API."""
        made = self.within.house.doors["admin"].make(self.within.environment)
        await create_key(
            self.within.engine, self.within.merchant_id, self.within.environment, "admin", made.token, name="p",
            prefix=made.prefix, permissions=made.permissions,
        )  # fmt: skip
        return made.token

    def elsewhere(self, environment: Environment) -> Licences:
        """The same desk in this environment; the counter stays."""
        return replace(self, within=replace(self.within, environment=environment))

    async def listed(self, **wanted: Any) -> list[CodeRow]:
        """Rows of the list of codes."""
        return await seen(self.within, "codes.list", **wanted)


async def licences(within: Within, client: httpx.AsyncClient, **store: Any) -> Licences:
    """A shop that sells licences; no codes yet."""
    store_id = await new_store(within, **store)
    made = await new_product(within, item_type="license", stores=(store_id,))
    return Licences(within, await key_of(within, client), store_id, made)
