"""Every refusal, priced in this contract's envelope ``{error, error_code, errors?}`` (contract §1.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from starlette.responses import Response

from gerai.domain import refusals as r
from gerai.domain.money import decimal_string
from gerai.doors.http.door import reply
from gerai.doors.http.limits import Verdict
from gerai.kit.clock import unix_s

HOURLY: Final = 10_000
_HOUR_S: Final = 3600
_R = TypeVar("_R", bound=r.Refusal)

#: Status, error and code of each family, for refusals without a price of their own.
_BY_KIND: Final = {
    r.Kind.NOT_AUTHENTICATED: (401, "Invalid API key", ""),
    r.Kind.NOT_ALLOWED: (403, "Forbidden", "insufficient_scope"),
    r.Kind.NOT_FOUND: (404, "Not found", "not_found"),
    r.Kind.INVALID: (422, "Validation failed", "validation_failed"),
    r.Kind.CONFLICT: (409, "Conflict", "state_conflict"),
    r.Kind.FUNDS: (422, "Insufficient balance", "validation_failed"),
    r.Kind.TOO_MANY: (429, "Too many requests", "rate_limited"),
    r.Kind.UNAVAILABLE: (503, "Service is busy, try again", "server_error"),
    r.Kind.INTERNAL: (500, "Internal server error", "server_error"),
}
_UNREADABLE: Final = {
    "empty": "Request body is empty",
    "not_object": "Request body must be a JSON object",
    "nul": "Request body contains a NUL character",
    "too_deep": "Request body is nested too deeply",
    "number": "Request body contains a number that is too large",
    "encoding": "Request body does not match its Content-Encoding",
}


def refuse(refusal: r.Refusal, request_id: str) -> Response:
    """The answer to a refused request. Limits are shown on every answer, also where none was counted."""
    status, body, headers = _price(refusal)
    shown = {**rate_headers(full_hour()), "x-request-id": request_id, **headers}
    return reply(body, status, shown)


def full_hour() -> Verdict:
    """What a caller without a limit has left: everything."""
    return Verdict(HOURLY, HOURLY, (int(unix_s()) // _HOUR_S + 1) * _HOUR_S)


def rate_headers(verdict: Verdict) -> dict[str, str]:
    return {
        "x-ratelimit-limit": str(verdict.limit),
        "x-ratelimit-remaining": str(verdict.remaining),
        "x-ratelimit-reset": str(verdict.reset_at_s),
    }


_Priced = tuple[int, dict[str, Any], dict[str, str]]


def _price(refusal: r.Refusal) -> _Priced:
    own = _OWN.get(type(refusal))
    if own is not None:
        return own(refusal)
    status, error, code = _BY_KIND[refusal.kind]
    headers: dict[str, str] = {}
    if isinstance(refusal, r.Busy | r.PartnerUnavailable):
        headers["retry-after"] = str(refusal.retry_after_s)
    return status, _body(error, code), headers


def _body(error: str, code: str = "", errors: dict[str, list[str]] | None = None) -> dict[str, Any]:
    body: dict[str, Any] = {"error": error}
    if code:
        body["error_code"] = code
    if errors:
        body["errors"] = errors
    return body


def _fields(errors: dict[str, list[str]], status: int = 422, code: str = "validation_failed") -> _Priced:
    """Field mistakes; the first one is told in ``error`` too, for clients that show only that."""
    name, texts = next(iter(errors.items()))
    return status, _body(f"{name} {texts[0]}", code, errors), {}


def _not_authenticated(refusal: r.NotAuthenticated) -> _Priced:
    error = "API key has expired" if refusal.reason == "expired" else "Invalid API key"
    return 401, _body(error), {"www-authenticate": "Bearer"}


def _unreadable(refusal: r.BodyUnreadable) -> _Priced:
    return 400, _body(_UNREADABLE.get(refusal.reason, "Request body is not valid JSON"), "bad_request"), {}


def _input(refusal: r.InputInvalid) -> _Priced:
    if refusal.where == "body":
        return _fields(refusal.fields)
    return _fields(refusal.fields, 400, "bad_request")


def _not_found(refusal: r.NotFound) -> _Priced:
    things = {"store": "Store not found", "order": "Order not found", "location": "Location not found"}
    named = {refusal.id: ["not found"]} if refusal.thing == "order" and refusal.id else None
    return 404, _body(things.get(refusal.thing, "Not found"), "not_found", named), {}


def _conflict(refusal: r.StateConflict) -> _Priced:
    error = f"{refusal.thing} {refusal.id} cannot go from {refusal.state} to {refusal.verb}"
    return 409, _body(error, "state_conflict", {refusal.id: [error]}), {}


def _out_of_stock(refusal: r.OutOfStock) -> _Priced:
    text = f"{refusal.item} is out of stock: {refusal.wanted} wanted, {refusal.available} available"
    return _fields({"quantity": [text]})


def _shipping_cost(refusal: r.ShippingCostMismatch) -> _Priced:
    right = decimal_string(refusal.right_sen).removesuffix(".00")
    return _fields({"shipping_cost": [f"must be {right} for this warehouse, location, courier service and weight"]})


def _nothing_to_ship(refusal: r.NothingToShip) -> _Priced:
    text = "has no physical product to ship"
    return 422, _body(f"order {text}", "validation_failed", {refusal.order: [text]}), {}


def _too_many(refusal: r.QuantityOutOfRange) -> _Priced:
    return 422, _body(f"{refusal.item}: at most {refusal.maximum}", "validation_failed"), {}


def _own(kind: type[_R], price: Callable[[_R], _Priced]) -> tuple[type[_R], Callable[[Any], _Priced]]:
    return kind, price


_OWN: Final[dict[type[r.Refusal], Callable[[Any], _Priced]]] = dict(
    (
        _own(r.NotAuthenticated, _not_authenticated),
        _own(r.BodyUnreadable, _unreadable),
        _own(r.BodyTooLarge, lambda _: (413, _body("Request body is too large", "payload_too_large"), {})),
        _own(
            r.EncodingUnsupported,
            lambda refusal: (
                415,
                _body(f"Content-Encoding {refusal.encoding} is not supported", "unsupported_media_type"),
                {},
            ),
        ),
        _own(r.BodyIncomplete, lambda _: (408, _body("Request body did not arrive in time", "request_timeout"), {})),
        _own(r.HostUnknown, lambda _: (421, _body("Unknown host", "misdirected_request"), {})),
        _own(
            r.MethodNotAllowed,
            lambda refusal: (
                405,
                _body("Method not allowed", "method_not_allowed"),
                {"allow": ", ".join(refusal.allowed)},
            ),
        ),
        _own(r.InputInvalid, _input),
        _own(r.FieldsForbidden, lambda refusal: _fields({name: ["is not allowed"] for name in refusal.names})),
        _own(r.NotFound, _not_found),
        _own(r.StateConflict, _conflict),
        _own(
            r.IdempotencyKeyReused,
            lambda _: _fields({"Idempotency-Key": ["was used for another request"]}, code="idempotency_key_reused"),
        ),
        _own(r.OutOfStock, _out_of_stock),
        _own(r.ShippingCostMismatch, _shipping_cost),
        _own(r.NothingToShip, _nothing_to_ship),
        _own(r.QuantityOutOfRange, _too_many),
    )
)
