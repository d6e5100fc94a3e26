"""Durianpay's calls, one method each. What may have had its effect without an answer is Unanswered here."""

from __future__ import annotations

import base64
from datetime import UTC, timedelta
from typing import Any, Final, TypeVar
from urllib.parse import quote

import msgspec

from gerai.domain.money import decimal_string
from gerai.kit.http import Outgoing, OutgoingResponse, Unanswered, Unreachable
from gerai.kit.wire import WireFault, read_as
from gerai.partners.gateways.durianpay.channels import CHANNELS, CHARGE_TYPES
from gerai.partners.gateways.durianpay.wire import (
    DurianpayCharge,
    DurianpayCharged,
    DurianpayError,
    DurianpayOrder,
    DurianpayOrders,
    DurianpayRefund,
    Wrapped,
)
from gerai.ports.gateways import Attempt, Contract, GatewayRefused

T = TypeVar("T")
ORDER_UNKNOWN: Final = "DPAY_ORDER_NOT_FOUND"
#: What another Gerai says of a call that its counter does not have.
_NO_SUCH_CALL: Final = "DPAY_NOT_FOUND"
_JSON: Final = "application/json"
_OK, _REDIRECTS, _REFUSALS, _TOO_LATE, _TOO_MANY, _FAILURES = 200, 300, 400, 408, 429, 500
_PAGE: Final = 100
_MOST_PAGES: Final = 100
_LONGEST_TEXT: Final = 300
_LONGEST_NAME: Final = 50


class DurianpayClient:
    """The calls of one contract."""

    def __init__(self, http: Outgoing, contract: Contract) -> None:
        self._http = http
        self._contract = contract

    async def create_order(self, attempt: Attempt) -> DurianpayOrder:
        """An order that nobody has paid yet, with our reference on it. Where the other side knows idempotency keys, the
        same reference is the same order."""
        body = _order_body(attempt, self._contract.facts.get("email", ""))
        return await self._ask(Wrapped[DurianpayOrder], "POST", "/orders", body, once=attempt.reference)

    async def charge(self, attempt: Attempt, order_id: str) -> DurianpayCharged:
        """Another payment of this order, and what its payer must see."""
        body = _charge_body(attempt, order_id)
        charge = await self._ask(Wrapped[DurianpayCharge], "POST", "/payments/charge", body, once=attempt.reference)
        return charge.response

    async def order(self, order_id: str) -> DurianpayOrder | None:
        """The order with its payments; None when there is none."""
        path = f"/orders/{quote(order_id, safe='')}?expand=payments"
        try:
            return await self._ask(Wrapped[DurianpayOrder], "GET", path)
        except GatewayRefused as no:
            # Any other 404 may be a wrong address, which knows nothing of what there is.
            if no.code == ORDER_UNKNOWN:
                return None
            raise

    async def order_with(self, attempt: Attempt) -> DurianpayOrder | None:
        """The order that has this reference on it, best one that has a payment. Unanswered when there are more orders
        than are looked through: it may be behind them."""
        # Play money's clock is not the other side's: there no day can be left out.
        day = (attempt.at.astimezone(UTC) - timedelta(days=1)).date()
        since = f"&from={day.isoformat()}" if self._contract.environment == "production" else ""
        skip = 0
        for _ in range(_MOST_PAGES):
            orders = await self.page(_PAGE, skip, since)
            found = [order for order in orders if order.order_ref_id == attempt.reference]
            if found:
                return max(found, key=lambda order: bool(order.payment_id))
            if not orders:
                return None
            # By what came: nobody states how many a page may have at most.
            skip += len(orders)
        raise Unanswered("it has more orders than are looked through")

    async def page(self, limit: int, skip: int = 0, since: str = "") -> list[DurianpayOrder]:
        """So many orders, as a rule the newest first."""
        found = await self._ask(Wrapped[DurianpayOrders], "GET", f"/orders?limit={limit}&skip={skip}{since}")
        return found.orders or []

    async def cancel_payment(self, payment_id: str) -> None:
        """End a payment that waits. GatewayRefused when it does not."""
        await self._ask(Wrapped[Any], "PUT", f"/payments/{quote(payment_id, safe='')}/cancel")

    async def refunds(self, payment_id: str) -> list[DurianpayRefund] | None:
        """What was given back of a payment; None: this counter has no refunds at all (another Gerai's)."""
        path = f"/refunds/payment/{quote(payment_id, safe='')}"
        try:
            return await self._ask(Wrapped[list[DurianpayRefund] | None], "GET", path) or []
        except GatewayRefused as no:
            if no.code == _NO_SUCH_CALL:
                return None
            raise

    async def refund(self, payment_id: str, refund_key: str, amount_sen: int, reason: str) -> DurianpayRefund:
        """Give back so much of a payment. Nothing keeps the other side from doing it twice."""
        body = {
            "ref_id": refund_key,
            "payment_id": payment_id,
            "amount": decimal_string(amount_sen),
            "notes": f"{reason} {note_mark(refund_key)}".strip(),
            "use_refund_link": False,
        }
        return await self._ask(Wrapped[DurianpayRefund], "POST", "/refunds", body, once=refund_key)

    async def _ask(self, form: type[Wrapped[T]], method: str, path: str, body: Any = None, *, once: str = "") -> T:
        """One exchange; what stands under ``data``. GatewayRefused, Unreachable, Unanswered."""
        key = self._contract.secrets["secret_api_key"]
        headers = {"authorization": f"Basic {base64.b64encode(f'{key}:'.encode()).decode()}", "accept": _JSON}
        content = None
        if method != "GET":
            headers["content-type"] = _JSON
            content = b"" if body is None else msgspec.json.encode(body)
        if once:
            headers["idempotency-key"] = once
        answer = await self._http.send(method, self._contract.base_url + path, headers=headers, content=content)
        if answer.status == _TOO_MANY:
            raise Unreachable("it asks to wait: nothing was done")
        # A relay in between gives up waiting with 408, whatever became of the request behind it.
        if _REFUSALS <= answer.status < _FAILURES and answer.status != _TOO_LATE:
            raise _refused(answer, key)
        if not _OK <= answer.status < _REDIRECTS:
            raise Unanswered(f"it answered with status {answer.status}")
        try:
            return read_as(form, answer.body).data
        except WireFault as fault:
            raise Unanswered(f"its answer cannot be read: {fault}") from None


