"""Acts of money of the desk, done by whoever is at this terminal."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from gerai.cli.at_desk import do_here
from gerai.cli.on_engine import name_earlier
from gerai.cli.terminal import fail
from gerai.domain.records import Environment, RefundTask
from gerai.domain.refusals import IdempotencyKeyReused
from gerai.engine.acting import UNSAID
from gerai.engine.core import Engine
from gerai.engine.desk.registry import Done, acts
from gerai.engine.merchants.open import ENVIRONMENTS
from gerai.engine.references import money_under
from gerai.settings import Settings


async def money_act(
    engine: Engine, settings: Settings, merchant_id: int, environment: str, name: str, reason: str, **given: Any
) -> Done:
    """Perform an act of the desk with this input. Refuses what the act refuses."""
    here: Environment = next(one for one in ENVIRONMENTS if one == environment)
    wanted, why = acts()[name].input(**given), reason.strip() or UNSAID
    return await do_here(engine, settings, merchant_id, here, name, wanted, why)


@asynccontextmanager
async def booked_once(
    engine: Engine, merchant_id: int, environment: str, reference: str, what: str
) -> AsyncGenerator[None]:
    """In this block money that arrived is booked for ``what`` under the bank's reference. Leaves when it was booked for
    something else, and names that."""
    try:
        yield
    except IdempotencyKeyReused:
        await name_earlier(engine, merchant_id, environment, reference, money_under(reference, what))


async def sent_back_by(engine: Engine, merchant_id: int, done: Done) -> RefundTask | None:
    """The refund by which what has just gone back is sent; None: nobody sends it. Leaves where that is not known."""
    if "sent_by" not in done.details:
        fail("it is done; who sends it could not be read now, look before you send it: gerai payments refunds list")
    number = done.details.get("refund")
    listed = None if number is None else await engine.payments.refund(merchant_id, number)
    return None if listed is None else listed.task
