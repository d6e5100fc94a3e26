"""What tests of `gerai shop` share: the examples, a folder of one's own, and the shop as a running server knows it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import httpx
from terminal_kit import gerai_here

from engine_kit import assert_within
from gerai.app import App
from gerai.domain.records import OrderView
from gerai.domain.states import ORDER
from gerai.engine.desk.house import Within

ROOT: Final = Path(__file__).parents[2]
EXAMPLES: Final = ROOT / "examples"
_PATIENCE_S: Final = 20.0


def shop_folder(tmp_path: Path, main: str, **tables: str) -> Path:
    """A folder with this ``shop.toml``, and these tables beside it."""
    folder = tmp_path / "toko"
    folder.mkdir(exist_ok=True)
    (folder / "shop.toml").write_text(main, encoding="utf-8")
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


async def shop_of(app: App, code: str) -> Within:
    """The desk of the shop with this code. This server has read everything again: another process changed it, and the
    news of that may still be on its way."""
    async with app.engine.connection() as connection:
        await app.engine.directory.load(connection)
    known = {one.code: one.merchant_id for one in app.engine.directory.merchants()}
    return Within(app.house, known[code], "production")


async def known_key(app: App, token: str) -> str:
    """The key, once this server knows it."""
    await assert_within(lambda: app.engine.directory.find_key(token) is not None, _PATIENCE_S)
    return token


async def key_at(dsn: str, app: App, door: str, code: str, *options: str) -> str:
    """A production key, made at the terminal, that this server knows."""
    done, secret, why = await gerai_here(dsn, "keys", "create", door, "production", "--merchant", code, *options)
    assert done == 0, why
    return await known_key(app, secret.strip().splitlines()[-1])


async def sent(client: httpx.AsyncClient, method: str, path: str, body: Any = None, **how: Any) -> Any:
    """The answer of a call that succeeds."""
    answer = await client.request(method, path, json=body, **how)
    assert answer.is_success, answer.text
    return answer.json()


def bearer(key: str) -> dict[str, str]:
    """The header of most doors."""
    return {"Authorization": f"Bearer {key}"}


async def at_terminal(dsn: str, *arguments: str) -> str:
    """What a command prints that succeeds."""
    code, said, why = await gerai_here(dsn, *arguments)
    assert code == 0, (arguments, said, why)
    return said


def counted(said: str) -> dict[str, tuple[int, int]]:
    """Of what `gerai shop load` prints: by section, how many were added and how many were there."""
    found = re.findall(r"^(\w+)\s+(\d+)\s+(\d+)\s*$", said, re.M)
    return {section: (int(new), int(old)) for section, new, old in found}


async def newest(within: Within) -> OrderView:
    """The order that was placed last."""
    views = await within.engine.orders.of_merchant(within.merchant_id, [within.environment], [*ORDER.states], 1)
    return views[0]


def parcel_order(store: str, variant: str, quantity: int, warehouse: str, courier: int, cost: int) -> dict[str, Any]:
    """The body of an order of goods that are sent, at the counter that sells for stores."""
    return {
        "store_unique_id": store, "customer_name": "Budi Santoso", "customer_phone": "6281234567890",
        "payment_method": "bank_transfer", "address": "Jl. Pegangsaan Timur No. 28", "location_id": 1,
        "postal_code": "10310", "warehouse_unique_id": warehouse, "courier_service_id": courier,
        "shipping_cost": cost, "ordervariants": [{"quantity": quantity, "variant_unique_id": variant}],
    }  # fmt: skip


def digital_order(store: str, variant: str) -> dict[str, Any]:
    """The body of an order of what is not sent."""
    return {
        "store_unique_id": store, "customer_name": "Ani Lestari", "customer_phone": "6281234567891",
        "customer_email": "ani@example.com", "payment_method": "invoice",
        "ordervariants": [{"quantity": 1, "variant_unique_id": variant}],
    }  # fmt: skip


def link_order(amount: str) -> dict[str, Any]:
    """The body of an order at the counter of payment links."""
    return {
        "amount": amount, "currency": "IDR", "order_ref_id": f"link-{amount}", "is_payment_link": True,
        "customer": {"email": "ani@example.com"},
    }  # fmt: skip


PASS_ORDER: Final = {
    "roblox_username": "LeuwongUser", "place_id": 123456789, "roblox_pass_id": 987654321, "payment_method": "qris",
}  # fmt: skip
