"""What the worker does about deposits: those whose time is over expire, and sandbox ones may be paid by themselves."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from app_kit import no_gateways
from engine_kit import EPOCH, Shop, open_shop
from gerai.domain.records import Deposit
from gerai.engine.core import Engine
from gerai.engine.deposits.cancel import CancelDeposit
from gerai.engine.merchants.open import set_test_clock
from gerai.settings import Settings
from gerai.store.due import due_deposits
from gerai.worker.main import Worker
from gerai.worker.sweep import sweep


@dataclass
class NoPartners:
    """Nobody fulfils anything here."""

    fulfilment: dict[str, Any] = field(default_factory=dict[str, Any])


@pytest_asyncio.fixture(scope="module")
async def own_engine(own_dsn: str) -> AsyncGenerator[Engine]:
    """An engine on it."""
    async with Engine(own_dsn, reads_pool_size=2).running() as engine:
        yield engine


async def state(shop: Shop, deposit: Deposit) -> str:
    """The deposit's state now."""
    found = await shop.engine.deposits.by_id(shop.merchant_id, deposit.deposit_id)
    assert found is not None
    return found.status


async def test_a_deposit_expires_by_its_merchants_test_clock(own_engine: Engine) -> None:
    """Only when its own sandbox clock has reached its time, and not one that was given up or has no time."""
    shop = await open_shop(own_engine, environment="sandbox")
    other = await open_shop(own_engine, environment="sandbox")
    for each in (shop, other):
        await set_test_clock(own_engine, each.merchant_id, frozen_at=EPOCH)
    until = EPOCH + timedelta(minutes=15)
    deposit, given_up = await shop.start_deposit(expires_at=until), await shop.start_deposit(expires_at=until)
    endless, elsewhere = await shop.start_deposit(), await other.start_deposit(expires_at=until)
    await shop.with_deposit(CancelDeposit, given_up)
    await set_test_clock(own_engine, shop.merchant_id, frozen_at=until - timedelta(seconds=1))
    assert await sweep(own_engine) == 0
    await set_test_clock(own_engine, shop.merchant_id, frozen_at=until)
    async with own_engine.connection() as connection:
        assert await due_deposits(connection, 10) == [(shop.merchant_id, "sandbox", deposit.deposit_id)]
    assert await sweep(own_engine) == 1
    assert [await state(shop, each) for each in (deposit, given_up, endless)] == ["expired", "cancelled", "pending"]
    assert await state(other, elsewhere) == "pending"
    assert [name for name, _ in await shop.deposit_events(deposit)] == ["deposit.started", "deposit.expired"]
    assert await sweep(own_engine) == 0


@pytest.mark.parametrize(
    ("outcome", "status", "money_sen"), [("paid", "succeeded", 50_000_00), ("failed", "failed", 0)]
)
async def test_a_sandbox_deposit_may_settle_itself(
    own_dsn: str, own_engine: Engine, outcome: str, status: str, money_sen: int
) -> None:
    """The job that plays the payer was deferred with the deposit; the worker runs it, and a second run changes nothing.
    One that was given up meanwhile is left alone."""
    shop = await open_shop(own_engine, environment="sandbox")
    worker = Worker(own_engine, NoPartners(), no_gateways(own_engine), Settings(), {})
    given_up = await shop.start_deposit(settle_after_s=0, settle_outcome=outcome)
    await shop.with_deposit(CancelDeposit, given_up)
    deposit = await shop.start_deposit(settle_after_s=0, settle_outcome=outcome)
    later = await shop.start_deposit(settle_after_s=3600, settle_outcome=outcome)
    for _ in range(2):
        await worker.run_once()
        assert await state(shop, deposit) == status
        assert (await shop.wallet()).available_sen == money_sen
    assert await state(shop, later) == "pending"
    assert await state(shop, given_up) == "cancelled"
