"""Every refusal in this contract's envelope: HTTP status, code, and a message in its voice."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from starlette.responses import Response

from gerai.domain import refusals as no
from gerai.domain.refusals import Kind, Refusal
from gerai.doors.http.door import reply
from gerai.doors.http.errors import ErrorTable, always

_INPUT: Final = "Ada yang salah dengan input kamu, cek kembali yuk!"
_ORDER: Final = "Format order mu tidak sesuai dengan format layanan yang kamu minta."


class ErrorEntry(NamedTuple):
    """``source`` and ``errors`` are sent for validation errors only."""

    status: int
    code: str
    message: str
    source: str = ""
    errors: dict[str, list[str]] | None = None


_NOT_FOUND: Final = ErrorEntry(404, "NOT_FOUND_ERROR", "Upps, data yang kamu cari tidak ditemukan.")
_SERVICE_NOT_FOUND: Final = ErrorEntry(404, "SERVICE_NOT_FOUND_ERROR", "Upps, layanan yang kamu minta tidak ditemukan.")
_INVALID: Final = ErrorEntry(422, "REQUEST_NOT_MATCH_SPEC_ERROR", _INPUT)
_UNAVAILABLE: Final = ErrorEntry(
    503, "PROVIDER_UNAVAILABLE_ERROR", "Upps, layanan sedang tidak tersedia, coba lagi nanti."
)
_PROVIDER: Final = "Upps, penyedia deposit ini sedang tidak tersedia, pilih yang lain yuk!"


def _not_found(refusal: no.NotFound) -> ErrorEntry:
    return _SERVICE_NOT_FOUND if refusal.thing in ("service", "item") else _NOT_FOUND


def _closed(refusal: no.ItemClosed) -> ErrorEntry:
    reason = "sedang tidak aktif" if refusal.reason == "inactive" else "sedang tutup, coba lagi pada jam buka"
    return ErrorEntry(422, "SERVICE_CLOSED_ERROR", f"Upps, layanan yang kamu minta {reason}.")


def _item_limit(refusal: no.QuantityOutOfRange) -> ErrorEntry:
    text = f"must contain {refusal.minimum} to {refusal.maximum} item(s), received {refusal.quantity}"
    return ErrorEntry(422, "ITEM_LIMIT_ERROR", "Jumlah item order mu di luar batas layanan.", "order", {"data": [text]})


#: Of a body that is JSON, or would be: "Invalid JSON" would send its author looking for a comma.
_UNREADABLE: Final = {
    "nul": "Invalid string: contains a NUL character",
    "surrogate": "Invalid string: contains a broken Unicode character",
    "too_deep": "Invalid input: nested too deeply",
    "number": "Invalid number: too large",
    "encoding": "Invalid Content-Encoding",
}


def _unreadable(refusal: no.BodyUnreadable) -> ErrorEntry:
    """A body that is JSON, but no object, is a mistake of its type."""
    if refusal.reason == "not_object":
        return _fields({"body": ["Invalid input: expected object"]})
    return _body(_UNREADABLE.get(refusal.reason, "Invalid JSON: expected object"))


def _body(reason: str, status: int = 400) -> ErrorEntry:
    return _fields({"body": [reason]})._replace(status=status)


def _fields(errors: dict[str, list[str]], source: str = "body") -> ErrorEntry:
    return _INVALID._replace(source=source, errors=errors)


ERRORS: Final = ErrorTable(
    by_class={
        no.BodyUnreadable: _unreadable,
        no.EncodingUnsupported: lambda r: _body(f"Unsupported Content-Encoding: {r.encoding}", 415),
        no.BodyIncomplete: lambda r: _body(f"Incomplete after {r.limit_s} seconds", 408),
        no.BodyTooLarge: lambda r: _body(f"Too big: expected <={r.limit_bytes} bytes", 413),
        no.HostUnknown: always(ErrorEntry(421, "UNKNOWN_HOST_ERROR", "Upps, alamat server ini tidak kami kenal.")),
        no.MethodNotAllowed: always(
            ErrorEntry(405, "METHOD_NOT_ALLOWED_ERROR", "Upps, metode ini tidak didukung di sini.")
        ),
        no.InputInvalid: lambda r: _fields(r.fields, r.where),
        no.FieldsForbidden: lambda r: _fields({name: ["Unrecognized key"] for name in r.names}),
        no.PayloadMismatch: lambda r: ErrorEntry(
            422, "ORDER_VALIDATION_ERROR", _ORDER, "order", {"data": list(r.errors)}
        ),
        no.NotFound: _not_found,
        no.IdempotencyKeyReused: always(
            ErrorEntry(
                409,
                "IDEMPOTENCY_CONFLICT_ERROR",
                "Upps, Idempotency-Key ini sudah dipakai untuk permintaan yang berbeda.",
            )
        ),
        # Of a deposit's provider alone: orders are paid from the wallet. To ask for the same again does not help.
        no.MethodUnavailable: always(_UNAVAILABLE._replace(status=422, message=_PROVIDER)),
        no.ItemClosed: _closed,
        no.QuantityOutOfRange: _item_limit,
    },
    by_kind={
        Kind.NOT_AUTHENTICATED: always(
            ErrorEntry(401, "UNAUTHORIZED_ERROR", "Upps, API key-mu tidak valid, cek kembali yuk!")
        ),
        Kind.NOT_ALLOWED: always(
            ErrorEntry(403, "FORBIDDEN_ERROR", "Upps, API key-mu tidak punya akses ke fitur ini.")
        ),
        Kind.NOT_FOUND: always(_NOT_FOUND),
        Kind.INVALID: always(_INVALID),
        Kind.CONFLICT: always(
            ErrorEntry(409, "CONFLICT_ERROR", "Upps, permintaan-mu bertentangan dengan keadaan data saat ini.")
        ),
        Kind.FUNDS: always(
            ErrorEntry(402, "INSUFFICIENT_BALANCE_ERROR", "Upps, balance-mu tidak mencukupi untuk pesanan ini.")
        ),
        Kind.TOO_MANY: always(
            ErrorEntry(429, "RATELIMIT_EXCEDED_ERROR", "Upps, terlalu banyak permintaan, coba lagi nanti.")
        ),
        Kind.UNAVAILABLE: always(_UNAVAILABLE),
        Kind.INTERNAL: always(
            ErrorEntry(500, "INTERNAL_ERROR", "Upps, terjadi kesalahan di sistem kami, coba lagi nanti.")
        ),
    },
    # Orders are paid from the wallet, and nothing is shipped; what a partner says is a result of the order.
    generic={
        no.InsufficientFunds,
        no.PartnerUnavailable,
        no.PartnerRefused,
        no.StateConflict,
        no.OutOfStock,
        no.ShippingCostMismatch,
        no.NothingToShip,
        no.FundingNotAllowed,
        no.SurchargeForbidden,
        no.IdentityNotLinked,
        no.AmountMismatch,
        no.AmountOutOfRange,
        no.RefundTooLarge,
    },
)


def refuse(refusal: Refusal, request_id: str) -> Response:
    """The error envelope. ``request_id`` (a UUID) is the ``traceId`` that finds the log line."""
    entry = ERRORS.find(refusal)
    body: dict[str, Any] = {"error": True, "code": entry.code, "message": entry.message}
    if entry.errors is not None:
        body |= {"source": entry.source, "errors": entry.errors}
    # Documented beside the headers that every door sends.
    policy = {"X-RateLimit-Policy": f"{refusal.limit};w=60"} if isinstance(refusal, no.RateLimited) else None
    return reply({**body, "traceId": request_id}, entry.status, policy)
