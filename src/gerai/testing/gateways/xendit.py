"""A stand-in for Xendit's Payments API v3: its answers, paths and webhooks as its public pages have them, a payer, and
switches."""

from __future__ import annotations

import asyncio
import base64
import uuid
from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gerai.kit.clock import real_now
from gerai.testing.gateways.background import Background

#: After the first try, as its page on webhooks has it.
PAUSES_S: Final = (900.0, 3_600.0, 10_800.0, 21_600.0, 43_200.0, 86_400.0)
_WALLETS: Final = ("DANA", "LINKAJA", "SHOPEEPAY")
_REFUNDABLE: Final = ("QRIS", *_WALLETS)
_ACTS: Final = {"pay": "SUCCEEDED", "expire": "EXPIRED", "fail": "FAILED"}
_EVENTS: Final = {"SUCCEEDED": "payment.capture", "EXPIRED": "payment_request.expiry", "FAILED": "payment.failure"}

Thing = dict[str, Any]


class XenditSwitches(msgspec.Struct, forbid_unknown_fields=True):
    """Where webhooks go (``webhook_url``, its dashboard's setting), and what goes wrong until it is switched off.
    ``accept_then_hang``: what was asked for is done, no answer comes; ``refuse``: the code of a no to every call;
    ``late``: what has ended can be paid; ``pending_refund``: a refund waits for ``POST /_bank/{id}/…``;
    ``wrong_token``: webhooks come with another token."""

    webhook_url: str = ""
    accept_then_hang: bool = False
    slow_s: float = 0.0
    status_500: bool = False
    garbage: bool = False
    refuse: str = ""
    refuse_status: int = 400
    late: bool = False
    other_amount: int = 0
    duplicate_notice: bool = False
    out_of_order: bool = False
    wrong_token: bool = False
    pending_refund: bool = True
    denied_refund: str = ""


