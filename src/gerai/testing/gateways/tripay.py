"""A stand-in for Tripay: its answers, paths and callbacks as its public pages have them, a payer, and switches."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
from collections.abc import Awaitable, Callable
from typing import Any, Final

import httpx
import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gerai.kit.clock import unix_s
from gerai.testing.gateways.background import Background

#: Fees in rupiah and hundredths of a percent, as its public table has them.
_FEES: Final = {
    "BCAVA": (5_500, 0), "ALFAMART": (3_500, 0), "INDOMARET": (3_500, 0), "OVO": (0, 300), "DANA": (0, 300),
    "SHOPEEPAY": (0, 300), "QRIS": (750, 70), "QRIS2": (750, 70), "QRISC": (750, 70),
}  # fmt: skip
_USUAL_FEE: Final = (4_250, 0)
_VAS: Final = ("BNIVA", "BRIVA", "BSIVA", "CIMBVA", "DANAMONVA", "MANDIRIVA", "OTHERBANKVA", "PERMATAVA")
_WALLETS: Final = ("OVO", "DANA", "SHOPEEPAY")
#: It sends a callback again so often.
_RETRIES: Final = 3
_DAY_S: Final = 86_400
_ACTS: Final = {"pay": "PAID", "expire": "EXPIRED", "fail": "FAILED", "refund": "REFUND"}

Transaction = dict[str, Any]


class TripaySwitches(msgspec.Struct, forbid_unknown_fields=True):
    """What goes wrong until it is switched off. ``accept_then_hang``: a transaction is made, no answer comes;
    ``refuse``: the message of a no to every call; ``refuse_status``: its HTTP status; ``unfiltered_list``: the list
    pays no regard to references; ``switched_off``: codes of channels that the merchant does not have; ``bounds``: in
    rupiah, by code; ``other_amount``: what the payer pays; ``late``: what expired can be paid."""

    accept_then_hang: bool = False
    slow_s: float = 0.0
    status_500: bool = False
    garbage: bool = False
    refuse: str = ""
    refuse_status: int = 400
    unfiltered_list: bool = False
    fee_on_payer: bool = False
    other_amount: int = 0
    late: bool = False
    duplicate_notice: bool = False
    switched_off: list[str] = []
    bounds: dict[str, tuple[int, int]] = {}
    out_of_order: bool = False
    wrong_signature: bool = False


class TripayFake:
    """One merchant at Tripay. Transactions are kept while it lives. ``retry_s``: between two tries of a callback.
    The same ``merchant_ref`` twice makes two transactions: nobody promises anything else."""

    def __init__(
        self, merchant_code: str = "T0001", api_key: str = "DEV-api-key", private_key: str = "private-key",
        retry_s: float = 120.0,
    ) -> None:  # fmt: skip
        self._merchant_code, self._api_key, self._private_key = merchant_code, api_key, private_key
        self._numbers = itertools.count(1)
        self.background = Background([retry_s] * _RETRIES)
        self.transactions: dict[str, Transaction] = {}
        self.switches = TripaySwitches()
        self.app = Starlette(
            routes=[
                Route("/transaction/create", self._guarded(self._create), methods=["POST"]),
                Route("/transaction/detail", self._guarded(self._detail)),
                Route("/merchant/transactions", self._guarded(self._list)),
                Route("/merchant/payment-channel", self._guarded(self._channels)),
                Route("/_buyer/{reference}/{act}", self._act, methods=["POST"]),
                Route("/_switch", self._switch, methods=["POST"]),
            ]
        )

    def _guarded(self, serve: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def guarded(request: Request) -> Response:
            switches = self.switches
            await asyncio.sleep(switches.slow_s)
            if switches.status_500:
                return JSONResponse({"message": "Server Error"}, 500)
            if switches.garbage:
                return Response("<html><title>Just a moment</title>", media_type="text/html")
            if switches.refuse:
                return _no(switches.refuse, switches.refuse_status)
            if request.headers.get("authorization") != f"Bearer {self._api_key}":
                return _no("Invalid API Key", 401)
            return await serve(request)

        return guarded

    async def _create(self, request: Request) -> Response:
        wanted: dict[str, Any] = msgspec.json.decode(await request.body())
        missing = [name for name in ("method", "merchant_ref", "amount", "customer_name", "customer_email",
                                     "order_items", "signature") if not wanted.get(name)]  # fmt: skip
        if missing:
            return _no(f"The {missing[0].replace('_', ' ')} field is required.", 422)
        signed = f"{self._merchant_code}{wanted['merchant_ref']}{wanted['amount']}"
        if wanted["signature"] != self._hmac(signed.encode()):
            return _no("Invalid signature")
        if wanted["method"] not in {*_FEES, *_VAS}:
            return _no("Payment channel is not available")
        if sum(item["price"] * item["quantity"] for item in wanted["order_items"]) != wanted["amount"]:
            return _no("Invalid amount")
        made = self._made(wanted)
        self.transactions[made["reference"]] = made
        if self.switches.accept_then_hang:
            await self.background.hang()
        return _yes({name: value for name, value in made.items() if name != "paid_at"})

    def _made(self, wanted: dict[str, Any]) -> Transaction:
        number, method, amount = next(self._numbers), wanted["method"], wanted["amount"]
        reference = f"DEV-{self._merchant_code}{number:012}"
        flat, hundredths = _FEES.get(method, _USUAL_FEE)
        fee = flat + amount * hundredths // 10_000
        on_payer = fee if self.switches.fee_on_payer else 0
        at_page = f"https://tripay.co.id/checkout/{reference}"
        qr = method.startswith("QRIS")
        return {
            "reference": reference,
            "merchant_ref": wanted["merchant_ref"],
            "payment_selection_type": "static",
            "payment_method": method,
            "payment_name": method,
            "customer_name": wanted["customer_name"],
            "customer_email": wanted["customer_email"],
            "customer_phone": wanted.get("customer_phone"),
            "callback_url": wanted.get("callback_url"),
            "return_url": wanted.get("return_url"),
            "amount": amount + on_payer,
            "fee_merchant": fee - on_payer,
            "fee_customer": on_payer,
            "total_fee": fee,
            "amount_received": amount + on_payer - fee,
            "pay_code": None if qr or method in _WALLETS else f"8000{number:012}",
            "pay_url": f"{at_page}?pay" if method in _WALLETS else None,
            "checkout_url": at_page,
            "status": "UNPAID",
            "paid_at": None,
            "expired_time": wanted.get("expired_time", int(unix_s()) + _DAY_S),
            "order_items": [{**item, "subtotal": item["price"] * item["quantity"]} for item in wanted["order_items"]],
            "instructions": [{"title": "Aplikasi", "steps": ["Pilih menu <b>Bayar</b>", "Klik <b>Kirim</b>"]}],
            "qr_string": f"00020101021226{number:010}5303360" if qr else None,
            "qr_url": f"https://tripay.co.id/qr/{reference}" if qr else None,
        }

    async def _detail(self, request: Request) -> Response:
        found = self.transactions.get(request.query_params.get("reference", ""))
        return _no("Transaction not found", 404) if found is None else _yes(found)

    async def _list(self, request: Request) -> Response:
        query = request.query_params
        names = () if self.switches.unfiltered_list else ("merchant_ref", "status")
        wanted = {name: query[name] for name in names if name in query}
        rows = [one for one in self.transactions.values() if all(one[name] == value for name, value in wanted.items())]
        if query.get("sort") == "desc":
            rows.reverse()
        per_page, page = min(int(query.get("per_page", "25")), 50), int(query.get("page", "1"))
        shown = [
            {**{name: value for name, value in one.items() if name not in ("instructions", "qr_string", "qr_url")},
             "expired_at": one["expired_time"], "note": None}
            for one in rows[(page - 1) * per_page : page * per_page]
        ]  # fmt: skip
        pagination = {"sort": query.get("sort", "desc"), "current_page": page, "total_records": len(rows)}
        return JSONResponse({"success": True, "message": "Success", "data": shown, "pagination": pagination})

    async def _channels(self, request: Request) -> Response:
        return _yes([self._channel(code) for code in (*_FEES, *_VAS)])

    def _channel(self, code: str) -> Transaction:
        off, (least, most) = self.switches.switched_off, self.switches.bounds.get(code, (None, None))
        return {"code": code, "active": code not in off, "minimum_amount": least, "maximum_amount": most}

    async def _act(self, request: Request) -> Response:
        """The payer pays (``pay``, perhaps another ``amount``), or somebody there acts, by our reference or theirs."""
        named, status = request.path_params["reference"], _ACTS.get(request.path_params["act"])
        both = ((one["reference"], one["merchant_ref"], one) for one in reversed(self.transactions.values()))
        found = next((one for *names, one in both if named in names), None)
        if found is None or status is None:
            return _no("there is no such transaction or act", 404)
        if status == "PAID" and not (found["status"] == "UNPAID" or self.switches.late):
            return _no(f"it is {found['status']}", 409)
        asked, before = msgspec.json.decode(await request.body() or b"{}", type=dict[str, Any]), dict(found)
        if other := int(asked.get("amount", 0)) or self.switches.other_amount:
            found["amount_received"] += other - found["amount"]
            found["amount"] = other
        found["status"] = status
        if status == "PAID":
            found["paid_at"] = int(unix_s())
        self._announce(found)
        if self.switches.duplicate_notice:
            self._announce(found)
        if self.switches.out_of_order:
            self._announce({**before, "status": "EXPIRED"})
        return _yes(found)

    async def _switch(self, request: Request) -> Response:
        wanted: dict[str, Any] = msgspec.json.decode(await request.body())
        try:
            self.switches = msgspec.convert(msgspec.structs.asdict(self.switches) | wanted, TripaySwitches)
        except msgspec.ValidationError as fault:
            return _no(str(fault))
        return _yes(msgspec.structs.asdict(self.switches))

    def _announce(self, found: Transaction) -> None:
        """Send the callback in the background, in its wire form."""
        if not found["callback_url"]:
            return
        body = msgspec.json.encode(
            {
                "reference": found["reference"],
                "merchant_ref": found["merchant_ref"],
                "payment_method": found["payment_name"],
                "payment_method_code": found["payment_method"],
                "total_amount": found["amount"],
                **{name: found[name] for name in ("fee_merchant", "fee_customer", "total_fee", "amount_received")},
                "is_closed_payment": 1,
                "status": found["status"],
                "paid_at": found["paid_at"],
                "note": None,
            }
        )
        signature = self._hmac(body + b" " if self.switches.wrong_signature else body)
        headers = {"content-type": "application/json", "x-callback-event": "payment_status",
                   "x-callback-signature": signature}  # fmt: skip
        self.background.send(found["callback_url"], headers, body, _accepted)

    def _hmac(self, text: bytes) -> str:
        return hmac.new(self._private_key.encode(), text, hashlib.sha256).hexdigest()


def _yes(data: Any) -> Response:
    return JSONResponse({"success": True, "message": "", "data": data})


def _no(message: str, status: int = 400) -> Response:
    return JSONResponse({"success": False, "message": message}, status)


def _accepted(answer: httpx.Response) -> bool:
    return answer.is_success and b'"success":true' in answer.content.replace(b" ", b"")
