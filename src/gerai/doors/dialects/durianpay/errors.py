"""Every refusal in the words of the Durianpay contract (§4): ``error``, ``error_code``, ``request_id``, ``errors``.

``error`` and ``error_code`` are always there: the official PHP client breaks without them (§21.4). Texts are
English, as the contract's are.
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import UNSET, UnsetType
from starlette.responses import Response

from gerai.domain.money import decimal_string
from gerai.domain.refusals import (
    AmountMismatch,
    AmountOutOfRange,
    BodyIncomplete,
    BodyTooLarge,
    BodyUnreadable,
    Busy,
    EncodingUnsupported,
    FieldsForbidden,
    FundingNotAllowed,
    HostUnknown,
    IdempotencyKeyReused,
    IdentityNotLinked,
    InputInvalid,
    InsufficientFunds,
    ItemClosed,
    Kind,
    MethodNotAllowed,
    MethodUnavailable,
    NotAuthenticated,
    NotFound,
    OutOfStock,
    PartnerRefused,
    PartnerUnavailable,
    PathUnknown,
    PayloadMismatch,
    PermissionMissing,
    QuantityOutOfRange,
    RateLimited,
    RefundTooLarge,
    Refusal,
    ShippingCostMismatch,
    StateConflict,
)
from gerai.doors.http.door import reply

INVALID: Final = "DPAY_INVALID_REQUEST"
INTERNAL: Final = "DPAY_INTERNAL_ERROR"


class FieldError(msgspec.Struct, frozen=True):
    """What is wrong with one field."""

    field: str
    message: str


class ErrorAnswer(msgspec.Struct, frozen=True):
    """The body of every answer at or above 400."""

    error: str
    error_code: str
    request_id: str
    errors: list[FieldError] | UnsetType = UNSET


class Price(msgspec.Struct, frozen=True):
    """What a refusal is in this contract."""

    status: int
    error_code: str
    error: str
    errors: list[FieldError] | UnsetType = UNSET
    headers: dict[str, str] = {}


def price(refusal: Refusal) -> Price:
    """The status and texts of a refusal. Nothing of our inside is told."""
    match refusal:
        case NotAuthenticated():
            return Price(401, "DPAY_UNAUTHORIZED_ACCESS", "invalid Authorization header in request")
        case PermissionMissing(permission=permission):
            return Price(403, "DPAY_FORBIDDEN", f"this key may not do this: {permission}")
        case RateLimited():
            return Price(429, "DPAY_RATE_LIMITED", "too many requests")
        case NotFound():
            return _not_found(refusal)
        case PathUnknown():
            return Price(404, "DPAY_NOT_FOUND", "no such path")
        case MethodNotAllowed(allowed=allowed):
            headers = {"Allow": ", ".join(allowed)} if allowed else {}
            return Price(405, "DPAY_METHOD_NOT_ALLOWED", "method not allowed", headers=headers)
        case BodyUnreadable():
            return Price(400, INTERNAL, "error reading request body")
        case BodyTooLarge():
            return Price(413, INVALID, "request body too large")
        case EncodingUnsupported(encoding=encoding):
            return Price(415, INVALID, f"unsupported content encoding: {encoding}")
        case BodyIncomplete():
            return Price(408, INVALID, "request body did not arrive in time")
        case HostUnknown():
            return Price(421, INVALID, "unknown host")
        case IdempotencyKeyReused():
            return Price(422, "DPAY_IDEMPOTENCY_KEY_REUSED", "idempotency key was used for another request")
        case RefundTooLarge():
            return Price(403, "DPAY_REFUND_AMOUNT_EXCEEDED", "refund amount exceed")
        case PartnerUnavailable(retry_after_s=seconds) | Busy(retry_after_s=seconds):
            return Price(503, "DPAY_SERVICE_UNAVAILABLE", "try again later", headers=_retry(seconds))
        case _ if refusal.kind is Kind.INTERNAL:
            return Price(500, INTERNAL, "internal server error")
        case _:
            return _invalid(refusal)


def _not_found(refusal: NotFound) -> Price:
    if refusal.thing == "member":
        # An order named its customer by an id nobody has.
        return _fields({"customer.id": ["customer does not exists"]})
    code = {"order": "DPAY_ORDER_NOT_FOUND", "payment": "DPAY_PAYMENT_NOT_FOUND"}.get(refusal.thing, "DPAY_NOT_FOUND")
    return Price(404, code, f"{refusal.thing.replace('_', ' ')} does not exists")


def _invalid(refusal: Refusal) -> Price:
    """Everything else is a 400: this contract knows one code for what a request cannot have."""
    match refusal:
        case InputInvalid(where="params"):
            code = "DPAY_INVALID_PAYMENT_ID" if "payment_id" in refusal.fields else INVALID
            return Price(400, code, "invalid payment id")
        case InputInvalid(where="query"):
            names = ("skip", "limit") if refusal.fields.keys() & {"skip", "limit"} else ("from", "to")
            return Price(400, INVALID, f"invalid {names[0]} and {names[1]} parameter", _errors(refusal.fields))
        case InputInvalid(fields=fields):
            return _fields(fields)
        case FieldsForbidden(names=names):
            return _fields({name: ["is not allowed"] for name in names})
        case PayloadMismatch(errors=errors):
            return _fields({"payload": list(errors)})
        case StateConflict(thing=thing, state=state):
            return Price(400, INVALID, f"{thing} is {state}")
        case AmountMismatch(right_sen=right):
            return _fields({"amount": [f"must be {decimal_string(right)}"]})
        case AmountOutOfRange(minimum_sen=least, maximum_sen=most):
            return _fields({"amount": [f"must be between {decimal_string(least)} and {decimal_string(most)}"]})
        case MethodUnavailable():
            return _fields({"type": ["payment method is not available"]})
        case QuantityOutOfRange():
            return _fields({"qty": [f"must be between {refusal.minimum} and {refusal.maximum}"]})
        case ItemClosed() | OutOfStock():
            return _fields({"items": [f"{refusal.item} is not available"]})
        case ShippingCostMismatch(right_sen=right):
            return _fields({"shipping_fee": [f"must be {decimal_string(right)}"]})
        case InsufficientFunds():
            return Price(400, INVALID, "insufficient balance")
        case FundingNotAllowed() | IdentityNotLinked() | PartnerRefused():
            return Price(400, INVALID, "request refused")
        case _:
            return Price(400, INVALID, "invalid request")


def _fields(fields: dict[str, list[str]]) -> Price:
    return Price(400, INVALID, "required fields missing", _errors(fields))


def _errors(fields: dict[str, list[str]]) -> list[FieldError]:
    return [FieldError(field, message) for field, messages in fields.items() for message in messages]


def _retry(seconds: int) -> dict[str, str]:
    return {"Retry-After": str(max(seconds, 1))}


def refuse(refusal: Refusal, request_id: str) -> Response:
    """The answer to a refusal."""
    priced = price(refusal)
    body = ErrorAnswer(priced.error, priced.error_code, request_id, priced.errors)
    return reply(body, priced.status, priced.headers)
