"""Real money never meets a simulator: every method, channel, provider and door, with keys of three kinds.

A *real* merchant's production orders are offered no simulated payment method and reach no simulated provider, at no
door, on no page, by no setting; its sandbox orders, and all orders of a merchant that is marked simulated, are offered
them all.
"""

from __future__ import annotations

import itertools
import re
from typing import Any

import httpx
import pytest

from gerai.app import DIALECTS, App
from gerai.domain.money import rupiah
from gerai.domain.records import Environment, OrderView
from gerai.domain.refusals import InputInvalid, MethodUnavailable, PartnerUnavailable
from gerai.doors.dialects.cekceir.demo import SERVICES, TYPES
from gerai.doors.dialects.cekceir.keys import PERMISSIONS
from gerai.doors.dialects.durianpay.demo import ORDER as DURIANPAY_ORDER
from gerai.doors.dialects.durianpay.methods import CHARGE_TYPES
from gerai.doors.dialects.leuwongrr.gateway import gateways
from gerai.doors.dialects.leuwongrr.merchant_settings import LeuwongrrSettings
from gerai.doors.dialects.scalev.demo import DEMO as SCALEV
from gerai.doors.dialects.scalev.methods import METHODS as SCALEV_METHODS
from gerai.doors.http.demo import DemoShop
from gerai.engine.catalogue.services import publish
from gerai.engine.core import Engine
from gerai.engine.fulfilment.providers import provider_for
from gerai.engine.keys.manage import create_key
from gerai.engine.merchants.open import add_member, change_settings, changing, open_merchant
from gerai.engine.orders.lines import NewLine
from gerai.engine.orders.place import PlaceOrder
from gerai.engine.payments.offered import offered_channels, require_offered
from gerai.kit.discover import discover
from gerai.kit.ids import base62, token
from gerai.partners.lookups.roblox.client import HttpRoblox
from gerai.partners.lookups.roblox.simulator import SimulatedRoblox
from gerai.ports.fulfilment import FulfilmentProvider, names_simulator
from gerai.ports.payments import PaymentMethod
from gerai.store import storefront
from gerai.worker.fulfil import fulfil

METHODS: dict[str, PaymentMethod] = discover("gerai.partners.payments", "METHOD")
PROVIDERS: dict[str, FulfilmentProvider] = discover("gerai.partners.fulfilment", "PROVIDER")
WAYS = [(name, channel) for name, method in METHODS.items() for channel in method.channels]
#: Whether the merchant is marked simulated, the environment, and whether real money moves there.
KINDS: list[tuple[bool, Environment, bool]] = [
    (False, "production", True), (False, "sandbox", False), (True, "production", False), (True, "sandbox", False),
]  # fmt: skip
_numbers = itertools.count(1)
kinds = pytest.mark.parametrize(("simulated", "environment", "real"), KINDS)


async def opened(engine: Engine, *, simulated: bool, **settings: Any) -> int:
    """A merchant of the test's own."""
    return await open_merchant(engine, f"sim{next(_numbers)}", "Toko Saya", settings, simulated=simulated)


async def key(
    engine: Engine, merchant_id: int, environment: Environment, dialect: str, start: str, **facts: Any
) -> str:
    """A key without rate limit; its secret."""
    secret = start + base62(40)
    await create_key(engine, merchant_id, environment, dialect, secret, name="t", prefix=start, **facts)
    return secret


async def placed(engine: Engine, merchant_id: int, environment: str, channel: str, **facts: Any) -> OrderView:
    """A pending order of Rp174.000 that came through ``channel``."""
    order_id = engine.ids.next()
    command = PlaceOrder(
        merchant_id=merchant_id, environment=environment, channel=channel, key_id=None, order_id=order_id,
        public_id=f"o-{order_id}", number=f"N{order_id}", secret=token(), total_sen=rupiah(174_000),
        lines=(NewLine("goods", 0, "Kopi", 1, rupiah(174_000), rupiah(174_000)),),
        **{"funding": "invoice"} | facts,
    )  # fmt: skip
    return (await engine.submit(command)).answer.view


