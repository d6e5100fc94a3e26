"""The LeuwongRR door's part of the demo shop: a member with a Discord link and money, three tokens, one order."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final

import httpx

from gerai.domain.money import rupiah
from gerai.domain.records import Environment
from gerai.doors.dialects.leuwongrr.auth import CHANNEL
from gerai.doors.dialects.leuwongrr.keys import make_key
from gerai.doors.dialects.leuwongrr.sample_order import GAMEPASS
from gerai.doors.http.demo import Demo, DemoCall, DemoShop, Shown, call
from gerai.doors.http.topping_up import deposit_code
from gerai.engine.deposits.manual import ManualDeposit
from gerai.engine.keys.manage import create_key
from gerai.engine.merchants.articles import ArticleDraft, write_article
from gerai.engine.merchants.open import add_member, change_settings

#: 100 Robux cost Rp15.000, as in the contract's example.
RATE_SEN: Final = 15_000
_OPENING_BALANCE: Final = rupiah(10_000_000_000)
_DISCORD_USER: Final = "1262024148939440249"
_ARTICLE: Final = ArticleDraft(
    title="Cara Top Up Robux Aman",
    category="Robux",
    excerpt="Panduan singkat top up Robux aman.",
    content="<p>Pesanan Robux dibayar lewat gamepass buatan Anda sendiri; kata sandi Roblox tidak pernah diminta.</p>"
    "<ol><li>Buat gamepass, lalu salin nomornya.</li><li>Isi nama pengguna dan nomor gamepass di form pesanan.</li>"
    "<li>Bayar; Robux masuk setelah masa tunggu dari Roblox.</li></ol>",
    published=True,
)


async def seed(shop: DemoShop) -> dict[str, Any]:
    """A rate, a member with Rp10.000.000.000 in both wallets and a linked Discord user, and its tokens."""
    engine, merchant_id = shop.engine, shop.merchant_id
    await change_settings(engine, merchant_id, {"robux_rate_sen": RATE_SEN, "leuwongrr_provider": "simulator"})
    member_id, wallets = await add_member(
        engine, merchant_id, CHANNEL, "demo", "LeuwongRR User",
        email="user@example.com", links={"discord": _DISCORD_USER},
    )  # fmt: skip
    for environment, account_id in wallets.items():
        deposit_id, now = engine.ids.next(), engine.now(merchant_id, environment)
        await engine.submit(
            ManualDeposit(
                merchant_id=merchant_id,
                environment=environment,
                account_id=account_id,
                amount_sen=_OPENING_BALANCE,
                note="Saldo awal demo",
                method="bank_transfer",
                channel=CHANNEL,
                deposit_id=deposit_id,
                public_id=deposit_code(deposit_id, now, sandbox=environment == "sandbox"),
            )
        )
    await write_article(engine, merchant_id, _ARTICLE)
    return {
        # An empty table of limits means the contract's own; none at all means no limit.
        "sandbox_token": await _key(shop, member_id, "sandbox", "Demo sandbox", {}),
        "unlimited_sandbox_token": await _key(shop, member_id, "sandbox", "Demo sandbox, no limit", None),
        "production_token": await _key(shop, member_id, "production", "Demo production", None),
        "discord_user_id": _DISCORD_USER,
        **GAMEPASS,
    }


async def _key(
    shop: DemoShop, member_id: int, environment: Environment, name: str, limits: dict[str, int] | None
) -> str:
    form = make_key(environment)
    await create_key(
        shop.engine, shop.merchant_id, environment, CHANNEL, form.token,
        name=name, prefix=form.prefix, member_id=member_id, limits=limits,
    )  # fmt: skip
    return form.token


async def tour(client: httpx.AsyncClient, section: dict[str, Any]) -> list[Shown]:
    """The contract's example order on the sandbox token, and the same paid from the balance on the production one."""
    order = {"order_type": "gamepass", **{name: section[name] for name in GAMEPASS}}
    invoice = order | {"payment_method": "invoice", "client_reference": "bot-order-001"}
    balance = order | {"payment_method": "balance", "client_reference": "discord-order-001"}
    sandbox = {"Authorization": f"Bearer {section['sandbox_token']}", "Accept": "application/json"}
    production = {"Authorization": f"Bearer {section['production_token']}", "Accept": "application/json"}
    production |= {"X-Discord-User-ID": section["discord_user_id"]}
    path = "/api/v1/me/orders"
    invoiced = _with_page(await call(client, "LeuwongRR: invoice order", "POST", path, sandbox, invoice))
    paid = _with_page(await call(client, "LeuwongRR: paid from the balance", "POST", path, production, balance))
    return [replace(invoiced, play_payer=True), paid]


def _with_page(shown: Shown) -> Shown:
    """The call with the address of its invoice page."""
    made = shown.status == HTTPStatus.CREATED
    return replace(shown, pay_url=shown.answer["data"]["invoice"]["invoice_url"]) if made else shown


def order(section: dict[str, Any], number: int) -> DemoCall:
    """A game pass by invoice, on the sandbox token without a limit."""
    body = {**{name: section[name] for name in GAMEPASS}, "client_reference": f"order-{number}"}
    headers = {"Authorization": f"Bearer {section['unlimited_sandbox_token']}"}
    return DemoCall("POST", "/api/v1/me/orders", headers, body)


def ending(section: dict[str, Any], number: int, last: str) -> DemoCall:
    """The same for a player whose name ends so."""
    return order(section | {"roblox_username": f"Pemain{last}"}, number)


DEMO: Final = Demo(seed, tour, order, ending)
