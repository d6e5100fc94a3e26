"""Every refusal in the words of the Durianpay contract (§4): ``error``, ``error_code``, ``request_id``, ``errors``.

``error`` and ``error_code`` are always there: the official PHP client breaks without them (§21.4). Texts are
English, as the contract's are.
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import UNSET, UnsetType
from starlette.responses import Response

from gerai.domain import refusals as no
from gerai.domain.money import decimal_string
from gerai.domain.refusals import Kind, Refusal
from gerai.doors.dialects.durianpay.request import NO_CUSTOMER
from gerai.doors.dialects.durianpay.request_rules import BLANK
from gerai.doors.dialects.durianpay.statuses import state_word
from gerai.doors.http.door import reply
from gerai.doors.http.errors import ErrorTable, always

INVALID: Final = "DPAY_INVALID_REQUEST"
INTERNAL: Final = "DPAY_INTERNAL_ERROR"
VA_NOT_FOUND: Final = "DPAY_VA_NOT_FOUND"
#: The contract's text where something is not there.
MISSING: Final = "required fields missing"
#: How the complaint about a field begins when it needs the field's name in front to be a sentence.
_VERBS: Final = ("is ", "must ", "can't ")
_NOT_FOUND: Final = {"order": "DPAY_ORDER_NOT_FOUND", "payment": "DPAY_PAYMENT_NOT_FOUND"}


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


class Entry(msgspec.Struct, frozen=True):
    """What a refusal is in this contract."""

    status: int
    error_code: str
    error: str
    errors: list[FieldError] | UnsetType = UNSET


def _not_found(refusal: no.NotFound) -> Entry:
    if refusal.thing == "member":
        # An order named its customer by an id nobody has.
        return _fields({"customer.id": ["customer does not exists"]})
    thing = refusal.thing.replace("_", " ")
    return Entry(404, _NOT_FOUND.get(refusal.thing, "DPAY_NOT_FOUND"), f"{thing} does not exists")


def _input_invalid(refusal: no.InputInvalid) -> Entry:
    match refusal.where:
        case "params":
            code = "DPAY_INVALID_PAYMENT_ID" if "payment_id" in refusal.fields else INVALID
            return Entry(400, code, "invalid payment id")
        case "query":
            names = ("skip", "limit") if refusal.fields.keys() & {"skip", "limit"} else ("from", "to")
            return Entry(400, INVALID, f"invalid {names[0]} and {names[1]} parameter", _errors(refusal.fields))
        case _:
            return _fields(refusal.fields)


def _permission_missing(refusal: no.PermissionMissing) -> Entry:
    text = "only test keys may do this" if refusal.permission == "sandbox" else "this key may not do this"
    return Entry(403, "DPAY_FORBIDDEN", text)


def _amount(text: str) -> Entry:
    return _fields({"amount": [text]})


def _between(refusal: no.AmountOutOfRange) -> Entry:
    least, most = decimal_string(refusal.minimum_sen), decimal_string(refusal.maximum_sen)
    return _amount(f"must be between {least} and {most}")


def _fields(fields: dict[str, list[str]]) -> Entry:
    """400 with each field; the error names what is missing, or the first fault."""
    errors = _errors(fields)
    if any(error.message in (BLANK, NO_CUSTOMER) for error in errors):
        return Entry(400, INVALID, MISSING, errors)
    first = errors[0]
    needs_name = first.message.startswith(_VERBS)
    return Entry(400, INVALID, f"{first.field} {first.message}" if needs_name else first.message, errors)


def _errors(fields: dict[str, list[str]]) -> list[FieldError]:
    return [FieldError(field, message) for field, messages in fields.items() for message in messages]


_UNREADABLE: Final = {
    "nul": "contains a NUL character",
    "surrogate": "contains a broken Unicode character",
    "too_deep": "is nested too deeply",
    "number": "contains a number that is too long, too large or too small",
    "encoding": "does not match its Content-Encoding",
}


def _unreadable(refusal: no.BodyUnreadable) -> Entry:
    """The contract's text; what is wrong with a body that is JSON, or would be, stands in ``errors``."""
    fault = _UNREADABLE.get(refusal.reason)
    errors = _errors({"body": [fault]}) if fault else UNSET
    return Entry(400, INTERNAL, "error reading request body", errors)


