"""Deliveries on their way: what is due, who sends it, and what became of an attempt.

Nothing here is a command of the batch: a delivery changes nothing an order depends on, and one that waits for a slow
receiver must not stand in the way of one that is placed. A lease keeps two workers from sending the same at once; when
one dies in between, the message is sent again (at least once), under the same id.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import msgspec

from gerai.domain.states import DELIVERY
from gerai.domain.webhooks import GONE, Delivery, Endpoint, SentAttempt
from gerai.engine.core import Engine
from gerai.engine.webhooks.contract import WebhookContract
from gerai.store import directory, webhook_deliveries, webhook_endpoints

#: So many attempts in a row without an answer, and an address is left alone for a while, doubling up to this long.
_SILENT_ALLOWED: Final = 5
_LONGEST_PAUSE_S: Final = 300
_GONE: Final = 410
#: Refusals that may pass: time-out, conflict, too early, too many requests. Any other 4xx will be the same next time.
_PASSING: Final = frozenset({408, 409, 425, 429})
_SHOWN_OF_ANSWER: Final = 500
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


class Due(NamedTuple):
    """A delivery somebody may take."""

    merchant_id: int
    delivery_id: int
    endpoint_id: int


class Claimed(NamedTuple):
    """A delivery that is ours until the lease ends, and where it goes."""

    delivery: Delivery
    endpoint: Endpoint


#: The reason of an attempt that was never made, for want of the key.
SECRET_CLOSED: Final = "secret cannot be opened"  # noqa: S105 - no secret


class AttemptResult(msgspec.Struct, frozen=True):
    """The result of one attempt. ``status_code`` None: no response, and ``error`` says why in a few words."""

    at: datetime
    took_ms: int
    status_code: int | None = None
    error: str = ""
    answer: bytes = b""


async def due(engine: Engine, of_each: int, limit: int, without: Collection[int] = ()) -> list[Due]:
    """What may be sent now: of each order at each endpoint the first message, and those that need not wait for it;
    ``of_each`` of an endpoint at most, and nothing to those ``without``. Merchants take turns, and so do the endpoints
    of one."""
    async with engine.connection() as connection:
        return [Due(*row) for row in await webhook_deliveries.due(connection, of_each, limit, list(without))]


async def claim(engine: Engine, wanted: Due, lease_s: float) -> Claimed | None:
    """Take it; None when somebody else has, or its endpoint is gone."""
    async with engine.connection() as connection:
        delivery = await webhook_deliveries.claim(connection, wanted.merchant_id, wanted.delivery_id, lease_s)
        endpoint = await webhook_endpoints.endpoint(connection, wanted.merchant_id, wanted.endpoint_id)
    return None if delivery is None or endpoint is None else Claimed(delivery, endpoint)


async def record_attempt(
    engine: Engine, contract: WebhookContract, claimed: Claimed, result: AttemptResult
) -> Delivery:
    """Write the attempt into the log and decide what comes next: done, again by the contract's schedule, or given up.

    The order's later messages wait until the first retry of this one, and while it is young; a plain 4xx lets them go
    at once, one after another. 410 switches the endpoint off. Returns the delivery as it stands now.
    """
    delivery, endpoint = claimed
    now = engine.now(delivery.merchant_id, delivery.environment)
    done = _after(contract, delivery, result, now)
    attempt = SentAttempt(
        merchant_id=delivery.merchant_id,
        delivery_id=delivery.delivery_id,
        number=done.attempts,
        at=result.at,
        took_ms=result.took_ms,
        status_code=result.status_code,
        error=result.error,
        # A stranger's bytes, shown at terminals later: no control characters, and not much of them.
        answer=_CONTROL.sub(" ", result.answer.decode("utf-8", "replace"))[:_SHOWN_OF_ANSWER],
    )
    async with engine.connection() as connection, connection.transaction():
        await webhook_deliveries.add_attempt(connection, attempt)
        await webhook_deliveries.after_attempt(connection, done, _next_in_line_at(done, now))
        # Any status, a refusal too, proves that somebody is there: only silence pauses an endpoint.
        if result.status_code is None:
            await webhook_endpoints.note_silent(
                connection, endpoint.merchant_id, endpoint.endpoint_id, _SILENT_ALLOWED, _LONGEST_PAUSE_S
            )
        else:
            await webhook_endpoints.note_answered(connection, endpoint.merchant_id, endpoint.endpoint_id)
        if result.status_code == _GONE:
            await webhook_endpoints.set_endpoint_status(
                connection, endpoint.merchant_id, endpoint.endpoint_id, "disabled", GONE, now
            )
            await webhook_deliveries.drop_pending(connection, endpoint.merchant_id, endpoint.endpoint_id, now)
            await directory.changed(connection, endpoint.merchant_id)
    return done


def _next_in_line_at(done: Delivery, now: datetime) -> datetime:
    """When the order's next message may go, as far as this one is concerned."""
    if done.status != "pending" or not done.holds_back:
        return now
    if done.tries == 1:
        return done.next_attempt_at
    # Whichever comes first: its own retry, or the end of the time in which it may hold others back.
    return min(done.next_attempt_at, max(now, done.due_since + webhook_deliveries.HOLDS_BACK_FOR))


def _after(contract: WebhookContract, delivery: Delivery, result: AttemptResult, now: datetime) -> Delivery:
    tries = delivery.tries + 1
    refused = result.status_code is not None and 400 <= result.status_code < 500 and result.status_code not in _PASSING
    counted = msgspec.structs.replace(
        delivery, attempts=delivery.attempts + 1, tries=tries, holds_back=delivery.holds_back and not refused
    )
    if result.status_code is not None and contract.acknowledged(result.status_code):
        verb = "acknowledge"
    elif result.status_code == _GONE or tries >= len(contract.schedule_s):
        verb = "give_up"
    else:
        wait = timedelta(seconds=contract.schedule_s[tries])
        return msgspec.structs.replace(counted, next_attempt_at=now + wait)
    return msgspec.structs.replace(counted, status=DELIVERY.move(delivery.status, verb), finished_at=now)
