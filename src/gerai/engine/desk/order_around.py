"""What is read beside an order for whoever looks at it whole: its events, its money's way, its messages."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from gerai.domain.records import Account, OrderView, Payment, Transfer
from gerai.domain.webhooks import Delivery
from gerai.engine.desk.house import OrderFacts, Within
from gerai.engine.desk.order_parts import (
    BoughtFileShown,
    DigitalShown,
    EventShown,
    HandedCode,
    LedgerEntry,
    OrderWebhook,
    ParcelMove,
    ParcelShown,
    PaymentShown,
    RefundShown,
)
from gerai.engine.digital.bought import Bought, bought
from gerai.engine.gateways.follow import faults_of
from gerai.engine.orders.find import EventEntry
from gerai.engine.standing import AFTER
from gerai.store import events as event_rows
from gerai.store import refund_tasks, wallets, webhook_log
from gerai.store.refund_tasks import ListedTask

#: An order has a few messages for each endpoint.
_DELIVERIES: Final = 200
_PARCEL: Final = "shipment."


class Around(NamedTuple):
    """What belongs to an order, as it is shown."""

    payments: tuple[PaymentShown, ...]
    parcel: ParcelShown | None
    refunds: tuple[RefundShown, ...]
    ledger: tuple[LedgerEntry, ...]
    deliveries: tuple[OrderWebhook, ...]
    events: tuple[EventShown, ...]
    digital: DigitalShown | None


async def around(within: Within, view: OrderView, known: OrderFacts) -> Around:
    """Read and put together, as far as whoever looks may see it. ``known``: by its door."""
    merchant_id, order_id = view.order.merchant_id, view.order.order_id
    faults = await faults_of(within.engine, view)
    handed = await bought(within.engine, view)
    async with within.engine.connection() as connection:
        rows = await event_rows.of_orders(connection, merchant_id, [order_id])
        happened = [EventEntry(*row) for row in rows]
        tasks = await refund_tasks.by_ids(connection, merchant_id, _tasks_named(happened))
        transfers = await wallets.transfers_of_order(connection, merchant_id, order_id)
        named = sorted({t.debit_account_id for t in transfers} | {t.credit_account_id for t in transfers})
        accounts = await wallets.accounts(connection, merchant_id, named)
        sent = await webhook_log.of_order(connection, merchant_id, order_id, _DELIVERIES)
    return Around(
        payments=_payments(view, faults),
        parcel=_parcel(view, known, happened),
        refunds=tuple(_refund(task, within.may) for task in tasks if task.task.order_id == order_id),
        ledger=_ledger(transfers, accounts),
        deliveries=tuple(_delivery(url, delivery, within.may) for url, delivery in reversed(sent)),
        events=tuple(map(_event, happened)),
        digital=_digital(handed),
    )


def _digital(found: Bought) -> DigitalShown | None:
    if not (found.files or found.delivery):
        return None
    return DigitalShown(
        "" if found.delivery is None else found.delivery.status,
        tuple(
            BoughtFileShown(one.file.file_id, one.file.name, one.downloads, one.file.most_downloads)
            for one in found.files
        ),
        tuple(
            HandedCode(code.code_id, name, code.unit_no or 0, code.given_at)
            for name, code in found.codes
            if code.given_at is not None
        ),
    )


def _tasks_named(happened: list[EventEntry]) -> list[int]:
    """The refunds that the order's events name: each is made together with one."""
    return sorted({event.facts["task"] for event in happened if isinstance(event.facts.get("task"), int)})


def _payments(view: OrderView, faults: dict[int, str]) -> tuple[PaymentShown, ...]:
    return tuple(_payment(payment, faults.get(payment.payment_id, "")) for payment in view.payments)


def _payment(payment: Payment, fault: str) -> PaymentShown:
    return PaymentShown(
        id=payment.payment_id,
        public_id=payment.public_id,
        method=payment.method,
        channel=payment.channel_code,
        status=payment.status,
        amount_sen=payment.amount_sen,
        asked_sen=payment.asked_instead_sen or payment.asked_sen,
        fee_sen=payment.fee_sen,
        own_fee_sen=payment.merchant_fee_sen,
        refunded_sen=payment.refunded_sen,
        reference=payment.reference,
        fault=fault,
        created_at=payment.created_at,
        expires_at=payment.expires_at,
        completed_at=payment.completed_at,
    )


def _parcel(view: OrderView, known: OrderFacts, happened: list[EventEntry]) -> ParcelShown | None:
    parcel = view.shipment
    if parcel is None:
        return None
    steps = [_step(event) for event in happened if event.name.startswith(_PARCEL)]
    return ParcelShown(
        parcel.status, parcel.courier, parcel.service, known.courier, parcel.aggregator, parcel.receipt,
        parcel.warehouse_id, parcel.weight_g, parcel.cost_sen, parcel.shipped_at, parcel.delivered_at,
        tuple(sorted(steps, key=lambda step: step.at)),
    )  # fmt: skip


def _step(event: EventEntry) -> ParcelMove:
    facts = event.facts
    told_at = facts.get("happened_at")
    at = datetime.fromisoformat(told_at) if told_at else event.at
    status = facts.get("status") or event.name.removeprefix(_PARCEL)
    return ParcelMove(at, status, facts.get("words", ""), facts.get("description", ""), facts.get("source", ""))


def _refund(listed: ListedTask, may: frozenset[str]) -> RefundShown:
    task = listed.task
    destination = task.destination if "money:read" in may else {}
    return RefundShown(
        task.task_id, listed.payment, task.status, task.amount_sen, task.reason, destination, task.reference,
        task.fault, task.created_at, task.ended_at,
    )  # fmt: skip


def _ledger(transfers: list[Transfer], accounts: list[Account]) -> tuple[LedgerEntry, ...]:
    names = {account.account_id: _name(account) for account in accounts}
    return tuple(
        LedgerEntry(
            t.transfer_id, t.created_at, t.phase, names[t.debit_account_id], names[t.credit_account_id], t.amount_sen,
            t.reason, t.note,
        )
        for t in transfers
    )  # fmt: skip


def _name(account: Account) -> str:
    return account.kind if account.member_id is None else f"{account.kind} {account.member_id}"


def _delivery(url: str, sent: Delivery, may: frozenset[str]) -> OrderWebhook:
    # What stands behind the host is often as good as a password.
    if "webhooks:manage" not in may:
        url = urlsplit(url).hostname or ""
    return OrderWebhook(
        sent.delivery_id, sent.endpoint_id, url, sent.event, sent.status, sent.attempts, sent.happened_at,
        sent.finished_at,
    )  # fmt: skip


def _event(event: EventEntry) -> EventShown:
    """How the order stood then is for announcements; here each event says what it changed."""
    facts: dict[str, Any] = {
        name: value for name, value in event.facts.items() if name not in (AFTER, "by") and value not in ("", None)
    }
    return EventShown(event.event_id, event.at, event.name, str(event.facts.get("by") or ""), facts)
