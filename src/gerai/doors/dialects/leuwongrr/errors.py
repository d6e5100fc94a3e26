"""Every refusal in this contract's envelope: status, Indonesian text, code where the contract has one.

401, 403, 404 of an object and 429 are documented without an ``error`` part and stay so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from starlette.responses import Response

from gerai.domain import refusals as no
from gerai.domain.refusals import Kind, Refusal
from gerai.doors.http.door import reply
from gerai.doors.http.errors import ErrorTable, always

Fields = dict[str, list[str]] | list[str]

UNAUTHORIZED: Final = "Unauthorized API token."
UNAUTHORIZED_VALIDATE: Final = "Unauthorized user API token."
NOT_ELIGIBLE: Final = "Akun pemilik token tidak aktif atau belum memenuhi syarat API."
_TOO_MANY: Final = "Terlalu banyak request. Silakan coba lagi beberapa saat."
_INVALID: Final = "Data yang dikirim tidak valid."
_NOT_FOUND: Final = {
    "order": "Order tidak ditemukan.",
    "invoice": "Invoice tidak ditemukan.",
    "deposit": "Deposit tidak ditemukan.",
    "article": "Artikel tidak ditemukan.",
}
_UNREADABLE: Final = {
    "empty": "body wajib diisi.",
    "not_json": "body harus berupa JSON yang valid.",
    "not_object": "body harus berupa objek JSON.",
    "nul": "body berisi karakter NUL.",
    "surrogate": "body berisi karakter Unicode yang tidak lengkap.",
    "too_deep": "body bersarang terlalu dalam.",
    "number": "body berisi angka yang terlalu besar.",
    "encoding": "body tidak dapat dibuka sesuai Content-Encoding.",
}


@dataclass(frozen=True)
class ErrorEntry:
    """What a refusal becomes here. ``code`` empty: the body has no ``error`` part."""

    status: int
    message: str
    code: str = ""
    fields: Fields | None = None


def _invalid(fields: dict[str, list[str]]) -> ErrorEntry:
    return ErrorEntry(422, _INVALID, "VALIDATION_ERROR", fields)


def _forbidden(refusal: no.FieldsForbidden) -> ErrorEntry:
    names = ", ".join(refusal.names)
    message = f"Request berisi field yang tidak diizinkan untuk User API: {names}."
    return ErrorEntry(422, message, "FORBIDDEN_FIELDS", list(refusal.names))


_ROBLOX_SILENT: Final = "Roblox sedang tidak dapat dihubungi. Silakan coba lagi beberapa saat."
_UNAVAILABLE: Final = "Layanan sedang tidak tersedia. Silakan coba lagi beberapa saat."
_BUSY: Final = "Server sedang sibuk. Silakan coba lagi beberapa saat."
_BROKEN: Final = "Terjadi kesalahan pada server."
_CONFLICT: Final = "Status data tidak mengizinkan tindakan ini."
_CLOSED: Final = "Produk ini sedang tidak dijual."
_AMOUNT: Final = "Nominal berada di luar batas yang diizinkan."


def _partner_unavailable(refusal: no.PartnerUnavailable) -> ErrorEntry:
    """Roblox is blamed for its own outages only; what else is missing here is for the log."""
    if refusal.partner == "roblox":
        return ErrorEntry(503, _ROBLOX_SILENT, "ROBLOX_UNAVAILABLE")
    return ErrorEntry(503, _UNAVAILABLE, "SERVICE_UNAVAILABLE")


_BY_CLASS: Final[dict[type[Refusal], Callable[[Any], ErrorEntry]]] = {
    no.BodyUnreadable: lambda r: _invalid({"body": [_UNREADABLE.get(r.reason, _UNREADABLE["not_json"])]}),
    no.BodyTooLarge: always(ErrorEntry(413, "Body request terlalu besar.", "PAYLOAD_TOO_LARGE")),
    no.EncodingUnsupported: lambda r: ErrorEntry(
        415,
        f"Content-Encoding {r.encoding} tidak didukung. Gunakan gzip, deflate, atau tanpa kompresi.",
        "UNSUPPORTED_CONTENT_ENCODING",
    ),
    no.BodyIncomplete: always(ErrorEntry(408, "Body request tidak selesai diterima pada waktunya.", "REQUEST_TIMEOUT")),
    no.HostUnknown: always(ErrorEntry(421, "Host ini tidak dilayani di sini.", "UNKNOWN_HOST")),
    no.PathUnknown: always(ErrorEntry(404, "Endpoint tidak ditemukan.", "ENDPOINT_NOT_FOUND")),
    no.MethodNotAllowed: always(ErrorEntry(405, "Method tidak diizinkan untuk endpoint ini.", "METHOD_NOT_ALLOWED")),
    no.InputInvalid: lambda r: _invalid(r.fields),
    no.FieldsForbidden: _forbidden,
    no.PayloadMismatch: lambda r: _invalid({"body": list(r.errors)}),
    no.NotFound: lambda r: ErrorEntry(404, _NOT_FOUND.get(r.thing, "Data tidak ditemukan.")),
    no.StateConflict: always(ErrorEntry(409, _CONFLICT, "STATE_CONFLICT")),
    no.IdempotencyKeyReused: always(
        ErrorEntry(422, "Idempotency-Key sudah dipakai untuk request yang berbeda.", "IDEMPOTENCY_KEY_REUSED")
    ),
    no.ItemClosed: always(ErrorEntry(422, _CLOSED, "PRODUCT_UNAVAILABLE")),
    no.QuantityOutOfRange: always(
        ErrorEntry(422, "Jumlah berada di luar batas yang diizinkan.", "QUANTITY_OUT_OF_RANGE")
    ),
    no.OutOfStock: always(ErrorEntry(422, "Stok tidak cukup.", "OUT_OF_STOCK")),
    no.NothingToShip: always(ErrorEntry(422, "Pesanan ini tidak dikirim.", "NOTHING_TO_SHIP")),
    no.ShippingCostMismatch: always(ErrorEntry(422, "Biaya kirim tidak sesuai.", "SHIPPING_COST_MISMATCH")),
    no.PartnerRefused: always(ErrorEntry(422, "Validasi resmi Roblox gagal.", "ROBLOX_VALIDATION_FAILED")),
    no.InsufficientFunds: always(ErrorEntry(422, "Saldo tidak cukup.", "INSUFFICIENT_BALANCE")),
    no.FundingNotAllowed: always(
        ErrorEntry(422, "Sandbox API Key hanya boleh memakai payment_method: invoice.", "SANDBOX_INVOICE_ONLY")
    ),
    no.MethodUnavailable: always(ErrorEntry(422, "Metode pembayaran tidak tersedia.", "PAYMENT_METHOD_UNAVAILABLE")),
    no.SurchargeForbidden: always(ErrorEntry(422, "Metode pembayaran tidak tersedia.", "PAYMENT_METHOD_UNAVAILABLE")),
    no.IdentityNotLinked: always(ErrorEntry(422, "Akun Discord belum terhubung ke akun web.", "DISCORD_LINK_REQUIRED")),
    no.AmountMismatch: always(ErrorEntry(422, "Nominal tidak sesuai.", "AMOUNT_MISMATCH")),
    no.AmountOutOfRange: always(ErrorEntry(422, _AMOUNT, "AMOUNT_OUT_OF_RANGE")),
    no.RefundTooLarge: always(ErrorEntry(422, "Nominal refund melebihi pembayaran.", "REFUND_TOO_LARGE")),
    no.PartnerUnavailable: _partner_unavailable,
}

_BY_KIND: Final = {
    Kind.NOT_AUTHENTICATED: always(ErrorEntry(401, UNAUTHORIZED)),
    Kind.NOT_ALLOWED: always(ErrorEntry(403, NOT_ELIGIBLE)),
    Kind.NOT_FOUND: always(ErrorEntry(404, "Data tidak ditemukan.")),
    Kind.INVALID: always(ErrorEntry(422, _INVALID, "VALIDATION_ERROR")),
    Kind.CONFLICT: always(ErrorEntry(409, _CONFLICT, "STATE_CONFLICT")),
    Kind.FUNDS: always(ErrorEntry(422, "Saldo tidak cukup.", "INSUFFICIENT_BALANCE")),
    Kind.TOO_MANY: always(ErrorEntry(429, _TOO_MANY)),
    Kind.UNAVAILABLE: always(ErrorEntry(503, _BUSY, "SERVER_BUSY")),
    Kind.INTERNAL: always(ErrorEntry(500, _BROKEN, "INTERNAL_ERROR")),
}

ERRORS: Final = ErrorTable(by_class=_BY_CLASS, by_kind=_BY_KIND)


def refuse(refusal: Refusal, request_id: str) -> Response:
    """The error envelope; our own failures carry the id that finds the log line."""
    entry = ERRORS.find(refusal)
    envelope: dict[str, Any] = {"success": False, "message": entry.message}
    if entry.code:
        error: dict[str, Any] = {"code": entry.code}
        if entry.fields is not None:
            error["fields"] = entry.fields
        if entry.status >= 500:
            error["request_id"] = request_id
        envelope["error"] = error
    return reply(envelope, entry.status)
