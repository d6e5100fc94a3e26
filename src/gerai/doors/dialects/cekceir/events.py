"""Outgoing webhooks of this contract (section 9): the placement answer again, once per result, and its signature."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any, Final

import msgspec

from gerai.doors.dialects.cekceir.wire import STATUS, order_body
from gerai.engine.core import Engine
from gerai.engine.fulfilment import balances
from gerai.engine.webhooks.contract import Announcer, Draft, Dressed, Happened, Sending

ORDER_EVENT: Final = "dispatch.webhook.order"
_PLACED: Final = "order.placed"
#: The states that are a result. A closed order was announced when it was completed.
_RESULTS: Final = frozenset({"completed", "partial", "failed", "cancelled"})
_encode = msgspec.json.Encoder().encode


async def compose(engine: Engine, happened: Happened) -> list[Draft]:
    """One message for each result, and one while the order waits: who was answered the result already needs no word of
    the waiting."""
    status, view = str(happened.event.facts.get("status", "")), happened.view
    if happened.event.name == _PLACED:
        if view.order.status != status or STATUS.get(status) != "pending":
            return []
    elif happened.event.name != f"order.{status}" or status not in _RESULTS:
        return []
    order = msgspec.structs.replace(view.order, status=status)
    figures = await balances.of_orders(engine.reads, order.merchant_id, [order.order_id])
    body = order_body(msgspec.structs.replace(view, order=order), figures[order.order_id])
    return [Draft(ORDER_EVENT, msgspec.to_builtins(body))]


def dress(draft: Draft, sending: Sending) -> Dressed:
    """The flat order. Only its id and an amount are signed, as the contract's own verifiers compute it."""
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json, text/plain, */*",
        "X-Webhook-Event": draft.event,
        "X-Signature": hmac.new(sending.secret.encode(), signed_text(draft.data), hashlib.sha256).hexdigest(),
    }
    return Dressed(_encode(draft.data), headers)


def signed_text(order: dict[str, Any]) -> bytes:
    """``{"orderId":321,"amount":"1500"}``: the total while pending, nothing when failed or cancelled, else what was
    charged."""
    status = order["status"]
    amount = order["total_price"] if status == "pending" else order["charged_amount"]
    return _encode({"orderId": order["order_id"], "amount": "0" if status in ("failed", "cancelled") else str(amount)})


def secret_of(key: str) -> str:
    """The secret part of ``<short id>.<secret>``."""
    return key.partition(".")[2]


ANNOUNCER: Final = Announcer(events=(ORDER_EVENT,), compose=compose, dress=dress, key_secret=secret_of, of_one_key=True)
