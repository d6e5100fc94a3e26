"""Every refusal of the server, priced in this contract: status, Indonesian text, code where the contract has one.

401, 403, 404 of an object and 429 are documented without an ``error`` part and stay so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from gerai.domain import refusals as no
from gerai.domain.refusals import Kind, Refusal

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
class Price:
    """What a refusal costs here. ``code`` empty: the body has no ``error`` part."""

    status: int
    message: str
    code: str = ""
    fields: Fields | None = None
    headers: dict[str, str] = field(default_factory=dict[str, str])
    more: dict[str, Any] = field(default_factory=dict[str, Any])

    def body(self) -> dict[str, Any]:
        """The error envelope."""
        envelope: dict[str, Any] = {"success": False, "message": self.message}
        if self.code:
            error: dict[str, Any] = {"code": self.code}
            if self.fields is not None:
                error["fields"] = self.fields
            envelope["error"] = error | self.more
        return envelope


def price(refusal: Refusal, request_id: str = "") -> Price:
    """The price of any refusal; one of a class unknown here is priced by its kind."""
    priced = _PRICES.get(type(refusal)) or _KINDS[refusal.kind]
    found = priced(refusal)
    if found.status < 500:
        return found
    return Price(found.status, found.message, found.code, found.fields, found.headers, {"request_id": request_id})


def _invalid(fields: dict[str, list[str]]) -> Price:
    return Price(422, _INVALID, "VALIDATION_ERROR", fields)


def _fixed(status: int, message: str, code: str = "") -> Callable[[Any], Price]:
    fixed = Price(status, message, code)
    return lambda _: fixed


def _rate_limited(refusal: no.RateLimited) -> Price:
    return Price(
        429,
        _TOO_MANY,
        headers={
            "Retry-After": str(refusal.retry_after_s),
            "X-RateLimit-Limit": str(refusal.limit),
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": str(refusal.reset_at_s),
        },
    )


def _forbidden(refusal: no.FieldsForbidden) -> Price:
    names = ", ".join(refusal.names)
    message = f"Request berisi field yang tidak diizinkan untuk User API: {names}."
    return Price(422, message, "FORBIDDEN_FIELDS", list(refusal.names))


def _method(refusal: no.MethodNotAllowed) -> Price:
    headers = {"Allow": ", ".join(refusal.allowed)} if refusal.allowed else {}
    return Price(405, "Method tidak diizinkan untuk endpoint ini.", "METHOD_NOT_ALLOWED", headers=headers)


def _wait(message: str, code: str, seconds: int) -> Price:
    return Price(503, message, code, headers={"Retry-After": str(seconds)})


_UNAVAILABLE: Final = "Roblox sedang tidak dapat dihubungi. Silakan coba lagi beberapa saat."
_BUSY: Final = "Server sedang sibuk. Silakan coba lagi beberapa saat."
_BROKEN: Final = "Terjadi kesalahan pada server."
_CONFLICT: Final = "Status data tidak mengizinkan tindakan ini."
_CLOSED: Final = "Produk ini sedang tidak dijual."
_AMOUNT: Final = "Nominal berada di luar batas yang diizinkan."

_PRICES: Final[dict[type[Refusal], Callable[[Any], Price]]] = {
    no.NotAuthenticated: _fixed(401, UNAUTHORIZED),
    no.PermissionMissing: _fixed(403, NOT_ELIGIBLE),
    no.RateLimited: _rate_limited,
    no.BodyUnreadable: lambda r: _invalid({"body": [_UNREADABLE.get(r.reason, _UNREADABLE["not_json"])]}),
    no.BodyTooLarge: _fixed(413, "Body request terlalu besar.", "PAYLOAD_TOO_LARGE"),
    no.EncodingUnsupported: lambda r: Price(
        415,
        f"Content-Encoding {r.encoding} tidak didukung. Gunakan gzip, deflate, atau tanpa kompresi.",
        "UNSUPPORTED_CONTENT_ENCODING",
    ),
    no.BodyIncomplete: _fixed(408, "Body request tidak selesai diterima pada waktunya.", "REQUEST_TIMEOUT"),
    no.HostUnknown: _fixed(421, "Host ini tidak dilayani di sini.", "UNKNOWN_HOST"),
    no.PathUnknown: _fixed(404, "Endpoint tidak ditemukan.", "ENDPOINT_NOT_FOUND"),
    no.MethodNotAllowed: _method,
    no.InputInvalid: lambda r: _invalid(r.fields),
    no.FieldsForbidden: _forbidden,
    no.PayloadMismatch: lambda r: _invalid({"body": list(r.errors)}),
    no.NotFound: lambda r: Price(404, _NOT_FOUND.get(r.thing, "Data tidak ditemukan.")),
    no.StateConflict: _fixed(409, _CONFLICT, "STATE_CONFLICT"),
    no.IdempotencyKeyReused: _fixed(
        422, "Idempotency-Key sudah dipakai untuk request yang berbeda.", "IDEMPOTENCY_KEY_REUSED"
    ),
    no.ItemClosed: _fixed(422, _CLOSED, "PRODUCT_UNAVAILABLE"),
    no.QuantityOutOfRange: _fixed(422, "Jumlah berada di luar batas yang diizinkan.", "QUANTITY_OUT_OF_RANGE"),
    no.OutOfStock: _fixed(422, "Stok tidak cukup.", "OUT_OF_STOCK"),
    no.NothingToShip: _fixed(422, "Pesanan ini tidak dikirim.", "NOTHING_TO_SHIP"),
    no.ShippingCostMismatch: _fixed(422, "Biaya kirim tidak sesuai.", "SHIPPING_COST_MISMATCH"),
    no.PartnerRefused: _fixed(422, "Validasi resmi Roblox gagal.", "ROBLOX_VALIDATION_FAILED"),
    no.InsufficientFunds: _fixed(422, "Saldo tidak cukup.", "INSUFFICIENT_BALANCE"),
    no.FundingNotAllowed: _fixed(
        422, "Sandbox API Key hanya boleh memakai payment_method: invoice.", "SANDBOX_INVOICE_ONLY"
    ),
    no.MethodUnavailable: _fixed(422, "Metode pembayaran tidak tersedia.", "PAYMENT_METHOD_UNAVAILABLE"),
    no.IdentityNotLinked: _fixed(422, "Akun Discord belum terhubung ke akun web.", "DISCORD_LINK_REQUIRED"),
    no.AmountMismatch: _fixed(422, "Nominal tidak sesuai.", "AMOUNT_MISMATCH"),
    no.AmountOutOfRange: _fixed(422, _AMOUNT, "AMOUNT_OUT_OF_RANGE"),
    no.RefundTooLarge: _fixed(422, "Nominal refund melebihi pembayaran.", "REFUND_TOO_LARGE"),
    no.PartnerUnavailable: lambda r: _wait(_UNAVAILABLE, "ROBLOX_UNAVAILABLE", r.retry_after_s),
    no.Busy: lambda r: _wait(_BUSY, "SERVER_BUSY", r.retry_after_s),
    no.Broken: _fixed(500, _BROKEN, "INTERNAL_ERROR"),
}

_KINDS: Final[dict[Kind, Callable[[Any], Price]]] = {
    Kind.NOT_AUTHENTICATED: _fixed(401, UNAUTHORIZED),
    Kind.NOT_ALLOWED: _fixed(403, NOT_ELIGIBLE),
    Kind.NOT_FOUND: _fixed(404, "Data tidak ditemukan."),
    Kind.INVALID: _fixed(422, _INVALID, "VALIDATION_ERROR"),
    Kind.CONFLICT: _fixed(409, _CONFLICT, "STATE_CONFLICT"),
    Kind.FUNDS: _fixed(422, "Saldo tidak cukup.", "INSUFFICIENT_BALANCE"),
    Kind.TOO_MANY: _fixed(429, _TOO_MANY),
    Kind.UNAVAILABLE: lambda _: _wait(_BUSY, "SERVER_BUSY", 1),
    Kind.INTERNAL: _fixed(500, _BROKEN, "INTERNAL_ERROR"),
}

PRICED: Final = frozenset(_PRICES)