async def rows(engine: Engine, merchant_id: int, table: str) -> int:
    """How many rows a merchant has in a table."""
    async with engine.connection() as connection:
        cursor = await connection.execute(f"SELECT count(*) FROM {table} WHERE merchant_id = %s", (merchant_id,))
        row = await cursor.fetchone()
        assert row is not None
        return row[0]


def test_what_is_simulated_says_so() -> None:
    """Today every payment method is simulated and none claims a real account; a provider's name and its declaration
    agree, so that a setting can be refused by the name."""
    assert {name for name, method in METHODS.items() if method.simulated} == set(METHODS)
    assert {name for name, one in PROVIDERS.items() if one.simulated} == {n for n in PROVIDERS if names_simulator(n)}
    assert [name for name, one in PROVIDERS.items() if one.simulated] == ["simulator"]


@kinds
async def test_every_method_and_channel(engine: Engine, simulated: bool, environment: Environment, real: bool) -> None:
    """Offered all or nothing, by whose money moves."""
    merchant = engine.directory.merchant(await opened(engine, simulated=simulated))

    offered = offered_channels(METHODS, merchant, environment)

    assert [(n, c) for n, channels in offered.items() for c in channels] == ([] if real else WAYS)
    for name, channel in WAYS:
        if real:
            with pytest.raises(MethodUnavailable):
                require_offered(METHODS, merchant, environment, name, channel)
        else:
            assert require_offered(METHODS, merchant, environment, name, channel).channel == channel


@kinds
async def test_every_provider(engine: Engine, simulated: bool, environment: Environment, real: bool) -> None:
    """A provider that only pretends is not there for real orders; people are there for all."""
    merchant = engine.directory.merchant(await opened(engine, simulated=simulated))
    for name, provider in PROVIDERS.items():
        if provider.simulated and real:
            with pytest.raises(PartnerUnavailable):
                provider_for(PROVIDERS, name, merchant, environment)
        else:
            assert provider_for(PROVIDERS, name, merchant, environment) is provider


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda d: d.name)
@kinds
async def test_the_page_of_every_door(
    engine: Engine, client: httpx.AsyncClient, dialect: Any, simulated: bool, environment: Environment, real: bool
) -> None:
    """A real order's page says plainly that it cannot be paid here, in both languages, lists no method, shows no
    number and no code, and takes no form; a play order's page offers each of them."""
    merchant_id = await opened(engine, simulated=simulated)
    view = await placed(engine, merchant_id, environment, dialect.name)
    path = f"/i/{view.order.secret}"

    page = (await client.get(path)).text
    english = (await client.get(path, headers={"accept-language": "en"})).text

    assert ("Toko ini belum bisa menerima pembayaran di halaman ini" in page) is real
    assert ("This shop cannot take payments on this page yet" in english) is real
    for name, channel in WAYS:
        assert (f'value="{name}:{channel}"' in page) is not real
    if not real:
        return
    assert "Simulasi" not in page
    for number, (name, channel) in enumerate(WAYS):
        if number % 20 == 19:  # so many acts of one order are allowed in a minute
            path = f"/i/{(await placed(engine, merchant_id, environment, dialect.name)).order.secret}"
        answer = await client.post(f"{path}/method", data={"choice": f"{name}:{channel}"})
        assert answer.headers["location"] == f"{path}?notice=unavailable"
    path = f"/i/{view.order.secret}"
    assert (await client.post(f"{path}/play", data={"act": "pay"})).status_code == 404
    assert await rows(engine, merchant_id, "payments") == 0