def note_mark(refund_key: str) -> str:
    """How a refund's note names the refund: lists show notes where they leave references out."""
    return f"[{refund_key}]"


def _refused(answer: OutgoingResponse, key: str) -> GatewayRefused:
    try:
        said = read_as(DurianpayError, answer.body)
    except WireFault:
        said = DurianpayError()
    fields = [f"{one.field.strip()}: {one.message}" for one in said.errors or ()]
    text = "; ".join([*([said.error] if said.error else []), *fields]) or f"status {answer.status}"
    # Whoever echoes what they were sent must not carry the key into a log.
    return GatewayRefused(said.error_code or str(answer.status), text.replace(key, "…")[:_LONGEST_TEXT])


def _order_body(attempt: Attempt, shop_email: str) -> dict[str, Any]:
    amount = decimal_string(attempt.amount_sen)
    body: dict[str, Any] = {
        "amount": amount,
        "currency": "IDR",
        "payment_option": "full_payment",
        "order_ref_id": attempt.reference,
        "description": attempt.order_number,
        "customer": _customer(attempt, shop_email),
        # LinkAja asks for them.
        "items": [{"name": attempt.order_number or attempt.merchant_name, "qty": 1, "price": amount}],
        # The payer is asked for what they were shown, and no more.
        "admin_fee_method": "included",
    }
    if attempt.ends_at is not None:
        body["expiry_date"] = attempt.ends_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return body


def _customer(attempt: Attempt, shop_email: str) -> dict[str, str]:
    """Whoever pays; without an address or number of theirs the shop stands for them, because one is required."""
    email, mobile = attempt.payer.get("email", ""), attempt.payer.get("mobile", "")
    # The contract takes no others.
    email = email if email.isascii() else ""
    found = {"given_name": _name(attempt), "email": email or ("" if mobile else shop_email), "mobile": mobile}
    return {name: text for name, text in found.items() if text}


def _name(attempt: Attempt) -> str:
    return (attempt.payer.get("name") or attempt.merchant_name)[:_LONGEST_NAME]


def _charge_body(attempt: Attempt, order_id: str) -> dict[str, Any]:
    method, _ = attempt.way
    code = CHANNELS[attempt.way].code
    request = {"order_id": order_id, "amount": decimal_string(attempt.amount_sen)}
    match method:
        case "ewallet":
            request |= {"wallet_type": code, "mobile": attempt.payer.get("mobile", "")}
        case "qris":
            request |= {"type": code, "name": _name(attempt)}
        case _:
            request |= {"bank_code": code, "name": _name(attempt), "payment_ref_id": attempt.reference}
    return {"type": CHARGE_TYPES[method], "request": request}
