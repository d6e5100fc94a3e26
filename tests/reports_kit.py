"""What tests of reports share: a shop that lives, and its sums worked out row by row, not by the store."""

from __future__ import annotations

import contextlib
import random
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from engine_kit import EPOCH, Shop
from gerai.domain.records import OrderView, Payment
from gerai.domain.refusals import Refusal
from gerai.engine.fulfilment.record import RecordFulfilment
from gerai.engine.merchants.open import set_test_clock
from gerai.engine.orders.cancel import CancelOrder
from gerai.engine.orders.expire import ExpireOrder
from gerai.engine.payments.record import RecordPayment
from gerai.engine.payments.refund import RefundPayment
from gerai.engine.payments.resolve_late import ResolveLate
from gerai.kit.clock import jakarta

DOORS = ("cekceir", "durianpay", "leuwongrr", "scalev")
CAME = ("completed", "late", "refunded")


class Life:
    """A sandbox shop, to which something happens at random with each step, over some days of its clock."""

    def __init__(self, shop: Shop, seed: int) -> None:
        self.shop, self.random = shop, random.Random(seed)
        self.now, self.orders = EPOCH, list[OrderView]()

    async def step(self) -> None:
        """One thing happens, or is refused."""
        self.now += timedelta(minutes=self.random.choice((1, 7, 40, 300)))
        await set_test_clock(self.shop.engine, self.shop.merchant_id, frozen_at=self.now)
        acts = (self.place, self.place, self.start, self.pay, self.pay, self.end, self.refund, self.late, self.work)
        with contextlib.suppress(Refusal):
            await self.random.choice(acts if self.orders else (self.place,))()

    async def place(self) -> None:
        """An order of any door, paid in any way."""
        funding = self.random.choice(("invoice", "invoice", "wallet", "hold", "free"))
        quantity, unit_sen = self.random.randint(1, 3), self.random.randint(1, 20) * 1_000_00
        total_sen = quantity * unit_sen
        item = self.random.randint(0, 2)
        line = self.shop.line(total_sen, quantity)
        named = type(line)("goods", item, f"Thing {item}" if item else self.random.choice("AB"), *_rest(line))
        provider = {} if self.random.random() < 0.5 else {"provider": "simulator", "work": {"items": ["a"]}}
        placed = await self.shop.place(
            funding, total_sen, channel=self.random.choice(DOORS), lines=(named,),
            expires_at=self.now + timedelta(hours=5) if funding == "invoice" else None, **provider,
        )  # fmt: skip
        self.orders.append(placed.view)

    async def start(self) -> None:
        """A payment begins, of which its method keeps some."""
        fee_sen = self.random.choice((0, 100_00))
        await self.shop.start_payment(self._any(), merchant_fee_sen=fee_sen)

    async def pay(self) -> None:
        """Money comes for a payment, in time or late, or by hand; or none comes."""
        view = await self._now(self._any())
        chosen = {"payment_id": self.random.choice(view.payments).payment_id} if view.payments else {}
        outcome = self.random.choice(("paid", "paid", "expired"))
        await self.shop.do(RecordPayment, view, outcome=outcome, **(chosen or {"method": "manual"}))

    async def end(self) -> None:
        """It is cancelled, or its time is over."""
        await self.shop.do(self.random.choice((CancelOrder, ExpireOrder)), self._any())

    async def refund(self) -> None:
        """Some of it goes back, or all."""
        if found := await self._with_payment("completed"):
            view, payment = found
            amount_sen = self.random.choice((1_000_00, payment.amount_sen - payment.refunded_sen))
            await self.shop.do(RefundPayment, view, payment_id=payment.payment_id, amount_sen=amount_sen)

    async def late(self) -> None:
        """A person decides about late money."""
        if found := await self._with_payment("late"):
            decision = self.random.choice(("accept", "refund"))
            await self.shop.do(ResolveLate, found[0], payment_id=found[1].payment_id, decision=decision)

    async def work(self) -> None:
        """Its provider is done: all of it, some or nothing."""
        view = self._any()
        items = sum(line.quantity for line in view.lines)
        good = self.random.randint(0, items)
        await self.shop.do(RecordFulfilment, view, outcome="done", succeeded=good, failed=items - good, result={})

    async def _with_payment(self, status: str) -> tuple[OrderView, Payment] | None:
        """An order, any of them, with a payment that stands so."""
        for one in self.random.sample(self.orders, len(self.orders)):
            view = await self._now(one)
            if payment := next((payment for payment in view.payments if payment.status == status), None):
                return view, payment
        return None

    def _any(self) -> OrderView:
        return self.random.choice(self.orders[-12:])

    async def _now(self, view: OrderView) -> OrderView:
        found = await self.shop.engine.orders.by_id(self.shop.merchant_id, view.order.order_id)
        assert found is not None
        return found