@pytest.mark.parametrize("code", gateways(METHODS))
async def test_leuwongrr(engine: Engine, client: httpx.AsyncClient, code: str) -> None:
    """Each gateway code with a real merchant's production token: the contract's own refusal, and no order."""
    merchant_id = await opened(engine, simulated=False, robux_rate_sen=15_000)
    member_id, _ = await add_member(engine, merchant_id, "leuwongrr", "m", "M")
    secret = await key(engine, merchant_id, "production", "leuwongrr", "lrrp_v1_", member_id=member_id)
    body = {"roblox_username": "LeuwongUser", "place_id": 123456789, "roblox_pass_id": 987654321}

    answer = await client.post(
        "/api/v1/me/orders", json=body | {"payment_method": code}, headers={"Authorization": f"Bearer {secret}"}
    )

    assert (answer.status_code, answer.json()["error"]) == (422, {"code": "PAYMENT_METHOD_UNAVAILABLE"})
    assert await rows(engine, merchant_id, "orders") == 0


async def test_durianpay(engine: Engine, client: httpx.AsyncClient) -> None:
    """Every charge type and channel of a real merchant's live order is refused; its test order takes them."""
    merchant_id = await opened(engine, simulated=False)
    live = (await key(engine, merchant_id, "production", "durianpay", "dp_live_"), "")
    test = (await key(engine, merchant_id, "sandbox", "durianpay", "dp_test_"), "")
    body = {name: value for name, value in DURIANPAY_ORDER.items() if name != "expiry_date"}
    walked = 0
    for auth, works in ((live, False), (test, True)):
        order = (await client.post("/v1/orders", json=body, auth=auth)).json()["data"]
        for kind in CHARGE_TYPES:
            for channel in METHODS[kind.method].channels:
                request = {"order_id": order["id"], "amount": order["amount"], "name": "J", "mobile": "08123456789"}
                request |= {kind.channel_field: channel} if kind.channel_field else {}
                answer = await client.post(
                    "/v1/payments/charge", json={"type": kind.type, "request": request}, auth=auth
                )
                walked += 1
                if works:
                    # What is outside a channel's bounds is refused for that, and for nothing else.
                    assert answer.status_code == 200 or "amount" in answer.text, (kind.type, channel, answer.text)
                else:
                    assert (answer.status_code, answer.json()["error_code"]) == (400, "DPAY_INVALID_REQUEST")
                    assert not re.search(r"\d{10}|00020101", answer.text)
        if not works:
            assert await rows(engine, merchant_id, "payments") == 0
    assert walked == 2 * sum(len(METHODS[kind.method].channels) for kind in CHARGE_TYPES)


async def test_scalev(engine: Engine, client: httpx.AsyncClient) -> None:
    """What a gateway must collect is not available in a real merchant's store; what people look for, and what the
    payer chooses later, stays possible, and its page offers nothing. The sandbox takes the same methods."""
    merchant_id = await opened(engine, simulated=False)
    seeded = await SCALEV.seed(DemoShop(engine, merchant_id))
    async with changing(engine, merchant_id) as connection:
        await connection.execute(
            f"UPDATE {storefront.STORES.name} SET payment_methods = %s WHERE merchant_id = %s",
            (list(SCALEV_METHODS), merchant_id),
        )
    live = await key(engine, merchant_id, "production", "scalev", "sk_")
    body = {
        "store_unique_id": seeded["store_unique_id"], "customer_name": "J", "customer_phone": "62812345678",
        "ordervariants": [{"quantity": 1, "variant_unique_id": seeded["digital_variant_unique_id"]}],
    }  # fmt: skip
    for sent, method in SCALEV_METHODS.items():
        by_gateway = method.kind in METHODS and method.kind != "bank_transfer"
        for secret, real in ((live, True), (seeded["secret_key"], False)):
            answer = await client.post(
                "/v3/orders", json=body | {"payment_method": sent}, headers={"Authorization": f"Bearer {secret}"}
            )
            if by_gateway and real:
                assert answer.status_code == 422
                assert answer.json()["errors"]["payment_method"] == ["is not available in this store"]
            elif sent != "cod":
                assert answer.status_code == 200, (sent, answer.text)
                if real and method.collected:
                    page = (await client.get(f"/o/{answer.json()['secret_slug']}")).text
                    assert "belum bisa menerima pembayaran" in page
                    assert 'name="choice"' not in page
    # Play money alone, by what left its payer nothing to choose.
    async with engine.connection() as connection:
        cursor = await connection.execute(
            "SELECT DISTINCT environment FROM payments WHERE merchant_id = %s", (merchant_id,)
        )
        assert await cursor.fetchall() == [("sandbox",)]


