"""Every refusal of the server in this contract's words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gerai.domain import refusals as no
from gerai.doors.dialects.leuwongrr import DIALECT
from gerai.doors.dialects.leuwongrr.errors import refuse
from gerai.doors.http.door import refused


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
def test_words(refusal: no.Refusal, status: int, body: dict[str, Any]) -> None:
    """Status and body, to the letter; our own failures tell nothing but the request id."""
    answer = refuse(refusal, "r1")
    assert (answer.status_code, json.loads(bytes(answer.body))) == (status, {"success": False, **body})


def test_rate_limit() -> None:
    """The documented text without an error part, and the four documented headers."""
    answer = refused(DIALECT, no.RateLimited(limit=60, reset_at_s=1760000000, retry_after_s=30), "r1")
    assert answer.status_code == 429
    assert json.loads(bytes(answer.body)) == {
        "success": False,
        "message": "Terlalu banyak request. Silakan coba lagi beberapa saat.",
    }
    assert {name: answer.headers[name] for name in answer.headers if name.startswith(("retry", "x-rate"))} == {
        "retry-after": "30",
        "x-ratelimit-limit": "60",
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": "1760000000",
    }


@pytest.mark.parametrize(
    ("refusal", "code"),
    [(no.PartnerUnavailable("roblox", 30), "ROBLOX_UNAVAILABLE"), (no.Busy(30), "SERVER_BUSY")],
)
def test_try_again_later(refusal: no.Refusal, code: str) -> None:
    """An outage is 503 with Retry-After, never a validation failure."""
    answer = refused(DIALECT, refusal, "r1")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert json.loads(bytes(answer.body))["error"] == {"code": code, "request_id": "r1"}


@pytest.mark.parametrize("kind", list(no.Kind))
def test_a_new_refusal_is_worded_by_its_kind(kind: no.Kind) -> None:
    """A class this door does not know yet still gets the envelope."""
    unknown = type("Unknown", (no.NotAuthenticated,), {"kind": kind})()
    answer = refuse(unknown, "r1")
    assert 400 <= answer.status_code < 600
    assert json.loads(bytes(answer.body))["success"] is False
