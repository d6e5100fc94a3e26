"""Every refusal of the server in this contract's words."""

from __future__ import annotations

import json
from typing import Any, cast

import httpx
import pytest
from structlog.testing import capture_logs

from app_kit import no_gateways
from gerai.domain import refusals as no
from gerai.doors.dialects.leuwongrr import DIALECT
from gerai.doors.dialects.leuwongrr.errors import refuse
from gerai.doors.http.context import AppServices
from gerai.doors.http.door import Door, refused
from gerai.doors.http.limits import RateLimiter
from gerai.engine.core import Engine
from gerai.engine.keys.manage import create_key
from gerai.engine.merchants.open import add_member, open_merchant
from gerai.kit.ids import base62
from gerai.partners.fulfilment.simulator import PROVIDER
from gerai.partners.lookups.roblox.simulator import SimulatedRoblox
from gerai.settings import Settings


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
    [
        (no.PartnerUnavailable("roblox", 30), "ROBLOX_UNAVAILABLE"),
        (no.PartnerUnavailable("simulator", 30, "simulated"), "SERVICE_UNAVAILABLE"),
        (no.PartnerUnavailable("nobody", 30, "unknown"), "SERVICE_UNAVAILABLE"),
        (no.Busy(30), "SERVER_BUSY"),
    ],
)
def test_try_again_later(refusal: no.Refusal, code: str) -> None:
    """An outage is 503 with Retry-After, never a validation failure; Roblox is named for its own outages only."""
    answer = refused(DIALECT, refusal, "r1")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    body = json.loads(bytes(answer.body))
    assert body["error"] == {"code": code, "request_id": "r1"}
    assert ("Roblox" in body["message"]) == (code == "ROBLOX_UNAVAILABLE")


class PartnersOfARealShop:
    """Roblox that answers at once, and a provider that only pretends."""

    def __init__(self) -> None:
        self.payment_methods: dict[str, Any] = {}
        self.fulfilment = {"simulator": PROVIDER}

    def lookup(self, name: str, *, simulated: bool) -> SimulatedRoblox:
        assert (name, simulated) == ("roblox", False)
        return SimulatedRoblox()


async def test_a_provider_that_may_not_work_is_not_robloxs_fault(engine: Engine, settings: Settings) -> None:
    """A real merchant's setting was edited by hand to a simulator: its production order is refused as unavailable
    here, nothing is stored, and the log names the provider and why."""
    number = engine.ids.next()
    real = await open_merchant(engine, f"real{number}", "Toko", {"robux_rate_sen": 15_000}, simulated=False)
    member_id, _ = await add_member(engine, real, "leuwongrr", "m", "Member")
    token = f"lrrp_v1_{base62(40)}"
    await create_key(engine, real, "production", "leuwongrr", token, name="t", prefix="lrrp_v1_", member_id=member_id)
    async with engine.connection() as connection:
        changed = 'settings || \'{"leuwongrr_provider": "simulator"}\''
        await connection.execute(f"UPDATE merchants SET settings = {changed} WHERE merchant_id = %s", (real,))
        await engine.directory.load(connection, [real])
    door = Door(DIALECT, AppServices(engine, RateLimiter(), settings, PartnersOfARealShop(), no_gateways(engine)))
    order = {"roblox_username": "LeuwongUser", "place_id": 123456789, "roblox_pass_id": 987654321}
    transport = httpx.ASGITransport(cast("Any", door))
    async with httpx.AsyncClient(transport=transport, base_url="http://gerai.test") as client:
        with capture_logs() as logs:
            answer = await client.post("/api/v1/me/orders", json=order, headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert answer.json() == {
        "success": False,
        "message": "Layanan sedang tidak tersedia. Silakan coba lagi beberapa saat.",
        "error": {"code": "SERVICE_UNAVAILABLE", "request_id": answer.headers["x-request-id"]},
    }
    [entry] = [entry for entry in logs if entry["event"] == "request.refused"]
    assert entry["facts"] == {"partner": "simulator", "retry_after_s": 30, "reason": "simulated"}
    async with engine.connection() as connection:
        cursor = await connection.execute("SELECT count(*) FROM orders WHERE merchant_id = %s", (real,))
        assert await cursor.fetchall() == [(0,)]


@pytest.mark.parametrize("kind", list(no.Kind))
def test_a_new_refusal_is_worded_by_its_kind(kind: no.Kind) -> None:
    """A class this door does not know yet still gets the envelope."""
    unknown = type("Unknown", (no.NotAuthenticated,), {"kind": kind})()
    answer = refuse(unknown, "r1")
    assert 400 <= answer.status_code < 600
    assert json.loads(bytes(answer.body))["success"] is False
