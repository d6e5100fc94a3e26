"""The jobs that give orders their licence codes."""

from __future__ import annotations

from typing import Any

from procrastinate import App, RetryStrategy

from gerai.engine.core import Engine
from gerai.engine.digital.expect import expect_codes
from gerai.engine.digital.hand_out import hand_out, hand_out_waiting
from gerai.engine.orders.handing_out import EXPECT_TASK, HAND_OUT_TASK, HAND_OUT_WAITING_TASK


def code_tasks(queue: App, engine: Engine, retry: RetryStrategy) -> tuple[Any, ...]:
    """Declare them, each to be called again by ``retry`` when it fails."""

    @queue.task(name=HAND_OUT_TASK, retry=retry)
    async def hand_out_task(merchant_id: int, order_id: int) -> None:
        await hand_out(engine, merchant_id, order_id)

    @queue.task(name=HAND_OUT_WAITING_TASK, retry=retry)
    async def waiting_task(merchant_id: int, environment: str) -> None:
        await hand_out_waiting(engine, merchant_id, environment)

    @queue.task(name=EXPECT_TASK, retry=retry)
    async def expect_task(merchant_id: int, environment: str, variant_id: int) -> None:
        await expect_codes(engine, merchant_id, environment, variant_id)

    return hand_out_task, waiting_task, expect_task
