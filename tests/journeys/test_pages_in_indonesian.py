"""No page of the console speaks English to who reads Bahasa Indonesia."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterator
from typing import Final

import httpx
import pytest
import pytest_asyncio
from desk_walk import Walk
from text_kit import PageTexts

from app_kit import settings_of
from console_kit import base, browser_of, enter, joined
from full_shop_kit import playing_shop, real_shop
from gerai.app import DIALECTS, MERCHANT_SETTINGS, App
from gerai.engine.desk.house import House, Within
from gerai.kit.secret_box import new_key
from gerai.settings import Settings, WebhookSettings
from gerai.testing.receiver import receiving

pytestmark = pytest.mark.timeout(600)
#: What has no such sequence of letters is the same in every language.
_WORD: Final = re.compile(r"[A-Za-z]{3,}")
#: What a text is put together with: figures, marks, dates.
_BETWEEN: Final = re.compile(r"[,:;·×=()\"{}\[\]/]+\s*|\s-\s|\d+")
#: Addresses, and identifiers that are made of what is stored, also with the counter they are of.
_MADE: Final = re.compile(r"(https?://\S+|event_\S+|cus_\S+)( · [a-z]+)?")
#: A word of the code, which would be a word of ours on a page.
_CODE: Final = re.compile(r"[a-z_]+(\.[a-z_]+)?")
#: Words of both languages, and names of things that have no other.
SHARED: Final = {
    "Apr", "Bank", "Barcode", "CSV", "Discord", "E-mail", "Feb", "Gateway", "Gerai", "JSON", "JSON Schema", "Jan",
    "HTML", "Mar", "Menu", "PDF", "Per kg", "SHA-256", "SKU", "Status", "Total", "Virtual account", "Webhook", "XLSX",
    "admin", "digital", "manual", "operator",
    # What is typed so, in whichever language: values of settings, ways to pay at a counter, rules, scopes, events.
    "accept", "add", "hold", "refuse", "shown", "null", "true", "simulator", "invoice", "card", "cod", "alfamart",
    "ovo", "dana", "shopeepay", "linkaja", "gopay", "va_bca", "workdays", "storefront", "order.created",
    "type", "object", "ok",
    "fixed_rupiah", "percent_bp", "public_read", "user_read", "create_order", "token_validate", "toko.example",
    "Jl. Melati", "Jakarta",
}  # fmt: skip
#: What these shops and the demo's call their own, in small letters.
OWN: Final = {
    "ani", "rina", "demo", "customer", "reseller", "test", "dicek", "imeis", "barcode", "cek_imei", "cek_history_imei",
    "create_barcode", "unlock", "unlock_manual", "imeiroamer", "jne", "jnt", "pos", "lincah", "mengantar", "sicepat",
    "anteraja",
}  # fmt: skip


@pytest.fixture(scope="module")
def settings(dsn: str) -> Settings:
    """Of a server that can seal secrets and calls receivers of this machine."""
    return settings_of(dsn, webhooks=WebhookSettings(seal_key=new_key(), allow_loopback=True))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shops(app: App) -> AsyncGenerator[list[tuple[Within, httpx.AsyncClient]]]:
    """Two shops in which every page has something, each with its owner."""
    with receiving() as receiver:
        found = [await playing_shop(app, receiver), await real_shop(app)]
    owners = [browser_of(app) for _ in found]
    for within, client in zip(found, owners, strict=True):
        await enter(client, await joined(within))
    yield list(zip(found, owners, strict=True))
    for client in owners:
        await client.aclose()


def names_of(house: House) -> Iterator[str]:
    """What is called so in every language: counters, ways to pay, gateways, settings."""
    for dialect in DIALECTS:
        yield from (dialect.name, dialect.title)
    for name, method in house.payment_methods.items():
        yield from (name, *method.title.values(), *method.channels)
        yield from (f"{called} {way}" for called in (name, *method.title.values()) for way in method.channels)
    yield from house.gateways.gateways
    yield from MERCHANT_SETTINGS.by_name


async def kept_by(within: Within) -> str:
    """All that is written in the database, as one text."""
    async with within.engine.connection() as connection:
        tables = await connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        texts = [
            (await (await connection.execute(f'SELECT json_agg(t)::text FROM "{name}" t')).fetchone() or [""])[0] or ""  # type: ignore[arg-type]
            for (name,) in await tables.fetchall()
        ]
    return "\n".join(texts)


async def test_no_text_is_the_english_one(shops: list[tuple[Within, httpx.AsyncClient]]) -> None:
    """Each kind of page in both languages: what is read the same in both is the shop's own, a name, or a word of
    both."""
    found: dict[str, set[str]] = {}
    known = SHARED | OWN | {*names_of(shops[0][0].house)}
    for within, client in shops:
        walk, own = Walk(), await kept_by(within)

        def is_known(part: str, own: str = own) -> bool:
            known_form = _MADE.fullmatch(part) or not _WORD.search(part)
            return bool(known_form) or part in known or (part in own and not _CODE.fullmatch(part))

        await walk.shop(client, base(within))
        walk.registry(base(within))
        for kind, address in walk.pages.items():
            asked = "&" if "?" in address else "?"
            pages = [(await client.get(f"{address}{asked}lang={language}")).text for language in ("id", "en")]
            for text in set.intersection(*(PageTexts(page).texts for page in pages)):
                if not is_known(text) and not all(is_known(part.strip()) for part in _BETWEEN.split(text)):
                    found.setdefault(text, set()).add(kind)
    assert {text: sorted(kinds)[:3] for text, kinds in found.items()} == {}
