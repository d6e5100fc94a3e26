"""Every refusal in this contract's envelope ``{error, error_code, errors?}`` (contract §1.1)."""

from __future__ import annotations

from typing import Final

import msgspec
from starlette.responses import Response

from gerai.domain import refusals as r
from gerai.domain.money import decimal_string
from gerai.domain.states import ORDER, SHIPMENT
from gerai.doors.dialects.scalev.shipment_states import SHIPMENT_STATUS
from gerai.doors.dialects.scalev.statuses import STATUS
from gerai.doors.http.door import reply
from gerai.doors.http.errors import ErrorTable, always
from gerai.kit.clock import unix_s

#: How many of several that are refused at once are named one by one.
NAMED_AT_MOST: Final = 100
#: Requests of a key in an hour (contract §1.3).
HOURLY: Final = 10_000
HOUR_S: Final = 3600
_UNREADABLE: Final = {
    "empty": "Request body is empty",
    "not_object": "Request body must be a JSON object",
    "nul": "Request body contains a NUL character",
    "surrogate": "Request body contains a broken Unicode character",
    "too_deep": "Request body is nested too deeply",
    "number": "Request body contains a number that is too long, too large or too small",
    "encoding": "Request body does not match its Content-Encoding",
}


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """The body of an error. ``errors``: texts by field, or by the order concerned."""

    status: int
    error: str
    error_code: str = ""
    errors: dict[str, list[str]] = {}


class ErrorBody(msgspec.Struct, frozen=True, omit_defaults=True):
    """The contract's envelope."""

    error: str
    error_code: str = ""
    errors: dict[str, list[str]] = {}


def _fields(errors: dict[str, list[str]], status: int = 422, code: str = "validation_failed") -> Entry:
    """Field mistakes; the first one is in ``error`` too, for clients that show only that."""
    name, texts = next(iter(errors.items()))
    return Entry(status, f"{name} {texts[0]}", code, errors)


def _not_authenticated(refusal: r.NotAuthenticated) -> Entry:
    return Entry(401, "API key has expired" if refusal.reason == "expired" else "Invalid API key")


def _unreadable(refusal: r.BodyUnreadable) -> Entry:
    return Entry(400, _UNREADABLE.get(refusal.reason, "Request body is not valid JSON"), "bad_request")


def _input(refusal: r.InputInvalid) -> Entry:
    if refusal.where == "body":
        return _fields(refusal.fields)
    return _fields(refusal.fields, 400, "bad_request")


def _not_found(refusal: r.NotFound) -> Entry:
    things = {"store": "Store not found", "order": "Order not found", "location": "Location not found"}
    text = things.get(refusal.thing, "Not found") + _and_more(len(refusal.more))
    named = {id: ["not found"] for id in refusal.ids[:NAMED_AT_MOST] if id} if refusal.thing == "order" else {}
    return Entry(404, text, "not_found", named)


def _conflict(refusal: r.StateConflict) -> Entry:
    """The first one is in ``error`` too, with how many more there are."""
    named = {conflict.id: [_cannot(conflict)] for conflict in refusal.all[:NAMED_AT_MOST]}
    error = _cannot(refusal.all[0]) + _and_more(len(refusal.more))
    return Entry(409, error, "state_conflict", named)


def _cannot(conflict: r.Conflict) -> str:
    words = STATUS if conflict.thing == "order" else SHIPMENT_STATUS if conflict.thing == "shipment" else {}
    target = _TARGET_OF.get((conflict.thing, conflict.verb), conflict.verb)
    state, wanted = (words.get(word) or word for word in (conflict.state, target))
    return f"{conflict.thing} {conflict.id} cannot go from {state} to {wanted}"


def _and_more(others: int) -> str:
    return f", and {others} more" if others else ""


#: Where each verb leads, so that a conflict can be told in the contract's words for states.
_TARGET_OF: Final = {(table.thing, verb): target for table in (ORDER, SHIPMENT) for _, verb, target in table.moves}


def _out_of_stock(refusal: r.OutOfStock) -> Entry:
    text = f"{refusal.item} is out of stock: {refusal.wanted} wanted, {refusal.available} available"
    return _fields({name: [text] for name in refusal.fields or ("quantity",)})


