"""The jobs about payments and deposits that gateways take."""

from __future__ import annotations

from typing import Any

from procrastinate import App, RetryStrategy

from gerai.engine.arrivals.target import target_named
from gerai.engine.core import Engine
from gerai.engine.gateways import follow
from gerai.engine.gateways.desk import GatewayDesk
from gerai.engine.gateways.give_back import give_back
from gerai.engine.payment_steps import END_AT_GATEWAY_TASK, FOLLOW_GATEWAY_TASK, GIVE_BACK_TASK


def gateway_tasks(queue: App, engine: Engine, desk: GatewayDesk, retry: RetryStrategy) -> tuple[Any, ...]:
    """Declare them, each to be called again by ``retry`` when it fails."""

    # The ids are an order's and its payment's, or a deposit's.
    @queue.task(name=FOLLOW_GATEWAY_TASK, retry=retry)
    async def follow_task(merchant_id: int, look: int | None = None, **ids: int) -> None:
        await follow.follow(engine, desk, merchant_id, target_named(ids), look)

    @queue.task(name=END_AT_GATEWAY_TASK, retry=retry)
    async def end_task(merchant_id: int, **ids: int) -> None:
        await follow.end(engine, desk, merchant_id, target_named(ids))

    # They name the job's lock; the task knows the rest.
    @queue.task(name=GIVE_BACK_TASK, retry=retry)
    async def give_back_task(merchant_id: int, task_id: int, look: int | None = None, **ids: int) -> None:
        await give_back(engine, desk, merchant_id, ids.get("order_id"), task_id, look)

    return follow_task, end_task, give_back_task
