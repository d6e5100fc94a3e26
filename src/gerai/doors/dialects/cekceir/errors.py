"""What each refusal costs in this contract: HTTP status, code, and a message in its voice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from starlette.responses import Response

from gerai.domain import refusals as no
from gerai.domain.refusals import Kind, Refusal
from gerai.doors.http.door import reply

_INPUT: Final = "Ada yang salah dengan input kamu, cek kembali yuk!"
_ORDER: Final = "Format order mu tidak sesuai dengan format layanan yang kamu minta."
_NOT_HERE: Final = "Upps, data yang kamu cari tidak ditemukan."


class Price(NamedTuple):
    """``source`` and ``errors`` are sent for validation errors only."""

    status: int
    code: str
    message: str
    source: str = ""
    errors: dict[str, list[str]] | None = None


_BY_KIND: Final[dict[Kind, Price]] = {
    Kind.NOT_AUTHENTICATED: Price(401, "UNAUTHORIZED_ERROR", "Upps, API key-mu tidak valid, cek kembali yuk!"),
    Kind.NOT_ALLOWED: Price(403, "FORBIDDEN_ERROR", "Upps, API key-mu tidak punya akses ke fitur ini."),
    Kind.NOT_FOUND: Price(404, "NOT_FOUND_ERROR", _NOT_HERE),
    Kind.INVALID: Price(422, "REQUEST_NOT_MATCH_SPEC_ERROR", _INPUT),
    Kind.CONFLICT: Price(409, "CONFLICT_ERROR", "Upps, permintaan-mu bertentangan dengan keadaan data saat ini."),
    Kind.FUNDS: Price(402, "INSUFFICIENT_BALANCE_ERROR", "Upps, balance-mu tidak mencukupi untuk pesanan ini."),
    Kind.TOO_MANY: Price(429, "RATELIMIT_EXCEDED_ERROR", "Upps, terlalu banyak permintaan, coba lagi nanti."),
    Kind.UNAVAILABLE: Price(503, "PROVIDER_UNAVAILABLE_ERROR", "Upps, layanan sedang tidak tersedia, coba lagi nanti."),
    Kind.INTERNAL: Price(500, "INTERNAL_ERROR", "Upps, terjadi kesalahan di sistem kami, coba lagi nanti."),
}


def _not_found(refusal: Any) -> Price:
    if refusal.thing in ("service", "item"):
        return Price(404, "SERVICE_NOT_FOUND_ERROR", "Upps, layanan yang kamu minta tidak ditemukan.")
    return _BY_KIND[Kind.NOT_FOUND]


def _closed(refusal: Any) -> Price:
    reason = "sedang tidak aktif" if refusal.reason == "inactive" else "sedang tutup, coba lagi pada jam buka"
    return Price(422, "SERVICE_CLOSED_ERROR", f"Upps, layanan yang kamu minta {reason}.")


def _item_limit(refusal: Any) -> Price:
    text = f"must contain {refusal.minimum} to {refusal.maximum} item(s), received {refusal.quantity}"
    return Price(422, "ITEM_LIMIT_ERROR", "Jumlah item order mu di luar batas layanan.", "order", {"data": [text]})


def _body(reason: str) -> Price:
    return Price(400, "REQUEST_NOT_MATCH_SPEC_ERROR", _INPUT, "body", {"body": [reason]})


_BY_CLASS: Final[dict[type[Refusal], Callable[[Any], Price]]] = {
    no.BodyUnreadable: lambda r: _body("Invalid Content-Encoding" if r.reason == "encoding" else "Invalid JSON"),
    no.EncodingUnsupported: lambda r: _body(f"Unsupported Content-Encoding: {r.encoding}")._replace(status=415),
    no.BodyIncomplete: lambda r: _body(f"Incomplete after {r.limit_s} seconds")._replace(status=408),
    no.HostUnknown: lambda _: Price(421, "UNKNOWN_HOST_ERROR", "Upps, alamat server ini tidak kami kenal."),
    no.BodyTooLarge: lambda r: _body(f"Too big: expected <={r.limit_bytes} bytes")._replace(status=413),
    no.MethodNotAllowed: lambda _: Price(405, "METHOD_NOT_ALLOWED_ERROR", "Upps, metode ini tidak didukung di sini."),
    no.InputInvalid: lambda r: _BY_KIND[Kind.INVALID]._replace(source=r.where, errors=r.fields),
    no.FieldsForbidden: lambda r: _BY_KIND[Kind.INVALID]._replace(
        source="body", errors={name: ["Unrecognized key"] for name in r.names}
    ),
    no.PayloadMismatch: lambda r: Price(422, "ORDER_VALIDATION_ERROR", _ORDER, "order", {"data": list(r.errors)}),
    no.NotFound: _not_found,
    no.IdempotencyKeyReused: lambda _: Price(
        409, "IDEMPOTENCY_CONFLICT_ERROR", "Upps, Idempotency-Key ini sudah dipakai untuk permintaan yang berbeda."
    ),
    no.ItemClosed: _closed,
    no.QuantityOutOfRange: _item_limit,
}


def price(refusal: Refusal) -> Price:
    """The refusal's price; a class without one of its own costs what its kind costs."""
    own = _BY_CLASS.get(type(refusal))
    return own(refusal) if own is not None else _BY_KIND[refusal.kind]


def headers(refusal: Refusal) -> dict[str, str]:
    """What a client needs to try again rightly."""
    if isinstance(refusal, no.RateLimited):
        return {
            "X-RateLimit-Limit": str(refusal.limit),
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": str(refusal.reset_at_s),
            "Retry-After": str(refusal.retry_after_s),
            "X-RateLimit-Policy": f"{refusal.limit};w=60",
        }
    if isinstance(refusal, no.Busy | no.PartnerUnavailable):
        return {"Retry-After": str(refusal.retry_after_s)}
    if isinstance(refusal, no.MethodNotAllowed) and refusal.allowed:
        return {"Allow": ", ".join(refusal.allowed)}
    return {}


def refuse(refusal: Refusal, request_id: str) -> Response:
    """The error envelope. ``request_id`` (a UUID) is the ``traceId`` that finds the log line."""
    cost = price(refusal)
    body: dict[str, Any] = {"error": True, "code": cost.code, "message": cost.message}
    if cost.errors is not None:
        body |= {"source": cost.source, "errors": cost.errors}
    return reply({**body, "traceId": request_id}, cost.status, headers(refusal))
