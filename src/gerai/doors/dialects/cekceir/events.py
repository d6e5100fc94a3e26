"""Outgoing webhooks of this contract (section 9): the placement answer again, once per result, and its signature."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any, Final

import msgspec

from gerai.domain.records import OrderView
from gerai.doors.dialects.cekceir.wire import order_body
from gerai.engine.core import Engine
from gerai.engine.fulfilment import balances
from gerai.engine.webhooks.contract import DeliveryAttempt, Occurrence, SignedRequest, WebhookContract, WebhookMessage

ORDER_EVENT: Final = "dispatch.webhook.order"
_PENDING: Final = "processing"
#: The states that are a result. A closed order was announced when it was completed.
_RESULTS: Final = frozenset({"completed", "partial", "failed", "cancelled"})
_encode = msgspec.json.Encoder().encode


async def compose(engine: Engine, occurrence: Occurrence) -> list[WebhookMessage]:
    """One message for each result, and one while the order waits, if the caller got the answer that it does."""
    status, view = str(occurrence.event.facts.get("status", "")), occurrence.view
    if _answered_pending(occurrence):
        status = _PENDING
        if view.order.status != status:
            return []
    elif occurrence.event.name != f"order.{status}" or status not in _RESULTS:
        return []
    before = await balances.before_orders(engine, view.order.merchant_id, [view.order.order_id])
    body = order_body(_then(occurrence, status), before[view.order.order_id])
    return [WebhookMessage(ORDER_EVENT, msgspec.to_builtins(body))]


def _then(occurrence: Occurrence, status: str) -> OrderView:
    """The order right after the event; work that is done does not change any more, work that waits has no result."""
    view, standing = occurrence.view, occurrence.standing
    order = msgspec.structs.replace(
        view.order, status=status, charged_sen=standing.charged_sen, refunded_sen=standing.refunded_sen
    )
    work = view.fulfilment
    if work is not None and status == _PENDING:
        work = msgspec.structs.replace(work, reference=occurrence.facts.get("reference", ""))
    return msgspec.structs.replace(view, order=order, fulfilment=work)


def _answered_pending(occurrence: Occurrence) -> bool:
    """Whether the request that placed the order ended 201 with this event.

    Work that people do is answered when the order is placed. An automatic provider is asked inside the request for
    seconds, while the placed order can be seen already: there only the record at the end of the request says so.
    """
    event, work = occurrence.event, occurrence.view.fulfilment
    if event.name == "order.placed":
        return work is not None and not work.request.get("asked")
    return event.name in ("fulfilment.pending", "fulfilment.unknown") and event.facts.get("answered") is True


def sign(message: WebhookMessage, attempt: DeliveryAttempt) -> SignedRequest:
    """The flat order. Only its id and an amount are signed, as the contract's own verifiers compute it."""
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json, text/plain, */*",
        "X-Webhook-Event": message.event,
        "X-Signature": hmac.new(attempt.secret.encode(), signed_text(message.data), hashlib.sha256).hexdigest(),
    }
    return SignedRequest(_encode(message.data), headers)


def signed_text(order: dict[str, Any]) -> bytes:
    """``{"orderId":321,"amount":"1500"}``: the total while pending, nothing when failed or cancelled, else what was
    charged."""
    status = order["status"]
    amount = order["total_price"] if status == "pending" else order["charged_amount"]
    return _encode({"orderId": order["order_id"], "amount": "0" if status in ("failed", "cancelled") else str(amount)})


def secret_of(key: str) -> str:
    """The secret part of ``<short id>.<secret>``."""
    return key.partition(".")[2]


WEBHOOKS: Final = WebhookContract(
    events=(ORDER_EVENT,), compose=compose, sign=sign, key_secret=secret_of, of_one_key=True
)
