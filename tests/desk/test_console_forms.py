"""The form of every act on a thing that is there shows how it looks now, wherever in the list it stands."""

from __future__ import annotations

import re
from html import unescape

import msgspec
import pytest
from files_kit import brought, csv_of
from goods_kit import new_product, new_store

from console_kit import base, browser_of, enter, joined
from desk_kit import do, open_desk, seen
from gerai.app import App
from gerai.engine.desk.acts.add_bundle import NewBundle
from gerai.engine.desk.acts.add_price_option import NewPriceOption
from gerai.engine.desk.fields import Edit
from gerai.engine.desk.house import Within
from gerai.engine.desk.read import fields_of
from gerai.engine.desk.registry import Act, acts, views
from gerai.engine.merchants.open import add_member

#: Secrets, and what only says how it is done: never shown.
NOT_SHOWN = {"api_key", "trial"}
OF_ONE = [
    act for act in acts().values() if any(field.name == "id" and field.required for field in fields_of(act.input))
]


@pytest.mark.parametrize("act", OF_ONE, ids=lambda act: act.name)
def test_one_thing_is_found_by_its_id(act: Act) -> None:
    """There is a view of one, or their list has no pages; and it has every field that an act may leave as it is."""
    things = act.name.partition(".")[0]
    view = views().get(f"{things}.show") or views()[f"{things}.list"]
    asked = {field.name for field in fields_of(view.filter)}
    assert asked == ({"id"} if view.name.endswith(".show") else set()), view.name
    if issubclass(act.input, Edit):
        kept = {field.name for field in fields_of(act.input) if not field.required}
        assert kept - NOT_SHOWN <= set(view.row.__struct_fields__)


async def filled(app: App, within: Within, act: str, number: int) -> tuple[dict[str, str], str]:
    """What stands in the form of an act on this one, and its page."""
    async with browser_of(app) as browser:
        await enter(browser, await joined(within))
        page = await browser.get(f"{base(within)}/do/{act}?id={number}")
    assert page.status_code == 200
    return {
        name: unescape(text) for name, text in re.findall(r'name="(\w+)"[^>]*?value="([^"]*)"', page.text)
    }, page.text


async def test_the_sixtieth_variant(app: App, within: Within) -> None:
    """Behind the list's first page as on it: its own name, not its product's, its price in rupiah, and how it was
    seen."""
    await new_store(within)
    rows = [{"sku": f"S-{i}", "name": f"Barang {i}", "price": 1000 + i} for i in range(60)]
    await brought(within, "products", csv_of(*rows))
    every = await seen(within, "variants.list", limit=200)
    for place in (0, 59):
        form, _ = await filled(app, within, "variants.edit", every[place].id)
        assert (form["sku"], form["price_sen"], form["seen"], form["name"]) == (
            f"S-{place}", f"1.{place:03}", every[place].seen, every[place].variant_name,
        )  # fmt: skip


async def test_a_price_of_a_bundle(app: App, within: Within) -> None:
    """Prices of bundles have no list: one is seen by its id, and the way back from it is the shop's desk."""
    made = await new_product(within)
    given = msgspec.convert({"name": "Paket", "parts": [{"variant_id": made.variant_id, "quantity": 2}]}, NewBundle)
    bundle = await do(within, "bundles.add", given)
    await do(within, "price_options.add", NewPriceOption(bundle_id=int(bundle.id), name="Hemat", price_sen=200_000_00))
    [whole] = await seen(within, "bundles.show", id=int(bundle.id))
    [option] = whole.price_options
    form, _ = await filled(app, within, "price_options.edit", option.id)
    assert (form["name"], form["price_sen"], form["seen"]) == (option.name, "200.000", option.seen)
    async with browser_of(app) as browser:
        await enter(browser, await joined(within))
        page = await browser.get(f"{base(within)}/price_options/{option.id}")
    assert page.status_code == 200
    assert f'"{base(within)}/price_options"' not in page.text


async def test_whose_wallet_it_is(app: App, within: Within) -> None:
    """A form that moves money names the member, however many there are; a wallet of another shop is none."""
    member_id, _ = await add_member(within.engine, within.merchant_id, "cekceir", "ani", "Ani Wijaya")
    _, page = await filled(app, within, "wallets.top_up", member_id)
    assert "Ani Wijaya" in page
    [wallet] = await seen(within, "wallets.show", id=member_id)
    assert [wallet] == await seen(within, "wallets.list")
    other = await open_desk(within.house)
    async with browser_of(app) as browser:
        await enter(browser, await joined(other))
        page = await browser.get(f"{base(other)}/wallets/{member_id}")
    assert page.status_code == 404
