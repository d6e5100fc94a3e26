"""A stand-in for Durianpay, on this machine: orders, charges, refunds and webhooks as its contract has them."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import itertools
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gerai.domain.money import decimal_string, parse_rupiah
from gerai.testing.gateways.durianpay.records import (
    DurianpayFakeOrder,
    DurianpayFakePayment,
    DurianpaySwitches,
    data,
    order_shape,
    payment_shape,
    refusal,
    started,
    webhook,
)

#: Minutes before the next attempt, after each that was not acknowledged.
_RETRIES_MIN: Final = (2, 5, 10, 90, 210)
_OK: Final = 200
_Endpoint = Callable[[Request], Awaitable[Response]]


class DurianpayFake:
    """``app`` serves the contract for one API key. ``POST /_buyer/{reference}/pay`` (``amount``; ``payment``: which
    one) pays, ``POST /_seller/{reference}/refund`` gives back at the dashboard, ``POST /_switch`` sets
    :class:`DurianpaySwitches`. ``asked``: each request of the contract, method and path."""

    def __init__(self, key: str = "kunci-palsu", notice_url: str = "") -> None:
        self.key = key
        self.switches = DurianpaySwitches(notice_url=notice_url, is_live=not key.startswith("dp_test"))
        self.orders: dict[str, DurianpayFakeOrder] = {}
        self.refunds: dict[str, list[dict[str, Any]]] = {}
        self.asked: list[str] = []
        self._kept: dict[tuple[str, str], tuple[int, bytes]] = {}
        self._numbers = itertools.count(1)
        self._sending: set[asyncio.Task[None]] = set()
        contract = (
            ("POST", "/orders", self._create), ("GET", "/orders", self._list), ("GET", "/orders/{id}", self._fetch),
            ("POST", "/payments/charge", self._charge), ("PUT", "/payments/{id}/cancel", self._cancel),
            ("POST", "/refunds", self._refund), ("GET", "/refunds/payment/{id}", self._refunds_of),
        )  # fmt: skip
        both = [(method, prefix + path, self._guarded(act)) for prefix in ("/v1", "") for method, path, act in contract]
        routes = [Route(path, act, methods=[method]) for method, path, act in both] + [
            Route("/_buyer/{reference}/pay", self._pay, methods=["POST"]),
            Route("/_seller/{reference}/refund", self._give_back, methods=["POST"]),
            Route("/_switch", self._switch, methods=["POST"]),
        ]
        self.app = Starlette(routes=routes)

    async def sent(self) -> None:
        """Waits until every webhook was acknowledged, or given up."""
        while self._sending:
            await asyncio.wait(self._sending)

    def _guarded(self, act: _Endpoint) -> _Endpoint:
        async def endpoint(request: Request) -> Response:
            self.asked.append(f"{request.method} {request.url.path}")
            fault = self._next_fault(self.asked[-1])
            if request.headers.get("authorization") != "Basic " + base64.b64encode(f"{self.key}:".encode()).decode():
                return refusal(401, "DPAY_UNAUTHORIZED_ACCESS", "invalid Authorization header in request")
            if fault in ("error", "throttle"):
                return refusal(500 if fault == "error" else 429, "DPAY_INTERNAL_ERROR", "error getting orders")
            answer = await self._once(request, act)
            if fault == "time_out":
                await _gone(request)
            if fault == "slow":
                await asyncio.sleep(self.switches.slow_s)
            if fault == "lost":
                return refusal(500, "DPAY_INTERNAL_ERROR", "failed to connect to database")
            return Response(bytes(answer.body)[:40], media_type="application/json") if fault == "garbage" else answer

        return endpoint

    async def _once(self, request: Request, act: _Endpoint) -> Response:
        """Where idempotency keys are known, the same key has the same answer."""
        kept = (request.url.path, request.headers.get("idempotency-key", ""))
        if not self.switches.idempotent or not kept[1]:
            return await act(request)
        if kept not in self._kept:
            answer = await act(request)
            self._kept[kept] = answer.status_code, bytes(answer.body)
        status, body = self._kept[kept]
        return Response(body, status, media_type="application/json")

    def _next_fault(self, asked: str) -> str:
        if self.switches.times < 1 or self.switches.at not in asked:
            return ""
        self.switches.times -= 1
        return self.switches.fault

    async def _create(self, request: Request) -> Response:
        body = await request.json()
        customer: dict[str, Any] = body.get("customer", {})
        if body.get("currency") != "IDR" or not any(customer.get(name) for name in ("id", "email", "mobile")):
            return refusal(400, "DPAY_INVALID_REQUEST", "required fields missing")
        asked = body.get("expiry_date")
        ends_at = datetime.fromisoformat(asked) if asked else datetime.now(UTC) + timedelta(days=30)
        number = next(self._numbers)
        order = DurianpayFakeOrder(
            f"ord_{number:014d}", body["order_ref_id"], body["amount"], ends_at, self.switches.is_live
        )
        self.orders[order.id] = order
        return data({**order_shape(order), "access_token": hashlib.sha256(order.id.encode()).hexdigest()})

    async def _list(self, request: Request) -> Response:
        skip, limit = (int(request.query_params.get(name, usual)) for name, usual in (("skip", "0"), ("limit", "25")))
        since = request.query_params.get("from", "")
        found = [order for order in reversed(self.orders.values()) if order.created_at.date().isoformat() >= since]
        page = found[skip : skip + min(limit, self.switches.most)]
        rows = [{**order_shape(one), "payment_id": one.payments[-1].id if one.payments else ""} for one in page]
        return data({"orders": rows or None, "total": len(found)})

    async def _fetch(self, request: Request) -> Response:
        order = self.orders.get(request.path_params["id"])
        if order is None:
            return refusal(404, "DPAY_ORDER_NOT_FOUND", "order does not exists")
        payments = [payment_shape(order, payment) for payment in order.payments] or None
        return data(order_shape(order) | ({"payments": payments} if request.query_params.get("expand") else {}))

    async def _charge(self, request: Request) -> Response:
        body = await request.json()
        wanted = body["request"]
        order = self.orders.get(wanted["order_id"])
        if order is None:
            return refusal(404, "DPAY_ORDER_NOT_FOUND", "order does not exists")
        if order.status == "completed" or order.ends_at <= datetime.now(UTC):
            return refusal(400, "DPAY_INVALID_REQUEST", "order is completed or expired")
        number = next(self._numbers)
        payment = started(number, body["type"], wanted, order)
        order.payments.append(payment)
        return data({"type": body["type"], "response": payment.answer})

    async def _cancel(self, request: Request) -> Response:
        found = self._payment(request.path_params["id"])
        if found is None or found[1].status != "processing":
            return refusal(400, "DPAY_INVALID_PAYMENT_ID", "invalid payment id")
        order, payment = found
        payment.status, payment.changed_at = "cancelled", datetime.now(UTC)
        return data(payment_shape(order, payment) | {"amount": "", "payment_details_type": ""})

    async def _refund(self, request: Request) -> Response:
        body = await request.json()
        found = self._payment(body["payment_id"])
        if found is None or found[1].status != "completed":
            return refusal(500, "DPAY_INTERNAL_ERROR", "error creating refund")
        made = self._given_back(*found, body["ref_id"], body["amount"], body.get("notes", ""))
        return refusal(403, "DPAY_REFUND_AMOUNT_EXCEEDED", "refund amount exceed") if made is None else data(made)

    async def _refunds_of(self, request: Request) -> Response:
        hidden = ("ref_id", "notes") if self.switches.nameless_refunds else ()
        made = self.refunds.get(request.path_params["id"], [])
        rows = [{name: value for name, value in one.items() if name not in hidden} for one in made]
        return data(rows or None)

    async def _pay(self, request: Request) -> Response:
        named = request.path_params["reference"]
        order = next((one for one in reversed(self.orders.values()) if one.reference == named), None)
        body: dict[str, Any] = json.loads(await request.body() or b"{}")
        if order is None or not order.payments:
            return refusal(404, "DPAY_ORDER_NOT_FOUND", "order does not exists")
        payment = order.payments[int(body.get("payment", -1))]
        amount = body.get("amount", decimal_string(parse_rupiah(order.amount)))
        payment.status, payment.changed_at = "completed", datetime.now(UTC)
        payment.paid = "" if self.switches.no_paid_amount else amount
        self._announce(order, payment)
        return data({"payment_id": payment.id})

    async def _give_back(self, request: Request) -> Response:
        order = next(o for o in self.orders.values() if o.reference == request.path_params["reference"])
        payment = next(payment for payment in order.payments if payment.status == "completed")
        return data(self._given_back(order, payment, "", (await request.json())["amount"], "dari dasbor"))

    def _given_back(
        self, order: DurianpayFakeOrder, payment: DurianpayFakePayment, key: str, amount: str, notes: str
    ) -> dict[str, Any] | None:
        before = self.refunds.setdefault(payment.id, [])
        sums = [parse_rupiah(one["amount"]) for one in before if one["status"] == "done"]
        if sum(sums) + parse_rupiah(amount) > parse_rupiah(order.amount):
            return None
        denied = self.switches.refund_denied
        before.append(
            {
                "id": f"rfn_{next(self._numbers):014d}", "ref_id": key, "amount": amount, "notes": notes,
                "refund_type": "full" if amount == order.amount else "partial",
                "status": "failed" if denied else "done", "failure_reason": "insufficient balance" if denied else "",
            }
        )  # fmt: skip
        return before[-1]

    async def _switch(self, request: Request) -> Response:
        wanted = await request.json()
        if wanted.keys() - vars(self.switches).keys():
            return refusal(400, "DPAY_INVALID_REQUEST", f"the switches are {', '.join(vars(self.switches))}")
        for name, value in wanted.items():
            setattr(self.switches, name, value)
        return data(vars(self.switches))

    def _announce(self, order: DurianpayFakeOrder, payment: DurianpayFakePayment) -> None:
        events = ["payment.completed", "order.completed"]
        if self.switches.out_of_order:
            events = ["order.completed", "order.created", "payment.completed"]
        task = asyncio.create_task(self._send(events * (2 if self.switches.duplicate else 1), order, payment))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _send(self, events: list[str], order: DurianpayFakeOrder, payment: DurianpayFakePayment) -> None:
        """One webhook after another, each until it is acknowledged."""
        switches = self.switches
        if not switches.notice_url:
            return
        key = "kunci-lain" if switches.wrong_signature else self.key
        await asyncio.sleep(switches.late_s)
        async with httpx.AsyncClient(trust_env=False, headers={"content-type": "application/json"}) as client:
            for event in events:
                for retries, pause_min in enumerate((*_RETRIES_MIN, 0)):
                    body = webhook(event, order, payment, key, retries)
                    with contextlib.suppress(httpx.TransportError):
                        if (await client.post(switches.notice_url, content=body)).status_code == _OK:
                            break
                    await asyncio.sleep(pause_min * switches.minute_s)

    def _payment(self, payment_id: str) -> tuple[DurianpayFakeOrder, DurianpayFakePayment] | None:
        pairs = ((order, payment) for order in self.orders.values() for payment in order.payments)
        return next(((order, payment) for order, payment in pairs if payment.id == payment_id), None)


async def _gone(request: Request) -> None:
    """Waits until who asks has gone, half a minute at most."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(30):
            while (await request.receive())["type"] != "http.disconnect":
                pass