def _rest(line: Any) -> tuple[Any, ...]:
    return line.quantity, line.unit_price_sen, line.total_sen, line.stock_id


async def kept(shop: Shop) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """The sums as they are kept: of hours and of items, by what they are of."""
    hours = await shop.rows(
        "SELECT environment, channel, hour, method, orders, paid, cancelled, failed, sales_sen, refunds_sen, fees_sen, "
        "pay_s, pay_count, fulfil_s, fulfil_count FROM report_hours WHERE merchant_id = %s"
    )
    items = await shop.rows(
        "SELECT environment, channel, day, item_kind, item_id, name, quantity, sales_sen FROM report_items "
        "WHERE merchant_id = %s"
    )
    return {row[:4]: row[4:] for row in hours}, {row[:6]: row[6:] for row in items}


async def worked_out(shop: Shop) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """The same from the orders and what hangs on them."""
    hours: defaultdict[Any, list[int]] = defaultdict(lambda: [0] * 11)
    items: defaultdict[Any, list[int]] = defaultdict(lambda: [0] * 2)
    around = {name: await _by_order(shop, name) for name in ("invoices", "fulfilments", "shipments")}
    payments, lines = await _lists(shop, "payments"), await _lists(shop, "order_lines")
    for order_id, order in (await _by_order(shop, "orders")).items():
        invoice, work, parcel = (around[name].get(order_id) for name in ("invoices", "fulfilments", "shipments"))
        paid = order["charged_sen"] > 0 or (invoice is not None and invoice["status"] in ("paid", "refunded"))
        method = "" if not paid else "wallet" if order["funding"] in ("wallet", "hold") else invoice["method"]  # type: ignore[index]
        at = order["created_at"]
        sums = hours[order["environment"], order["channel"], at.replace(minute=0, second=0, microsecond=0), method]
        sums[0] += 1
        sums[1] += paid
        sums[2] += order["status"] in ("cancelled", "expired")
        sums[3] += order["status"] in ("failed", "returned")
        sums[4] += order["charged_sen"]
        sums[5] += 0 if order["funding"] == "hold" else order["refunded_sen"]
        sums[6] += sum(p["merchant_fee_sen"] for p in payments[order_id] if p["status"] in CAME)
        by_invoice = order["funding"] == "invoice" and (invoice is None or invoice["method"] != "cod")
        _time(sums, 7, paid and by_invoice, at, invoice and invoice["paid_at"])
        done = (parcel and parcel["shipped_at"]) or (
            work["updated_at"] if work and work["status"] in ("succeeded", "partial") else None
        )
        paid_at = invoice and invoice["paid_at"]
        _time(sums, 9, paid, paid_at if paid_at and done and paid_at <= done else at, done)
        for line in lines[order_id] if paid else ():
            held = order["funding"] == "hold"
            day = jakarta(at).date()
            of = order["environment"], order["channel"], day, line["item_kind"], line["item_id"], line["name"]
            items[of][0] += work["succeeded"] if held and work else line["quantity"]
            items[of][1] += order["charged_sen"] if held else line["total_sen"]
    return {key: tuple(sums) for key, sums in hours.items()}, {key: tuple(sums) for key, sums in items.items()}


def _time(sums: list[int], place: int, counts: bool, since: datetime, until: datetime | None) -> None:
    if counts and until is not None:
        sums[place] += max(int((until - since).total_seconds()), 0)
        sums[place + 1] += 1


async def _table(shop: Shop, name: str) -> list[dict[str, Any]]:
    rows = await shop.rows(f"SELECT to_jsonb(t), {_times(name)} FROM {name} t WHERE merchant_id = %s")
    return [row[0] | dict(zip(TIMES[name], row[1:], strict=True)) for row in rows]


TIMES = {
    "orders": ("created_at",), "invoices": ("paid_at",), "fulfilments": ("updated_at",), "shipments": ("shipped_at",),
    "payments": ("created_at",), "order_lines": ("line_no",),
}  # fmt: skip


def _times(name: str) -> str:
    return ", ".join(TIMES[name])


async def _by_order(shop: Shop, name: str) -> dict[int, dict[str, Any]]:
    return {row["order_id"]: row for row in await _table(shop, name)}


async def _lists(shop: Shop, name: str) -> defaultdict[int, list[dict[str, Any]]]:
    found: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in await _table(shop, name):
        found[row["order_id"]].append(row)
    return found
