"""Ask a provider to do an order's work, and record its result. Shared by the doors and the worker.

Three steps, as with every partner: the intent is in the database before the call (the placed order, or a counted
attempt), the call is made with no transaction open, the answer is recorded. An answer that did not come is unknown,
never failed; the same answer recorded twice meets a final order and changes nothing; another one than stands there
is kept beside it (``late.py``).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Any, Final

import structlog

from gerai.domain.records import Fulfilment, OrderView
from gerai.domain.refusals import NotFound, StateConflict
from gerai.engine.core import Engine
from gerai.engine.fulfilment.late import NoteLateResult
from gerai.engine.fulfilment.record import Recorded, RecordFulfilment
from gerai.ports.fulfilment import AnswerUnknown, FulfilmentProvider, ProviderUnreachable, WorkAnswer, WorkRequest

log = structlog.get_logger("gerai.fulfilment")

#: Pauses between questions inside one request, in seconds: from the first, doubled up to the last.
_FIRST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 2.0
#: Pauses between the worker's questions, likewise.
_FIRST_WAIT_S: Final = 5.0
_LONGEST_WAIT_S: Final = 900.0
#: A provider that certainly was never reached is given up after so many attempts (about ten minutes).
GIVE_UP_AFTER: Final = 8
UNREACHABLE: Final = "Penyedia layanan tidak dapat dihubungi."


class Silence(Enum):
    """Why there is no answer."""

    NOT_ARRIVED = "the request certainly did not arrive; asking anew is safe"
    LOST = "it may have been done; only inquiring is safe"


async def carry_out(engine: Engine, provider: FulfilmentProvider, view: OrderView, deadline_s: float) -> Recorded:
    """Ask for the first time, and keep asking until the deadline. For whoever placed the order, right afterwards.

    Returns the order as it stands then; still processing when nothing is certain yet (the job that was deferred with
    the order goes on, and the record notes that this was the answer). ``available_sen`` is None when somebody else
    was faster. No refusals.
    """
    request = work_request(view)
    loop = asyncio.get_running_loop()
    until, pause_s = loop.time() + deadline_s, _FIRST_PAUSE_S
    ask = provider.fulfil
    answer: WorkAnswer | Silence = Silence.NOT_ARRIVED
    while (left_s := until - loop.time()) > 0:
        answer = await _ask(ask, view, request, left_s)
        # After a lost answer the caller gets the open order, and the worker inquires.
        if answer is Silence.LOST or (isinstance(answer, WorkAnswer) and answer.outcome == "done"):
            break
        # Ordered anew only while it certainly never arrived.
        ask = provider.fulfil if answer is Silence.NOT_ARRIVED else provider.inquire
        await asyncio.sleep(max(0.0, min(pause_s, until - loop.time())))
        pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
    return await _record(engine, view, answer, again_after_s=None, answered=True)


async def follow_up(engine: Engine, provider: FulfilmentProvider, view: OrderView, timeout_s: float) -> Recorded:
    """Ask about an order whose answer is due: the worker's turn.

    A request that was made before is inquired about; one that never arrived is made (again). What stays open is asked
    again later, by a job deferred with the record; what could never be delivered fails and the money returns.
    """
    request = work_request(view)
    work = view.fulfilment
    if work is None or view.order.status != "processing":
        return Recorded(view, None)
    answer: WorkAnswer | Silence = Silence.NOT_ARRIVED
    if work.was_asked:
        answer = await _ask(provider.inquire, view, request, timeout_s)
    else:
        # Counted before it is made: after a crash in between, the next turn inquires instead of ordering twice.
        counted = await _submit(engine, view, RecordFulfilment(outcome="pending", **_names(view)))
        if counted.view.order.status != "processing":
            # It ended meanwhile, and its money may be back: now nobody may be asked any more.
            return counted
    if answer is Silence.NOT_ARRIVED:
        answer = await _ask(provider.fulfil, view, request, timeout_s)
    if answer is Silence.NOT_ARRIVED and work.attempts + 1 >= GIVE_UP_AFTER:
        answer = WorkAnswer("done", 0, _quantity(view), None, None, UNREACHABLE)
    return await _record(engine, view, answer, _wait_s(work))


async def inquire(engine: Engine, provider: FulfilmentProvider, view: OrderView, timeout_s: float) -> Recorded:
    """Somebody wants to know how the work of an order stands: a result is recorded, and nothing else follows.

    The provider is never asked to do the work: others may be asking that now, and it would be done twice.
    """
    work = view.fulfilment
    if work is None or not work.was_asked or view.order.status != "processing":
        return Recorded(view, None)
    answer = await _ask(provider.inquire, view, work_request(view), timeout_s)
    if isinstance(answer, Silence) or answer.outcome != "done":
        return Recorded(view, None)
    return await _record(engine, view, answer, again_after_s=None)


def work_of(
    service: str, items: list[Any], payload: dict[str, Any], settings: dict[str, Any], *, asked: bool
) -> dict[str, Any]:
    """What an order keeps of its work. ``asked``: whoever places the order calls the provider at once."""
    return {"service": service, "items": items, "payload": payload, "settings": settings, "asked": asked}


def work_request(view: OrderView) -> WorkRequest:
    """The order's work as the provider is asked; the request id is the order's, so it never changes."""
    work: dict[str, Any] = {} if view.fulfilment is None else view.fulfilment.request
    return WorkRequest(
        request_id=f"{view.order.merchant_id}-{view.order.order_id}",
        service=work.get("service", ""),
        items=work.get("items", []),
        payload=work.get("payload", {}),
        settings=work.get("settings", {}),
    )


async def _ask(
    ask: Callable[[WorkRequest], Awaitable[WorkAnswer]], view: OrderView, request: WorkRequest, timeout_s: float
) -> WorkAnswer | Silence:
    try:
        async with asyncio.timeout(timeout_s):
            answer = await ask(request)
    except ProviderUnreachable:
        return Silence.NOT_ARRIVED
    except (AnswerUnknown, TimeoutError):
        return Silence.LOST
    except Exception:
        # A provider's own failure says nothing about whether the work was done, and must not lose a held order.
        log.exception("fulfilment.provider_broken", order_id=view.order.order_id, provider=view.order.provider)
        return Silence.LOST
    if answer.outcome == "done" and (
        min(answer.succeeded, answer.failed) < 0 or answer.succeeded + answer.failed != _quantity(view)
    ):
        log.error(
            "fulfilment.wrong_count",
            order_id=view.order.order_id,
            provider=view.order.provider,
            counted=(answer.succeeded, answer.failed),
        )
        return Silence.LOST
    return answer


async def _record(
    engine: Engine,
    view: OrderView,
    answer: WorkAnswer | Silence,
    again_after_s: float | None,
    *,
    answered: bool = False,
) -> Recorded:
    if isinstance(answer, Silence) or answer.outcome == "pending":
        command = RecordFulfilment(
            outcome="unknown" if answer is Silence.LOST else "pending",
            reference="" if isinstance(answer, Silence) else answer.reference or "",
            again_after_s=again_after_s,
            answered=answered,
            **_names(view),
        )
    else:
        command = RecordFulfilment(
            outcome="done",
            succeeded=answer.succeeded,
            failed=answer.failed,
            reference=answer.reference or "",
            result=answer.result,
            error=answer.error or "",
            **_names(view),
        )
    return await _submit(engine, view, command)


async def _submit(engine: Engine, view: OrderView, command: RecordFulfilment) -> Recorded:
    try:
        return (await engine.submit(command)).answer
    except StateConflict:
        # Somebody else recorded the answer first, or a person finished the order: theirs stands.
        # That we gave up is no result of the provider's.
        if command.outcome == "done" and command.error != UNREACHABLE:
            return Recorded(await _note_late(engine, view, command), None)
        found = await engine.orders.by_id(view.order.merchant_id, view.order.order_id)
        if found is None:
            raise NotFound("order", view.order.public_id) from None
        return Recorded(found, None)


async def _note_late(engine: Engine, view: OrderView, late: RecordFulfilment) -> OrderView:
    noted = NoteLateResult(
        succeeded=late.succeeded,
        failed=late.failed,
        reference=late.reference,
        result=late.result,
        error=late.error,
        **_names(view),
    )
    found, differs = (await engine.submit(noted)).answer
    if differs:
        log.error(
            "fulfilment.late_result",
            order_id=view.order.order_id,
            provider=view.order.provider,
            order_status=found.order.status,
            counted=(late.succeeded, late.failed),
        )
    return found


def _names(view: OrderView) -> dict[str, Any]:
    order = view.order
    return {"merchant_id": order.merchant_id, "environment": order.environment, "order_id": order.order_id}


def _quantity(view: OrderView) -> int:
    return sum(line.quantity for line in view.lines)


def _wait_s(work: Fulfilment) -> float:
    return min(_FIRST_WAIT_S * 2.0 ** min(work.attempts, 10), _LONGEST_WAIT_S)