def _conflict(refusal: no.StateConflict) -> Entry:
    if (refusal.verb, refusal.state) == ("charge", "late"):
        # The word for such a payment is expired, and another charge would be no remedy.
        return Entry(400, INVALID, "a payment of this order arrived and waits for a decision")
    return Entry(400, INVALID, f"{refusal.thing} is {state_word(refusal.thing, refusal.state)}")


_REFUSED: Final = always(Entry(400, INVALID, "request refused"))

ERRORS: Final = ErrorTable[Entry](
    by_class={
        no.BodyUnreadable: _unreadable,
        no.BodyTooLarge: always(Entry(413, INVALID, "request body too large")),
        no.EncodingUnsupported: lambda r: Entry(415, INVALID, f"unsupported content encoding: {r.encoding}"),
        no.BodyIncomplete: always(Entry(408, INVALID, "request body did not arrive in time")),
        no.HostUnknown: always(Entry(421, INVALID, "unknown host")),
        no.MethodNotAllowed: always(Entry(405, "DPAY_METHOD_NOT_ALLOWED", "method not allowed")),
        no.PermissionMissing: _permission_missing,
        no.InputInvalid: _input_invalid,
        no.FieldsForbidden: lambda r: _fields({name: ["is not allowed"] for name in r.names}),
        no.PayloadMismatch: lambda r: _fields({"payload": list(r.errors)}),
        no.NotFound: _not_found,
        no.StateConflict: _conflict,
        no.IdempotencyKeyReused: always(
            Entry(422, "DPAY_IDEMPOTENCY_KEY_REUSED", "idempotency key was used for another request")
        ),
        no.AmountMismatch: lambda r: _amount(f"must be {decimal_string(r.right_sen)}"),
        no.AmountOutOfRange: _between,
        no.MethodUnavailable: always(_fields({"type": ["payment method is not available"]})),
        no.SurchargeForbidden: always(
            _fields({"admin_fee_method": ["must be included for this payment method: payers may not be charged a fee"]})
        ),
        no.QuantityOutOfRange: lambda r: _fields({"qty": [f"must be between {r.minimum} and {r.maximum}"]}),
        no.ItemClosed: lambda r: _fields({"items": [f"{r.item} is not available"]}),
        no.OutOfStock: lambda r: _fields({"items": [f"{r.item} is not available"]}),
        no.ShippingCostMismatch: lambda r: _fields({"shipping_fee": [f"must be {decimal_string(r.right_sen)}"]}),
        no.RefundTooLarge: always(Entry(403, "DPAY_REFUND_AMOUNT_EXCEEDED", "refund amount exceed")),
        no.IdentityNotLinked: _REFUSED,
    },
    by_kind={
        Kind.NOT_AUTHENTICATED: always(
            Entry(401, "DPAY_UNAUTHORIZED_ACCESS", "invalid Authorization header in request")
        ),
        Kind.NOT_ALLOWED: always(Entry(403, "DPAY_FORBIDDEN", "this key may not do this")),
        Kind.NOT_FOUND: always(Entry(404, "DPAY_NOT_FOUND", "no such path")),
        Kind.INVALID: _REFUSED,
        Kind.CONFLICT: _REFUSED,
        Kind.FUNDS: always(Entry(400, INVALID, "insufficient balance")),
        Kind.TOO_MANY: always(Entry(429, "DPAY_RATE_LIMITED", "too many requests")),
        Kind.UNAVAILABLE: always(Entry(503, "DPAY_SERVICE_UNAVAILABLE", "try again later")),
        Kind.INTERNAL: always(Entry(500, INTERNAL, "internal server error")),
    },
    # Nothing of this contract can cause these, or they say nothing that its caller may know.
    generic=(
        no.NothingToShip,
        no.PartnerRefused,
        no.InsufficientFunds,
        no.FundingNotAllowed,
        no.PartnerUnavailable,
    ),
)


def refuse(refusal: Refusal, request_id: str) -> Response:
    """The answer to a refusal. Nothing of our inside is disclosed."""
    entry = ERRORS.find(refusal)
    return reply(ErrorAnswer(entry.error, entry.error_code, request_id, entry.errors), entry.status)
