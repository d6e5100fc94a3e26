"""Whom the rights matrix is about: sellers with goods, orders and payments at every door."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
from rights_kit import Operation, with_key

from gerai.domain.records import Environment
from gerai.doors.dialects.durianpay.demo import ORDER
from gerai.doors.http.demo import DemoShop
from gerai.doors.http.door import Dialect
from gerai.engine.core import Engine
from gerai.engine.deposits.manual import ManualDeposit
from gerai.engine.directory_entries import KeyFacts
from gerai.engine.keys.manage import create_key
from gerai.engine.merchants.open import changing, open_merchant
from gerai.kit.ids import base62, digits

_numbers = itertools.count(1)
#: The key of every create of the walk, and of the victim's orders before it.
ONCE: Final = "the-same-key-for-everybody"


def word() -> str:
    """A word nobody else writes."""
    return f"Rahasia{digits(2)}{base62(8)}"


@dataclass
class Seller:
    """A merchant at one door. ``section`` is what the demo's seed made; ``token`` the key that owns, ``answers`` all
    that it was answered; ``facts`` what the walk's bodies name, ``chosen`` what its paths must."""

    engine: Engine
    client: httpx.AsyncClient
    dialect: Dialect
    merchant_id: int
    section: dict[str, Any]
    token: str = ""
    headers: dict[str, str] = field(default_factory=dict[str, str])
    answers: list[Any] = field(default_factory=list[Any])
    facts: dict[str, Any] = field(default_factory=dict[str, Any])
    chosen: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])

    @property
    def key(self) -> KeyFacts:
        """The key that owns."""
        found = self.engine.directory.find_key(self.token)
        assert found is not None
        return found

    async def ask(self, method: str, path: str, body: Any = None, **params: Any) -> Any:
        """The body of a request of the owner that must succeed."""
        answer = await self.client.request(method, path, json=body, headers=self.headers, params=params or None)
        assert answer.is_success, (method, path, answer.text)
        self.answers.append(answer.json())
        return self.answers[-1]

    async def fresh_key(self, environment: str = "", **facts: Any) -> str:
        """Another key of this seller and this door, without a rate limit."""
        assert self.dialect.keys is not None
        home: Environment = "production" if (environment or self.key.environment) == "production" else "sandbox"
        form = self.dialect.keys.make(home)
        given = {"name": word(), "prefix": form.prefix, "permissions": form.permissions, "limits": None, **facts}
        token = given.pop("token", form.token)
        await create_key(self.engine, self.merchant_id, home, self.dialect.name, token, **given)
        return token


async def open_sellers(engine: Engine, client: httpx.AsyncClient, dialects: tuple[Dialect, ...]) -> list[Seller]:
    """A merchant with the demo's goods under names and prices of its own, and with orders, at every door."""
    merchant_id = await open_merchant(engine, f"rights{next(_numbers)}", word(), simulated=True)
    sellers = [
        Seller(engine, client, dialect, merchant_id, await dialect.demo.seed(DemoShop(engine, merchant_id)))
        for dialect in dialects
        if dialect.demo is not None
    ]
    await _own_names(engine, merchant_id)
    for seller in sellers:
        assert seller.dialect.demo is not None
        seller.headers = dict(seller.dialect.demo.order(seller.section, 0).headers)
        seller.token = _token_of(seller)
        await _own_money(seller)
        await PREPARED.get(seller.dialect.name, _of_a_panel)(seller)
    return sellers


def _token_of(seller: Seller) -> str:
    """Which of the demo's keys the demo's client sends."""
    keys = [v for v in seller.section.values() if isinstance(v, str) and seller.engine.directory.find_key(v)]
    [found] = [key for key in keys if with_key(seller.headers, key, "") != seller.headers]
    return found


#: What a shop names itself, and what it asks. Districts are the country's.
_NAMES: Final = ("name", "public_name", "contact_name", "address", "description", "sku", "slug")
_PRICES: Final = {"services": "unit_price_sen", "variants": "price_sen", "price_options": "price_sen"}


