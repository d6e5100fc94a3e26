"""Find payments; a :class:`Scope` names whose. And money that waits for a person to decide, in one list: a payment that
came late and was held (``ResolveLate`` decides), and what was paid for an order that was cancelled, that failed, or
whose goods came back (``RefundPayment`` returns it); and refunds that a person is to send (``FinishRefund``). Each of
them announced itself: ``payment.late``, ``refund.due``, ``payment.refunded``.
"""

from __future__ import annotations

from collections.abc import Mapping

from gerai.domain.filters import PaymentFilter, Scope
from gerai.domain.money import SEN_PER_RUPIAH
from gerai.domain.records import Deposit, Payment, RefundTask
from gerai.domain.refusals import NotFound
from gerai.engine.payments.matching import MOST_SEN
from gerai.store import payment_list, payments, receiving_accounts, refund_tasks
from gerai.store import waiting as waiting_money
from gerai.store.connection import Connection
from gerai.store.pool import Pool
from gerai.store.waiting import WaitingRow

WaitingMoney = WaitingRow
ListedRefund = refund_tasks.ListedTask


async def task_now(connection: Connection, merchant_id: int, task_id: int) -> RefundTask:
    """The refund as it is now. NotFound when there is none."""
    found = await refund_tasks.task(connection, merchant_id, task_id)
    if found is None:
        raise NotFound("refund", str(task_id))
    return found.task


class PaymentReads:
    """Payments (``engine.payments``)."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def by_public_id(self, scope: Scope, public_id: str) -> Payment | None:
        """The payment with the door's identifier."""
        async with self._pool.connection() as connection:
            return next(iter(await payments.by_public_id(connection, scope, public_id)), None)

    async def by_id(self, merchant_id: int, payment_id: int) -> Payment | None:
        """The payment with the engine's id, in whichever environment and channel."""
        async with self._pool.connection() as connection:
            found = await payment_list.by_ids(connection, merchant_id, [payment_id])
        return found[0].payment if found else None

    async def by_code(self, scope: Scope, code: str) -> Payment | None:
        """The newest payment whose instructions show this code (a VA number)."""
        async with self._pool.connection() as connection:
            return next(iter(await payments.by_code(connection, scope, code)), None)

    async def named(self, merchant_id: int, name: str) -> list[Payment]:
        """What a person may mean by ``name``, in both environments: the payment with this identifier, else the payments
        of the orders with this number or identifier."""
        async with self._pool.connection() as connection:
            return await payments.by_own_name(connection, merchant_id, name) or await payments.by_name_of_order(
                connection, merchant_id, name
            )

    async def page(self, scope: Scope, wanted: PaymentFilter, limit: int) -> list[Payment]:
        """A page of payments, newest first."""
        async with self._pool.connection() as connection:
            return await payments.by_filter(connection, scope, wanted, limit)

    async def count(self, scope: Scope, wanted: PaymentFilter, at_most: int = 10_000) -> int:
        """How many payments match, counted no further than ``at_most``."""
        async with self._pool.connection() as connection:
            return await payments.count(connection, scope, wanted, at_most)

    async def full(self, merchant_id: int, order_id: int, ways: Mapping[str, tuple[int, int]]) -> frozenset[str]:
        """Those of the ways (``payments.open.matched_ways``) that have no amount left by which this order's payer could
        be known. Reads nothing where there is no such way."""
        if not ways:
            return frozenset()
        prices, many = dict(ways.values()), MOST_SEN // SEN_PER_RUPIAH
        async with self._pool.connection() as connection:
            full = await receiving_accounts.full(connection, merchant_id, order_id, prices, MOST_SEN, many)
        return frozenset(way for way, (receiving_id, _) in ways.items() if receiving_id in full)

    async def waiting(self, merchant_id: int, limit: int = 200) -> list[WaitingMoney]:
        """A merchant's waiting money in both environments, what waits longest first."""
        async with self._pool.connection() as connection:
            return await waiting_money.waiting(connection, merchant_id, limit)

    async def refunds(self, merchant_id: int, limit: int = 200, *, ended: bool = False) -> list[ListedRefund]:
        """Refunds that are still to be sent, what waits longest first; ``ended``: the newest of all there were,
        oldest first."""
        listed = refund_tasks.newest_tasks if ended else refund_tasks.open_tasks
        async with self._pool.connection() as connection:
            return await listed(connection, merchant_id, limit)

    async def sending(self, paid: Payment | Deposit) -> list[RefundTask]:
        """The refunds of the payment or deposit that its gateway is to send."""
        own_id = paid.payment_id if isinstance(paid, Payment) else paid.deposit_id
        async with self._pool.connection() as connection:
            listed = await refund_tasks.sending_tasks(connection, paid.merchant_id, own_id)
        return [one.task for one in listed]

    async def refund_of(self, deposit: Deposit) -> RefundTask | None:
        """The refund that is to be sent of this deposit, by its gateway or by a person."""
        async with self._pool.connection() as connection:
            listed = await refund_tasks.owed_of(connection, deposit.merchant_id, deposit.deposit_id)
        return listed[0].task if listed else None

    async def refund(self, merchant_id: int, task_id: int) -> ListedRefund | None:
        """The refund with this id, whatever became of it."""
        async with self._pool.connection() as connection:
            return await refund_tasks.task(connection, merchant_id, task_id)
