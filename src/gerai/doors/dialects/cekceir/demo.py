"""The Cek Ceir part of the demo shop: four services, two keys with money, and the contract's example order."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import httpx
import msgspec

from gerai.domain.money import rupiah
from gerai.doors.dialects.cekceir.auth import CHANNEL
from gerai.doors.dialects.cekceir.keys import make_key
from gerai.doors.http.demo import Demo, DemoCall, DemoShop, Shown, call
from gerai.engine.catalogue.services import Service, ServiceType, publish
from gerai.engine.deposits.manual import ManualDeposit
from gerai.engine.keys.manage import create_key
from gerai.engine.merchants.open import add_member

#: What the demo members start with: the first has plenty, the second can be brought to "not enough" by one order.
OPENING_SEN: Final = rupiah(20_000_000)
SECOND_OPENING_SEN: Final = rupiah(100_000)
#: Requests per minute of the second key. The contract documents the answer to too many, not the figure.
PER_MINUTE: Final = 60
_PUBLISHED_AT: Final = datetime(2026, 4, 26, tzinfo=UTC)
#: An IMEI that the simulator finishes at once.
_IMEI: Final = "356281920502180"

_DIGITS: Final = {"type": "string", "pattern": "^[0-9]{15}$"}
_RESULT: Final[dict[str, Any]] = {"type": "object"}


def _takes_imeis(**extra: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"imeis": {"type": "array", "items": _DIGITS, "minItems": 1}, **extra},
        "required": ["imeis"],
        "additionalProperties": True,
        "x-quantityFrom": "/imeis",
        "x-requestFrom": "/imeis",
    }


_BARCODE: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "items": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": {
                    "primary_imei": _DIGITS,
                    "secondary_imei": _DIGITS,
                    "theme": {"type": "string", "enum": ["dark", "light"]},
                },
                "required": ["primary_imei"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["items"],
    "additionalProperties": True,
    "x-quantityFrom": "/items",
    "x-requestFrom": "/items",
}

TYPES: Final[tuple[ServiceType, ...]] = (
    ServiceType(1, "imeiroamer", "IMEI", None, True, _takes_imeis(), _RESULT),
    ServiceType(2, "barcode", "Barcode", "Gambar barcode IMEI", True, _BARCODE, _RESULT),
    ServiceType(3, "unlock", "Unlock", None, True, _takes_imeis(note={"type": "string", "maxLength": 200}), _RESULT),
)


def service(
    service_id: int, type_id: int, code: str, name: str, unit_price: int, *, most: int = 100, **facts: Any
) -> Service:
    """A demo service, automatic and always open unless ``facts`` say otherwise; ``unit_price`` in whole rupiah."""
    plain = Service(
        service_id=service_id,
        type_id=type_id,
        code=code,
        name=name,
        description=None,
        open_time=None,
        close_time=None,
        is_active=True,
        processing_type="automatic",
        provider="simulator",
        provider_settings={},
        unit_price_sen=rupiah(unit_price),
        min_items=1,
        max_items=most,
        deadline_ms=10_000,
        created_at=_PUBLISHED_AT,
        updated_at=_PUBLISHED_AT,
    )
    return msgspec.structs.replace(plain, **facts)


SERVICES: Final[tuple[Service, ...]] = (
    service(1, 1, "cek_imei", "Cek Status IMEI", 1_500),
    service(2, 1, "cek_history_imei", "Cek Riwayat IMEI", 5_000, provider_settings={"answer": "history"}),
    service(3, 2, "create_barcode", "Buat Barcode IMEI", 1_000, most=20, provider_settings={"answer": "barcode"}),
    service(
        4, 3, "unlock_manual", "Unlock Manual", 75_000, most=5, processing_type="manual", provider="manual",
        description="Dikerjakan oleh operator pada jam kerja.",
    ),
)  # fmt: skip


async def seed(shop: DemoShop) -> dict[str, Any]:
    """Publish the services and open two members, each with a key and money; returns the section of demo.json."""
    await publish(shop.engine, shop.merchant_id, TYPES, SERVICES)
    api_key, user_id = await _member(shop, "customer", OPENING_SEN, None)
    second_api_key, second_user_id = await _member(shop, "reseller", SECOND_OPENING_SEN, {"requests": PER_MINUTE})
    return {
        "api_key": api_key,
        "user_id": user_id,
        "second_api_key": second_api_key,
        "second_user_id": second_user_id,
    }


async def _member(shop: DemoShop, username: str, opening_sen: int, limits: dict[str, int] | None) -> tuple[str, int]:
    member_id, wallets = await add_member(
        shop.engine, shop.merchant_id, CHANNEL, username, username.title(), email=f"{username}@demo.example"
    )
    await shop.engine.submit(
        ManualDeposit(
            merchant_id=shop.merchant_id,
            environment="production",
            channel=CHANNEL,
            account_id=wallets["production"],
            amount_sen=opening_sen,
            note="Saldo awal",
        )
    )
    form = make_key("production")
    await create_key(
        shop.engine, shop.merchant_id, "production", CHANNEL, form.token,
        name=f"Demo {username}", prefix=form.prefix, member_id=member_id, permissions=form.permissions, limits=limits,
    )  # fmt: skip
    return form.token, member_id


async def tour(client: httpx.AsyncClient, section: dict[str, Any]) -> list[Shown]:
    """Check one IMEI, as the contract's example does, and look at the wallet afterwards."""
    headers = _headers(section)
    body = {"code": "cek_imei", "data": {"imeis": [_IMEI]}}
    return [
        await call(client, "Cek Ceir: order cek_imei", "POST", "/api/order", headers, body),
        await call(client, "Cek Ceir: wallet", "GET", "/api/wallet/snap", headers),
    ]


def order(section: dict[str, Any], number: int) -> DemoCall:
    """A check of one IMEI, of the member with plenty of money."""
    return _check(section, f"{356281000000000 + number}")


def ending(section: dict[str, Any], number: int, last: str) -> DemoCall:
    """The same, of an IMEI that ends so."""
    return _check(section, f"{35628100000 + number // 10**4 % 10**6}{last}")


def _check(section: dict[str, Any], imei: str) -> DemoCall:
    return DemoCall("POST", "/api/order", _headers(section), {"code": "cek_imei", "data": {"imeis": [imei]}})


def _headers(section: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {section['api_key']}"}


DEMO: Final = Demo(seed, tour, order, ending)