async def _own_names(engine: Engine, merchant_id: int) -> None:
    async with changing(engine, merchant_id) as connection:
        cursor = await connection.execute(
            "SELECT a.table_name, a.column_name FROM information_schema.columns a "
            "JOIN information_schema.columns m USING (table_schema, table_name) WHERE m.column_name = 'merchant_id' "
            # Articles are for everybody to read.
            "AND table_schema = current_schema() AND a.column_name = ANY(%s) "
            "AND a.table_name NOT IN ('events', 'articles')",
            [list(_NAMES)],
        )
        for table, column in await cursor.fetchall():
            await connection.execute(
                f"UPDATE {table} SET {column} = {column} || %s WHERE merchant_id = %s",  # type: ignore[arg-type]
                [f" {word()}", merchant_id],
            )
        for table, column in _PRICES.items():
            more_sen = (1_000_000 + int(digits(5))) * 100
            await connection.execute(
                f"UPDATE {table} SET {column} = {column} + %s WHERE merchant_id = %s",  # type: ignore[arg-type]
                [more_sen, merchant_id],
            )


async def _own_money(seller: Seller) -> None:
    """An amount in the wallet that nobody else has."""
    key = seller.key
    if key.account_id is not None:
        await seller.engine.submit(
            ManualDeposit(
                merchant_id=seller.merchant_id, environment=key.environment, channel=seller.dialect.name,
                account_id=key.account_id, amount_sen=(1_000_000 + int(digits(6))) * 100, note=word(),
            )
        )  # fmt: skip


# --- what each door's sellers have ---------------------------------------------------------


async def _place_some(seller: Seller) -> None:
    """Two orders of the demo's client; with references of their own where the contract has some."""
    assert seller.dialect.demo is not None
    for number in (1, 2):
        wanted = seller.dialect.demo.order(seller.section, number)
        body = dict(wanted.body)
        if "client_reference" in body:
            body["client_reference"] = word()
        await seller.ask(wanted.method, wanted.path, body)


async def _of_a_panel(seller: Seller) -> None:
    """Orders, and a deposit that waits to be paid where the door takes one as Cek Ceir's does."""
    await _place_some(seller)
    for prefix in seller.dialect.prefixes:
        if any((one.method, one.path) == ("POST", f"{prefix}/deposit") for one in seller.dialect.routes):
            body = {"amount": 1_000_000 + int(digits(6)), "provider_code": "card"}
            await seller.ask("POST", f"{prefix}/deposit", body)


async def _durianpay(seller: Seller) -> None:
    """Orders of one customer: two that are open, six that are charged."""
    email, amount = f"{word().lower()}@example.com", f"{1_000_000 + int(digits(6))}.00"
    customer = ORDER["customer"] | {
        "given_name": word(), "sur_name": word(), "email": email, "mobile": f"8{digits(10)}",
        "customer_ref_id": word(), "address": ORDER["customer"]["address"] | {"address_line_1": word()},
    }  # fmt: skip
    seller.facts |= {"amount": amount, "open": [], "charged": []}
    for number in range(8):
        body = {
            "amount": amount, "currency": "IDR", "order_ref_id": word(), "customer": customer, "description": word(),
            "metadata": {"secret": word()}, "is_payment_link": True,
        }  # fmt: skip
        order = (await seller.ask("POST", "/v1/orders", body))["data"]
        if number < 2:
            seller.facts["open"].append(order["id"])
            continue
        request = {"order_id": order["id"], "amount": amount, "name": word(), "bank_code": "MANDIRI"}
        charge = await seller.ask("POST", "/v1/payments/charge", {"type": "VA", "request": request})
        seller.facts["charged"].append(charge["data"]["response"])
    found = await seller.ask("GET", f"/v1/orders/{seller.facts['open'][0]}", expand="customer")
    seller.facts["customer"] = found["data"]["customer"]["id"]
    for number, prefix in enumerate(("/v1", "")):
        payment = seller.facts["charged"][number]["payment_id"]
        seller.chosen[f"PUT {prefix}/payments/{{id}}/cancel"] = {"id": payment}


