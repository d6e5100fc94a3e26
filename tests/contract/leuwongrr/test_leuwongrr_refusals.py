"""Every refusal of the server has a price in this contract."""

from __future__ import annotations

from typing import Any

import pytest

from gerai.domain import refusals as no
from gerai.doors.dialects.leuwongrr.refusals import PRICED, price


def test_every_refusal_is_priced() -> None:
    """No class is left to the fallback."""
    assert set(no.every_refusal()) - PRICED == set()


@pytest.mark.parametrize(
    ("refusal", "status", "body"),
    [
        (no.NotAuthenticated("revoked"), 401, {"message": "Unauthorized API token."}),
        (
            no.PermissionMissing("account.active"),
            403,
            {"message": "Akun pemilik token tidak aktif atau belum memenuhi syarat API."},
        ),
        (
            no.FieldsForbidden(("user_id", "price")),
            422,
            {
                "message": "Request berisi field yang tidak diizinkan untuk User API: user_id, price.",
                "error": {"code": "FORBIDDEN_FIELDS", "fields": ["user_id", "price"]},
            },
        ),
        (
            no.BodyUnreadable("nul"),
            422,
            {
                "message": "Data yang dikirim tidak valid.",
                "error": {"code": "VALIDATION_ERROR", "fields": {"body": ["body berisi karakter NUL."]}},
            },
        ),
        (
            no.InputInvalid({"place_id": ["place_id wajib diisi."]}),
            422,
            {
                "message": "Data yang dikirim tidak valid.",
                "error": {"code": "VALIDATION_ERROR", "fields": {"place_id": ["place_id wajib diisi."]}},
            },
        ),
        (no.NotFound("order", "INV1"), 404, {"message": "Order tidak ditemukan."}),
        (no.NotFound("invoice", "INV1"), 404, {"message": "Invoice tidak ditemukan."}),
        (
            no.PartnerRefused("roblox", "pass"),
            422,
            {"message": "Validasi resmi Roblox gagal.", "error": {"code": "ROBLOX_VALIDATION_FAILED"}},
        ),
        (
            no.InsufficientFunds(1, 2),
            422,
            {"message": "Saldo tidak cukup.", "error": {"code": "INSUFFICIENT_BALANCE"}},
        ),
        (
            no.IdentityNotLinked("discord"),
            422,
            {"message": "Akun Discord belum terhubung ke akun web.", "error": {"code": "DISCORD_LINK_REQUIRED"}},
        ),
        (
            no.Broken(request_id="r1", detail="secret"),
            500,
            {"message": "Terjadi kesalahan pada server.", "error": {"code": "INTERNAL_ERROR", "request_id": "r1"}},
        ),
    ],
)
def test_prices(refusal: no.Refusal, status: int, body: dict[str, Any]) -> None:
    """Status and body, to the letter; our own failures tell nothing but the request id."""
    priced = price(refusal, "r1")
    assert (priced.status, priced.body()) == (status, {"success": False, **body})


def test_rate_limit() -> None:
    """The documented text without an error part, and the four documented headers."""
    priced = price(no.RateLimited(limit=60, reset_at_s=1760000000, retry_after_s=30))
    assert priced.status == 429
    assert priced.body() == {
        "success": False,
        "message": "Terlalu banyak request. Silakan coba lagi beberapa saat.",
    }
    assert priced.headers == {
        "Retry-After": "30",
        "X-RateLimit-Limit": "60",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": "1760000000",
    }


@pytest.mark.parametrize(
    ("refusal", "code"),
    [(no.PartnerUnavailable("roblox", 30), "ROBLOX_UNAVAILABLE"), (no.Busy(30), "SERVER_BUSY")],
)
def test_try_again_later(refusal: no.Refusal, code: str) -> None:
    """An outage is 503 with Retry-After, never a validation failure."""
    priced = price(refusal, "r1")
    assert (priced.status, priced.headers) == (503, {"Retry-After": "30"})
    assert priced.body()["error"] == {"code": code, "request_id": "r1"}


@pytest.mark.parametrize("kind", list(no.Kind))
def test_a_new_refusal_is_priced_by_its_kind(kind: no.Kind) -> None:
    """A class this door does not know yet still gets the envelope."""
    unknown = type("Unknown", (no.NotAuthenticated,), {"kind": kind})()
    priced = price(unknown, "r1")
    assert 400 <= priced.status < 600
    assert priced.body()["success"] is False
