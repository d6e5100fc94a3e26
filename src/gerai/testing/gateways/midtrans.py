"""A stand-in for Midtrans: Core API, Snap and notices as Midtrans speaks them, kept in memory, with faults on demand.

What Midtrans itself has not: ``POST /_buyer/{order}/pay`` (``{"amount": rupiah}`` pays another amount) and ``/try`` (a
card is being entered), ``POST /_seller/{order}/settle`` (a captured card), and ``POST /_switch`` (:data:`SWITCHES`).
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gerai.kit.clock import real_now
from gerai.testing.gateways.midtrans_book import CARD, TYPES, Body, FakePayment, life_of, shown_for
from gerai.testing.gateways.midtrans_notices import MidtransNotices
from gerai.testing.gateways.midtrans_wire import MidtransRequest, base_of, nothing, notice_url_of, refused, snap_fault

#: What can be switched on, and is so until it is switched off (``false``, ``0``).
SWITCHES: Final = {
    "accept_then_time_out": "what changes something is done, and its answer comes too late",
    "duplicate": "each notice comes twice",
    "out_of_order": "the notice that it waits comes after the one that it is paid",
    "wrong_signature": "notices are signed with another key",
    "late": "what has expired or was cancelled can be paid",
    "other_amount": "the buyer pays so many rupiah instead",
    "partial_refund": "right after it is paid the seller gives so many rupiah back at the dashboard",
    "denied_refund": "the bank denies refunds (202)",
    "slow_s": "every answer takes so many seconds",
    "error_500": "nothing is done, and the answer is 500",
    "garbage": "it is done, and the answer is no JSON",
}
_ORDER: Final = re.compile(r"[A-Za-z0-9\-_~.]{1,50}")
_KEPT_S: Final = 300
_FREE: Final = ("cancel", "expire", "deny")
_LONGEST_KEY: Final = 46


class MidtransFake:
    """``app`` is the application. ``hang_s``: how late an answer is that comes too late. ``pauses_s``: before each
    repetition of a notice; Midtrans waits 2, 10, 30, 90 and 210 minutes."""

    def __init__(
        self,
        server_key: str = "SB-Mid-server-fake",
        *,
        hang_s: float = 30,
        pauses_s: Sequence[float] = (120, 600, 1_800, 5_400, 12_600),
    ) -> None:
        self.server_key = server_key
        self.switches: dict[str, Any] = {}
        self.payments: dict[str, FakePayment] = {}
        self.requests: list[MidtransRequest] = []
        self._hang_s = hang_s
        #: Pages of Snap: what they were opened with, by token; None: closed.
        self._pages: dict[str, Body | None] = {}
        self._kept: dict[str, tuple[float, Body]] = {}
        self.notices = MidtransNotices(server_key, self.switches, pauses_s)
        vendor = (
            ("/v2/charge", self._charge), ("/v2/{order}/cancel", self._cancel), ("/v2/{order}/expire", self._expire),
            ("/v2/{order}/refund", self._refund), ("/v2/{order}/refund/online/direct", self._refund),
            ("/snap/v1/transactions", self._open_page), ("/snap/v1/transactions/{token}/cancel", self._close_page),
        )  # fmt: skip
        self.app: Final = Starlette(routes=[
            *(Route(path, self._asked(answer), methods=["POST"]) for path, answer in vendor),
            Route("/v2/{order}/status", self._asked(self._status)),
            Route("/_buyer/{order}/{act}", self._buyer, methods=["POST"]),
            Route("/_seller/{order}/settle", self._settle, methods=["POST"]),
            Route("/_switch", self._switch, methods=["POST"]),
        ])  # fmt: skip

    # What Midtrans has.

    def _asked(self, answer: Callable[[Request, Body], Response]) -> Callable[[Request], Any]:
        """A request: the key, the faults, then what it is about."""

        async def asked(request: Request) -> Response:
            raw = await request.body()
            body: Body = msgspec.json.decode(raw) if raw else {}
            headers = {name.lower(): value for name, value in request.headers.items()}
            self.requests.append(MidtransRequest(request.method, request.url.path, headers, body))
            await asyncio.sleep(float(self.switches.get("slow_s", 0)))
            right = "Basic " + base64.b64encode(f"{self.server_key}:".encode()).decode()
            if headers.get("authorization") != right:
                return refused(401, "Transaction cannot be authorized with the current client/server key.", http=401)
            if self.switches.get("error_500"):
                return refused(500, "Sorry. Our system is recovering from unexpected issues.", http=500)
            found = answer(request, body)
            if self.switches.get("accept_then_time_out") and request.method == "POST":
                await asyncio.sleep(self._hang_s)
            return Response("<html>Bad gateway", 200) if self.switches.get("garbage") else found

        return asked

    def _charge(self, request: Request, body: Body) -> Response:
        key = request.headers.get("idempotency-key", "")[: _LONGEST_KEY + 1]
        kept = self._kept.get(key)
        if kept is not None and time.monotonic() - kept[0] < _KEPT_S:
            return JSONResponse(kept[1])
        details: Body = body.get("transaction_details") or {}
        order, gross = details.get("order_id", ""), details.get("gross_amount", 0)
        if not _ORDER.fullmatch(str(order)) or not isinstance(gross, int) or gross < 1:
            return refused(400, "One or more parameters in the payload is invalid.", validation_messages=["order_id"])
        if body.get("payment_type") not in TYPES:
            return refused(402, "Payment channel is not activated.")
        if self._used(order):
            return refused(406, "The request could not be completed due to a conflict with the current state")
        type_ = "bank_transfer" if body["payment_type"] == "permata" else body["payment_type"]
        payment = FakePayment(order, gross, type_, life_of(body, real_now(), type_), notice_url_of(request), {})
        payment.shown = shown_for(body, order, gross, base_of(request))
        self.payments[order] = payment
        self.notices.report(payment)
        answer = payment.created()
        unkept = body["payment_type"] == "permata" or answer.get("store") == "indomaret"
        if key and len(key) <= _LONGEST_KEY and not unkept:
            self._kept[key] = (time.monotonic(), answer)
        return JSONResponse(answer)

    def _status(self, request: Request, body: Body) -> Response:
        payment = self._of(request)
        return nothing() if payment is None else JSONResponse(payment.asked())

    def _cancel(self, request: Request, body: Body) -> Response:
        return self._end(request, ("pending", "authorize", "capture"), "cancel", "200", "transaction is canceled")

    def _expire(self, request: Request, body: Body) -> Response:
        return self._end(request, ("pending",), "expire", "407", "transaction has expired")

    def _end(self, request: Request, ending: tuple[str, ...], status: str, code: str, message: str) -> Response:
        payment = self._of(request)
        if payment is None:
            return nothing()
        if payment.status not in ending:
            return refused(412, "Merchant cannot modify the status of the transaction")
        payment.status = status
        self.notices.report(payment)
        return JSONResponse(payment.wire(code, f"Success, {message}"))

    def _refund(self, request: Request, body: Body) -> Response:
        payment = self._of(request)
        if payment is None:
            return nothing()
        key, left = str(body.get("refund_key", "")), payment.gross - payment.refunded
        amount = body.get("amount", left)
        if any(row["refund_key"] == key for row in payment.refunds):
            return refused(406, "Duplicate refund ID")
        if not payment.can_refund:
            return refused(412, "Merchant cannot modify the status of the transaction")
        if not 0 < amount <= left or (payment.type == "shopeepay" and amount != payment.gross):
            return refused(414, "Refund request is rejected due to invalid amount")
        if self.switches.get("denied_refund"):
            denied = {"refund_key": key, "refund_amount": "0.00", "refund_chargeback_id": 47_594}
            return JSONResponse(payment.wire("202", "Refund denied by the bank") | denied)
        row = payment.give_back(key, amount, str(body.get("reason", "")))
        self.notices.report(payment)
        answer = payment.wire("200", "Success, refund request is approved")
        answer.pop("refunds")
        booked = {"refund_key": key, "refund_chargeback_id": row["refund_chargeback_id"]}
        return JSONResponse(answer | booked)

    def _open_page(self, request: Request, body: Body) -> Response:
        details: Body = body.get("transaction_details") or {}
        order = str(details.get("order_id", ""))
        if not _ORDER.fullmatch(order):
            return snap_fault("transaction_details.order_id is required")
        if self._used(order):
            return snap_fault("transaction_details.order_id has already been taken")
        token = hashlib.sha256(f"{order}/{len(self._pages)}".encode()).hexdigest()[:32]
        self._pages[token] = body | {"notice_url": notice_url_of(request)}
        return JSONResponse({"token": token, "redirect_url": f"{base_of(request)}/snap/v3/redirection/{token}"}, 201)

    def _close_page(self, request: Request, body: Body) -> Response:
        token = request.path_params["token"]
        if token not in self._pages:
            return snap_fault("token not found", 404)
        page = self._pages[token]
        if page is None:
            return snap_fault("token already canceled")
        payment = self.payments.get(page["transaction_details"]["order_id"])
        if payment is not None and payment.status not in _FREE:
            return snap_fault("Transaction is on progress")
        self._pages[token] = None
        return JSONResponse({"canceled_at": real_now().isoformat()})

    # What people do.

    async def _buyer(self, request: Request) -> Response:
        order, act = request.path_params["order"], request.path_params["act"]
        raw = await request.body()
        asked: Body = msgspec.json.decode(raw) if raw else {}
        amount = asked.get("amount") or self.switches.get("other_amount")
        payment = self._of(request) or self._card_entered(order)
        payable = ("pending", *_FREE) if self.switches.get("late") else ("pending",)
        if payment is None or payment.status not in payable:
            return JSONResponse({"paid": False, "status": payment.status if payment else "unknown"}, 409)
        if act == "pay":
            payment.pay(amount or payment.gross)
            self.notices.report(payment)
            if back := self.switches.get("partial_refund"):
                payment.give_back("dashboard-1", back, "")
                self.notices.report(payment)
        return JSONResponse({"paid": act == "pay", "status": payment.status})

    def _card_entered(self, order: str) -> FakePayment | None:
        """The payment that comes into being when a card is entered on a page that is open."""
        page = next((p for p in self._pages.values() if p and p["transaction_details"]["order_id"] == order), None)
        if page is None:
            return None
        gross = page["transaction_details"]["gross_amount"]
        payment = FakePayment(order, gross, CARD, life_of({}, real_now(), CARD), page["notice_url"], {})
        self.payments[order] = payment
        return payment

    async def _settle(self, request: Request) -> Response:
        payment = self._of(request)
        if payment is None or payment.status != "capture":
            return JSONResponse({"settled": False}, 409)
        payment.status = "settlement"
        self.notices.report(payment)
        return JSONResponse({"settled": True})

    async def _switch(self, request: Request) -> Response:
        wanted: Body = msgspec.json.decode(await request.body())
        if unknown := sorted(wanted.keys() - SWITCHES.keys()):
            return JSONResponse({"unknown": unknown, "known": SWITCHES}, 400)
        self.switches |= wanted
        return JSONResponse({name: value for name, value in self.switches.items() if value})

    def _of(self, request: Request) -> FakePayment | None:
        """The payment a path names, by either id, as it stands by now."""
        wanted = request.path_params["order"]
        payment = next((p for p in self.payments.values() if wanted in (p.order_id, p.transaction_id)), None)
        if payment is not None and payment.end_in_time():
            self.notices.report(payment)
        return payment

    def _used(self, order: str) -> bool:
        payment = self.payments.get(order)
        return payment is not None and payment.status not in _FREE