async def _scalev(seller: Seller) -> None:
    """An order of an e-book, and one of a shirt that is sent."""
    section = seller.section
    buyer = {
        "store_unique_id": section["store_unique_id"], "customer_name": word(), "customer_phone": f"628{digits(9)}",
        "customer_email": f"{word().lower()}@example.com", "payment_method": "invoice", "notes": word(),
        "metadata": {"secret": word()},
    }  # fmt: skip
    line = {"quantity": 1, "variant_unique_id": section["digital_variant_unique_id"]}
    digital = await seller.ask("POST", "/v3/orders", buyer | {"ordervariants": [line]})
    going = {"store_id": section["store_id"], "destination_id": 1}
    going["variants"] = [{"variant_id": section["physical_variant_id"], "qty": 1}]
    house = (await seller.ask("POST", "/v3/shipping-costs/search-warehouse", going))["data"][0]["warehouse"]
    parcel = {
        "address": word(), "location_id": 1, "postal_code": "12345", "courier_service_id": 1, "shipping_cost": 20000,
        "shipment_provider_code": "lincah", "warehouse_unique_id": house["unique_id"],
        "ordervariants": [{"quantity": 1, "variant_unique_id": section["physical_variant_unique_id"]}],
    }  # fmt: skip
    physical = await seller.ask("POST", "/v3/orders", buyer | parcel)
    await seller.ask("POST", "/v3/orders/change-status", {"ids": [physical["id"]], "status": "confirmed"})
    seller.facts |= {"digital": digital["id"], "house": house["unique_id"]}
    for path in ("PATCH {}/shipment-receipt", "POST {}/shipment-status-history", "PATCH {}/shipment"):
        seller.chosen[path.format("/v3/orders/{order_id}")] = {"order_id": physical["id"]}


PREPARED: Final[dict[str, Callable[[Seller], Awaitable[None]]]] = {"durianpay": _durianpay, "scalev": _scalev}


def body_of(seller: Seller, operation: Operation) -> Any:
    """A body that succeeds for the owner: what the walk of the door says, else the demo's order, else the document's
    example. The texts are anybody's; the ids are the seller's."""
    path, facts, section = operation.path.removeprefix("/v1"), seller.facts, seller.section
    second = not operation.path.startswith("/v1")
    match seller.dialect.name, f"{operation.method} {path}":
        case "durianpay", "POST /orders":
            return {"amount": "20000", "currency": "IDR", "customer": {"id": facts["customer"]}}
        case "durianpay", "POST /payments/charge":
            request = {"order_id": facts["open"][second], "amount": facts["amount"], "name": "Budi", "bank_code": "BCA"}
            return {"type": "VA", "request": request}
        case "durianpay", "POST /payments/{id}/verify":
            return {"verification_signature": "0" * 64}
        case "durianpay", "POST /payments/va/simulate" | "POST /payments/va/static/simulate":
            charged = facts["charged"][(4 if "static" in path else 2) + second]
            return {"account_number": charged["account_number"], "amount": facts["amount"]}
        case "scalev", "POST /v3/shipping-costs/search-warehouse":
            return operation.example | {"store_id": section["store_unique_id"]}
        case "scalev", "POST /v3/shipping-costs/search-courier-service":
            return operation.example | {"store_id": section["store_unique_id"], "warehouse_id": facts["house"]}
        case "scalev", "POST /v3/shipping-costs":
            return operation.example | {"warehouse_id": facts["house"]}
        case "scalev", "POST /v3/orders/change-status":
            return operation.example | {"ids": [facts["digital"]]}
        case _:
            assert seller.dialect.demo is not None
            wanted = seller.dialect.demo.order(section, 77)
            same = (operation.method, operation.path) == (wanted.method, wanted.path)
            return wanted.body if same else operation.example