class XenditFake:
    """One business at Xendit. Nothing is unique but its own ids, and keys of idempotency are passed over: nobody
    promises anything else. ``pauses_s``: before each further try of a webhook."""

    def __init__(
        self,
        api_key: str = "xnd_development_key",
        callback_token: str = "callback-token",  # noqa: S107
        pauses_s: tuple[float, ...] = PAUSES_S,
    ) -> None:
        self._basic = "Basic " + base64.b64encode(f"{api_key}:".encode()).decode()
        self._callback_token = callback_token
        self.background = Background(pauses_s)
        self.requests: dict[str, Thing] = {}
        self.payments: dict[str, Thing] = {}
        self.refunds: dict[str, Thing] = {}
        self.switches = XenditSwitches()
        requests = "/v3/payment_requests"
        self.app = Starlette(
            routes=[
                Route(requests, self._guarded(self._create), methods=["POST"]),
                Route(requests + "/{id}", self._guarded(self._request)),
                Route(requests + "/{id}/cancel", self._guarded(self._cancel), methods=["POST"]),
                Route("/v3/payments/{id}", self._guarded(self._payment)),
                Route("/refunds", self._guarded(self._refund), methods=["POST"]),
                Route("/refunds/", self._guarded(self._refund_list)),
                Route("/_buyer/{id}/{act}", self._act, methods=["POST"]),
                Route("/_bank/{id}/{act}", self._decide, methods=["POST"]),
                Route("/_switch", self._switch, methods=["POST"]),
            ]
        )

    def _guarded(self, serve: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def guarded(request: Request) -> Response:
            switches = self.switches
            await asyncio.sleep(switches.slow_s)
            if switches.status_500:
                return _no("SERVER_ERROR", 500)
            if switches.garbage:
                return Response("<html><title>Just a moment</title>", media_type="text/html")
            if switches.refuse:
                return _no(switches.refuse, switches.refuse_status)
            if request.headers.get("authorization") != self._basic:
                return _no("INVALID_API_KEY", 401)
            answer = await serve(request)
            if switches.accept_then_hang and request.method == "POST":
                await self.background.hang()
            return answer

        return guarded

    async def _create(self, request: Request) -> Response:
        wanted: Thing = msgspec.json.decode(await request.body())
        if request.headers.get("api-version") != "2024-11-11" or not wanted.get("reference_id"):
            return _no("API_VALIDATION_ERROR")
        number, now = _id("pr"), _now()
        made = {
            **wanted,
            "business_id": "5f27a14a9bf05c73dd040bc8",
            "payment_request_id": number,
            "actions": [_action(wanted["channel_code"], len(self.requests) + 1)],
            "status": "REQUIRES_ACTION",
            "created": now,
            "updated": now,
        }
        self.requests[number] = made
        return JSONResponse(made, 201)

    async def _request(self, request: Request) -> Response:
        found = self.requests.get(request.path_params["id"])
        return _no("DATA_NOT_FOUND", 404) if found is None else JSONResponse(found)

    async def _payment(self, request: Request) -> Response:
        found = self.payments.get(request.path_params["id"])
        return _no("DATA_NOT_FOUND", 404) if found is None else JSONResponse(found)

    async def _cancel(self, request: Request) -> Response:
        found = self.requests.get(request.path_params["id"])
        if found is None:
            return _no("DATA_NOT_FOUND", 404)
        if found["status"] != "REQUIRES_ACTION":
            return _no("INACTIVE_PAYMENT_REQUEST")
        found["status"] = "CANCELED"
        return JSONResponse(found)

    async def _refund(self, request: Request) -> Response:
        wanted: Thing = msgspec.json.decode(await request.body())
        found = self.requests.get(wanted["payment_request_id"])
        if found is None:
            return _no("DATA_NOT_FOUND", 404)
        if found["channel_code"] not in _REFUNDABLE:
            return _no("REFUND_NOT_SUPPORTED", 403)
        of_it = [one for one in self.refunds.values() if one["payment_request_id"] == wanted["payment_request_id"]]
        given = sum(one["amount"] for one in of_it if one["status"] != "FAILED")
        if found["status"] != "SUCCEEDED" or given + wanted["amount"] > found["request_amount"]:
            return _no("REFUND_AMOUNT_EXCEEDED")
        number, now = _id("rfd"), _now()
        made = {
            **wanted, "id": number, "payment_id": found["latest_payment_id"], "invoice_id": None,
            "channel_code": found["channel_code"], "status": "PENDING", "failure_code": None,
            "refund_fee_amount": None, "created": now, "updated": now,
        }  # fmt: skip
        self.refunds[number] = made
        if not self.switches.pending_refund or self.switches.denied_refund:
            self._end_refund(made, self.switches.denied_refund)
        return JSONResponse(made)

    async def _refund_list(self, request: Request) -> Response:
        asked = request.query_params.get("payment_request_id")
        found = [one for one in self.refunds.values() if asked in (None, one["payment_request_id"])]
        return JSONResponse({"data": found, "has_more": False})

    async def _act(self, request: Request) -> Response:
        """The payer pays (``pay``, another ``amount`` where the body has one), or lets it ``expire`` or ``fail``: the
        request of this id, or the newest with this reference of the seller's."""
        named, status = request.path_params["id"], _ACTS.get(request.path_params["act"])
        newest = (one for one in reversed(self.requests.values()) if one["reference_id"] == named)
        found = self.requests.get(named) or next(newest, None)
        if found is None or status is None:
            return _no("DATA_NOT_FOUND", 404)
        if found["status"] != "REQUIRES_ACTION" and not self.switches.late:
            return _no("INACTIVE_PAYMENT_REQUEST", 409)
        asked: Thing = msgspec.json.decode(await request.body() or b"{}")
        found["status"] = status
        data = found
        if status != "EXPIRED":
            amount = asked.get("amount") or self.switches.other_amount or found["request_amount"]
            data = self._came(found, status, amount)
        times = 2 if self.switches.duplicate_notice else 1
        for event in [_EVENTS[status]] * times + ["payment_request.expiry"] * self.switches.out_of_order:
            self._announce(event, data)
        return JSONResponse(found)

    def _came(self, found: Thing, status: str, amount: int) -> Thing:
        names = ("type", "country", "currency", "reference_id", "payment_request_id", "channel_code", "request_amount",
                 "capture_method", "business_id")  # fmt: skip
        capture = {"capture_id": _id("cptr"), "capture_amount": amount, "capture_timestamp": _now()}
        made: Thing = {
            **{name: found[name] for name in names}, "payment_id": _id("py"), "status": status, "payment_details": {},
            "captures": [capture] if status == "SUCCEEDED" else [], "created": _now(), "updated": _now(),
        }  # fmt: skip
        found["latest_payment_id"] = made["payment_id"]
        self.payments[made["payment_id"]] = made
        return made

    async def _decide(self, request: Request) -> Response:
        """The bank lets a refund ``succeed`` or ``fail``."""
        found = self.refunds.get(request.path_params["id"])
        if found is None or found["status"] != "PENDING":
            return _no("DATA_NOT_FOUND", 404)
        self._end_refund(found, "" if request.path_params["act"] == "succeed" else "REFUND_FAILED")
        return JSONResponse(found)

    def _end_refund(self, found: Thing, failure: str) -> None:
        found["status"], found["failure_code"] = ("FAILED", failure) if failure else ("SUCCEEDED", None)
        event = "refund.failed" if failure else "refund.succeeded"
        # Its example of this one webhook is wrapped twice.
        self._announce(event, {"event": event, "created": _now(), "data": dict(found)})

    async def _switch(self, request: Request) -> Response:
        wanted: Thing = msgspec.json.decode(await request.body())
        try:
            self.switches = msgspec.convert(msgspec.structs.asdict(self.switches) | wanted, XenditSwitches)
        except msgspec.ValidationError as fault:
            return JSONResponse({"error_code": "API_VALIDATION_ERROR", "message": str(fault)}, 400)
        return JSONResponse(msgspec.structs.asdict(self.switches))

    def _announce(self, event: str, data: Thing) -> None:
        """Send the webhook in the background."""
        if url := self.switches.webhook_url:
            notice = {"event": event, "business_id": "5f27a14a9bf05c73dd040bc8", "created": _now(), "data": data,
                      "api_version": "v3"}  # fmt: skip
            token = "another" if self.switches.wrong_token else self._callback_token
            headers = {"content-type": "application/json", "x-callback-token": token}
            self.background.send(url, headers, msgspec.json.encode(notice))


def _action(code: str, number: int) -> Thing:
    if code in _WALLETS:
        return {"type": "REDIRECT_CUSTOMER", "descriptor": "WEB_URL", "value": f"https://checkout.xendit.co/{number}"}
    descriptor = "QR_STRING" if code == "QRIS" else "VIRTUAL_ACCOUNT_NUMBER"
    if code in ("ALFAMART", "INDOMARET"):
        descriptor = "PAYMENT_CODE"
    value = f"00020101021226{number:010}5303360" if code == "QRIS" else f"8800{number:012}"
    return {"type": "PRESENT_TO_CUSTOMER", "descriptor": descriptor, "value": value}


def _id(prefix: str) -> str:
    return f"{prefix}-{uuid.uuid4()}"


def _now() -> str:
    return real_now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _no(code: str, status: int = 400) -> Response:
    return JSONResponse({"error_code": code, "message": code.replace("_", " ").capitalize()}, status)
