"""Refunds to payers, read without a lock."""

from __future__ import annotations

from typing import Final, NamedTuple

from psycopg import AsyncConnection

from gerai.domain.records import RefundTask
from gerai.store.conditions import query
from gerai.store.tables import REFUND_TASKS

#: What is owed stands on a partial index of exactly its rows.
_LISTED: Final = f"""
SELECT coalesce(o.number, ''), coalesce(p.public_id, d.public_id), coalesce(p.method, d.method),
       {REFUND_TASKS.select_list}
FROM (SELECT * FROM refund_tasks t WHERE t.merchant_id = %(merchant)s {{which}} LIMIT %(limit)s) t
LEFT JOIN orders o ON o.merchant_id = t.merchant_id AND o.order_id = t.order_id
LEFT JOIN payments p ON p.merchant_id = t.merchant_id AND p.payment_id = t.payment_id
LEFT JOIN deposits d ON d.merchant_id = t.merchant_id AND d.deposit_id = t.payment_id AND t.order_id IS NULL
ORDER BY t.task_id"""
OPEN: Final = _LISTED.format(which="AND t.ended_at IS NULL ORDER BY t.task_id")
ALL: Final = _LISTED.format(which="ORDER BY t.task_id DESC")
SENDING: Final = _LISTED.format(which="AND t.ended_at IS NULL AND t.status = 'sending' AND t.payment_id = %(payment)s")
OWED_OF: Final = _LISTED.format(which="AND t.ended_at IS NULL AND t.payment_id = %(payment)s")
ONE: Final = _LISTED.format(which="AND t.task_id = %(task)s")
THESE: Final = _LISTED.format(which="AND t.task_id = ANY(%(tasks)s)")


class ListedTask(NamedTuple):
    """A task with what names it to people; that of a top-up has no ``order_number``, and its code for ``payment``."""

    order_number: str
    payment: str
    method: str
    task: RefundTask


async def open_tasks(connection: AsyncConnection, merchant_id: int, limit: int) -> list[ListedTask]:
    """What is still owed, by whomever it is sent, what waits longest first."""
    return await _listed(connection, OPEN, merchant=merchant_id, limit=limit)


async def newest_tasks(connection: AsyncConnection, merchant_id: int, limit: int) -> list[ListedTask]:
    """The newest tasks, done and withdrawn ones too, oldest first."""
    return await _listed(connection, ALL, merchant=merchant_id, limit=limit)


async def sending_tasks(connection: AsyncConnection, merchant_id: int, payment_id: int) -> list[ListedTask]:
    """What the gateway of the payment, or of the deposit with this id, is to send."""
    return await _listed(connection, SENDING, merchant=merchant_id, payment=payment_id, limit=100)


async def owed_of(connection: AsyncConnection, merchant_id: int, payment_id: int) -> list[ListedTask]:
    """What is still to be sent of the payment, or of the deposit with this id."""
    return await _listed(connection, OWED_OF, merchant=merchant_id, payment=payment_id, limit=100)


async def task(connection: AsyncConnection, merchant_id: int, task_id: int) -> ListedTask | None:
    """The task with this id."""
    return next(iter(await _listed(connection, ONE, merchant=merchant_id, task=task_id, limit=1)), None)


async def by_ids(connection: AsyncConnection, merchant_id: int, task_ids: list[int]) -> list[ListedTask]:
    """Those of the tasks that exist, in the order of their ids."""
    return await _listed(connection, THESE, merchant=merchant_id, tasks=task_ids, limit=len(task_ids))


async def _listed(connection: AsyncConnection, text: str, **names: int | list[int]) -> list[ListedTask]:
    cursor = await connection.execute(query(text), names)
    return [
        ListedTask(number, payment, method, REFUND_TASKS.read(values))
        for number, payment, method, *values in await cursor.fetchall()
    ]
