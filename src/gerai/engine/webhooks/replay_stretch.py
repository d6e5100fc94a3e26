"""Send again what happened in a stretch of time: a piece with the act, the rest piece by piece by the worker."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import msgspec
import structlog

from gerai.domain.filters import DeliveryFilter
from gerai.domain.refusals import NotFound, StateConflict
from gerai.engine.core import Engine
from gerai.engine.merchants.open import changing, note
from gerai.engine.webhooks.history import require_active
from gerai.store import webhook_log
from gerai.store.connection import Connection

log = structlog.get_logger("gerai.webhooks")
REPLAY_TASK: Final = "gerai.replay"
_QUEUE: Final = "webhooks"


class Stretch(msgspec.Struct, frozen=True):
    """What is to be sent again: of one endpoint, from ``begin`` until before ``end``. ``after``: the last delivery that
    was looked at, by when it happened and its id."""

    merchant_id: int
    endpoint_id: int
    begin: datetime
    end: datetime
    undelivered: bool
    after: tuple[datetime, int] | None = None

    @property
    def arguments(self) -> dict[str, Any]:
        """As the queue keeps it."""
        return msgspec.to_builtins(self)


class Replayed(msgspec.Struct, frozen=True):
    """The ids of the deliveries that are sent again, ascending; ``follows``: a worker looks through the rest."""

    delivery_ids: list[int]
    follows: bool


async def replay_range(engine: Engine, stretch: Stretch, environment: str = "") -> Replayed:
    """Send again what happened in a stretch of time, in each order's own sequence, the oldest first: what is looked
    through at once now, the rest by the worker. NotFound for an endpoint that never was, or is not of the
    ``environment``, StateConflict for one that is not active."""
    async with changing(engine, stretch.merchant_id) as connection:
        await require_active(connection, stretch.merchant_id, stretch.endpoint_id, environment)
        replayed = await _piece(engine, connection, stretch)
        facts = {"begin": stretch.begin.isoformat(), "end": stretch.end.isoformat(), "undelivered": stretch.undelivered}
        note(stretch.endpoint_id, **facts)
    return replayed


async def replay_further(engine: Engine, stretch: Stretch) -> Replayed:
    """The next piece, in one transaction with the job of the one after it. Nothing when the endpoint was switched off
    or removed meanwhile. Done twice, receivers see some message ids once more."""
    async with engine.connection() as connection, connection.transaction():
        try:
            await require_active(connection, stretch.merchant_id, stretch.endpoint_id)
        except (NotFound, StateConflict) as ended:
            log.warning("webhooks.replay_ended", endpoint_id=stretch.endpoint_id, error=str(ended))
            return Replayed([], follows=False)
        return await _piece(engine, connection, stretch)


async def _piece(engine: Engine, connection: Connection, stretch: Stretch) -> Replayed:
    wanted = DeliveryFilter(
        endpoint_id=stretch.endpoint_id, happened_from=stretch.begin, happened_until=stretch.end,
        undelivered=stretch.undelivered,
    )  # fmt: skip
    at_once = webhook_log.REPLAYED_AT_ONCE
    found = await webhook_log.finished(connection, stretch.merchant_id, wanted, stretch.after, at_once)
    if not found:
        return Replayed([], follows=False)
    last, ids = found[-1], [one.delivery_id for one in found]
    now = engine.now(stretch.merchant_id, last.environment)
    replayed = await webhook_log.replay(connection, stretch.merchant_id, ids, now)
    if follows := len(found) == at_once:
        rest = msgspec.structs.replace(stretch, after=(last.happened_at, last.delivery_id))
        lock = f"replay:{stretch.merchant_id}:{stretch.endpoint_id}"
        await webhook_log.defer(connection, _QUEUE, REPLAY_TASK, lock, rest.arguments)
    return Replayed(replayed, follows)