async def test_cekceir(engine: Engine, app: App, client: httpx.AsyncClient) -> None:
    """A real merchant cannot publish a service of the simulator. One written into the database by hand is refused when
    it is ordered, before any money is held; the worker leaves a real order that is with the simulator already."""
    merchant_id = await opened(engine, simulated=False)
    with pytest.raises(InputInvalid) as refused:
        await publish(engine, merchant_id, TYPES, SERVICES)
    assert list(refused.value.fields) == ["cek_imei.provider"]
    assert await rows(engine, merchant_id, "services") == 0

    await publish(engine, merchant_id, TYPES, [s for s in SERVICES if s.provider != "simulator"])
    async with changing(engine, merchant_id) as connection:
        await connection.execute(
            "UPDATE services SET provider = 'simulator', processing_type = 'automatic' WHERE merchant_id = %s",
            (merchant_id,),
        )
    member_id, wallets = await add_member(engine, merchant_id, "cekceir", "m", "M")
    secret = await key(
        engine, merchant_id, "production", "cekceir", "cc.", member_id=member_id, permissions=PERMISSIONS
    )
    body = {"code": "unlock_manual", "data": {"imeis": ["356281920502180"]}}
    answer = await client.post("/api/order", json=body, headers={"Authorization": f"Bearer {secret}"})
    assert (answer.status_code, answer.json()["code"]) == (503, "PROVIDER_UNAVAILABLE_ERROR")
    assert await rows(engine, merchant_id, "orders") == 0

    held = await placed(
        engine, merchant_id, "production", "cekceir", funding="free", status="processing", provider="simulator",
        account_id=wallets["production"], work={"service": "s", "items": ["1"], "payload": {}, "settings": {}},
    )  # fmt: skip
    await fulfil(engine, app.partners.fulfilment, merchant_id, held.order.order_id)
    assert await rows(engine, merchant_id, "transfers") == 0
    async with engine.connection() as connection:
        cursor = await connection.execute(
            "SELECT status, attempts FROM fulfilments WHERE merchant_id = %s", (merchant_id,)
        )
        assert await cursor.fetchall() == [("requested", 0)]


async def test_the_setting(engine: Engine) -> None:
    """``leuwongrr_provider`` of a real merchant may not name a simulator, neither when it opens nor later."""
    with pytest.raises(InputInvalid) as refused:
        await opened(engine, simulated=False, leuwongrr_provider="simulator")
    assert refused.value.fields == {
        "leuwongrr_provider": ["simulator only pretends to work: it is for simulated merchants"]
    }
    merchant_id = await opened(engine, simulated=False)
    with pytest.raises(InputInvalid):
        await change_settings(engine, merchant_id, {"leuwongrr_provider": "simulator", "robux_rate_sen": 1})
    assert engine.directory.merchant(merchant_id).chosen.of(LeuwongrrSettings).robux_rate_sen == 0
    await change_settings(engine, merchant_id, {"leuwongrr_provider": "manual"})
    other = await opened(engine, simulated=True, leuwongrr_provider="simulator")
    assert engine.directory.merchant(other).chosen.of(LeuwongrrSettings).leuwongrr_provider == "simulator"


async def test_roblox(app: App) -> None:
    """Only keys that move play money see the Roblox simulator; no setting lets others through."""
    assert isinstance(app.partners.lookup("roblox", simulated=True), SimulatedRoblox)
    assert isinstance(app.partners.lookup("roblox", simulated=False), HttpRoblox)