def _shipping_cost(refusal: r.ShippingCostMismatch) -> Entry:
    right = decimal_string(refusal.right_sen).removesuffix(".00")
    return _fields(
        {"shipping_cost": [f"must be at least {right} for this warehouse, location, courier service and weight"]}
    )


def _nothing_to_ship(refusal: r.NothingToShip) -> Entry:
    text = "has no physical product to ship"
    return Entry(422, f"order {text}", "validation_failed", {refusal.order: [text]})


ERRORS: Final = ErrorTable[Entry](
    by_class={
        r.NotAuthenticated: _not_authenticated,
        r.BodyUnreadable: _unreadable,
        r.BodyTooLarge: always(Entry(413, "Request body is too large", "payload_too_large")),
        r.EncodingUnsupported: lambda refusal: Entry(
            415, f"Content-Encoding {refusal.encoding} is not supported", "unsupported_media_type"
        ),
        r.BodyIncomplete: always(Entry(408, "Request body did not arrive in time", "request_timeout")),
        r.HostUnknown: always(Entry(421, "Unknown host", "misdirected_request")),
        r.MethodNotAllowed: always(Entry(405, "Method not allowed", "method_not_allowed")),
        r.InputInvalid: _input,
        r.FieldsForbidden: lambda refusal: _fields({name: ["is not allowed"] for name in refusal.names}),
        r.NotFound: _not_found,
        r.StateConflict: _conflict,
        r.IdempotencyKeyReused: always(
            _fields({"Idempotency-Key": ["was used for another request"]}, code="idempotency_key_reused")
        ),
        r.OutOfStock: _out_of_stock,
        r.ShippingCostMismatch: _shipping_cost,
        r.NothingToShip: _nothing_to_ship,
        r.QuantityOutOfRange: lambda refusal: Entry(
            422, f"{refusal.item}: at most {refusal.maximum}", "validation_failed"
        ),
    },
    by_kind={
        r.Kind.NOT_AUTHENTICATED: always(Entry(401, "Invalid API key")),
        r.Kind.NOT_ALLOWED: always(Entry(403, "Forbidden", "insufficient_scope")),
        r.Kind.NOT_FOUND: always(Entry(404, "Not found", "not_found")),
        r.Kind.INVALID: always(Entry(422, "Validation failed", "validation_failed")),
        r.Kind.CONFLICT: always(Entry(409, "Conflict", "state_conflict")),
        r.Kind.FUNDS: always(Entry(422, "Insufficient balance", "validation_failed")),
        r.Kind.TOO_MANY: always(Entry(429, "Too many requests", "rate_limited")),
        r.Kind.UNAVAILABLE: always(Entry(503, "Service is busy, try again", "server_error")),
        r.Kind.INTERNAL: always(Entry(500, "Internal server error", "server_error")),
    },
    # Nothing of this contract can cause these, or they say nothing that its caller may know.
    generic=(
        r.PayloadMismatch,
        r.ItemClosed,
        r.PartnerRefused,
        r.InsufficientFunds,
        r.FundingNotAllowed,
        r.MethodUnavailable,
        r.SurchargeForbidden,
        r.IdentityNotLinked,
        r.AmountMismatch,
        r.AmountOutOfRange,
        r.RefundTooLarge,
        r.PartnerUnavailable,
    ),
)


def refuse(refusal: r.Refusal, request_id: str) -> Response:
    """The answer to a refused request. It shows the figures of an hour that nobody has used: where a key was accepted,
    its own replace them (doors/http/door.py)."""
    entry = ERRORS.find(refusal)
    shown = {
        "x-request-id": request_id,
        "x-ratelimit-limit": str(HOURLY),
        "x-ratelimit-remaining": str(HOURLY),
        "x-ratelimit-reset": str((int(unix_s()) // HOUR_S + 1) * HOUR_S),
    }
    if refusal.kind is r.Kind.NOT_AUTHENTICATED:
        shown["www-authenticate"] = "Bearer"
    return reply(ErrorBody(entry.error, entry.error_code, entry.errors), entry.status, shown)
