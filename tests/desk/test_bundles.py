"""Bundles and their prices at the desk: put together of variants that are there, sold at a price of their own."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import msgspec
import pytest
from goods_kit import Made, count, key_of, new_product, new_store, new_warehouse, stock_of

from desk_kit import do, open_desk, seen, written
from gerai.domain.refusals import ChangedMeanwhile, InputInvalid, NotFound
from gerai.engine.catalogue.storefront import STOREFRONT
from gerai.engine.check import check
from gerai.engine.desk.acts.add_bundle import NewBundle
from gerai.engine.desk.acts.add_price_option import NewPriceOption
from gerai.engine.desk.acts.edit_bundle import BundleEdit
from gerai.engine.desk.acts.edit_price_option import PriceOptionEdit
from gerai.engine.desk.bundles import PartGiven
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Done
from gerai.engine.desk.views.bundle import WholeBundle


async def two_goods(within: Within) -> tuple[Made, Made]:
    """Two things that are not sent, at Rp100.000 and Rp50.000."""
    return (
        await new_product(within, item_type="digital", price_sen=100_000_00, sku="A-1"),
        await new_product(within, item_type="digital", price_sen=50_000_00, sku="B-1"),
    )


def parts_of(*pairs: tuple[Made, int]) -> tuple[PartGiven, ...]:
    """So many of each."""
    return tuple(PartGiven(variant_id=made.variant_id, quantity=quantity) for made, quantity in pairs)


async def new_bundle(within: Within, *pairs: tuple[Made, int], **facts: Any) -> int:
    """A bundle's id."""
    given = NewBundle(**({"name": "Paket Hemat", "parts": parts_of(*pairs)} | facts))
    return int((await do(within, "bundles.add", given)).id)


async def whole(within: Within, bundle_id: int) -> WholeBundle:
    """A bundle as it is shown."""
    [found] = await seen(within, "bundles.show", id=bundle_id)
    return found


async def test_a_bundle_is_put_together_and_priced(within: Within) -> None:
    """A bundle shows its parts with what they cost by themselves, and the prices at which stores offer it."""
    store_id = await new_store(within)
    one, two = await two_goods(within)
    id = await new_bundle(within, (one, 1), (two, 3), custom_id="PH-1", weight_bump_g=150)
    option = await do(
        within, "price_options.add", NewPriceOption(bundle_id=id, name="Paket Hemat!", price_sen=199_000_00)
    )
    bundle = await whole(within, id)
    assert [(p.variant_id, p.sku, p.quantity, p.price_sen) for p in bundle.parts] == [
        (one.variant_id, "A-1", 1, 100_000_00), (two.variant_id, "B-1", 3, 50_000_00),
    ]  # fmt: skip
    assert (bundle.name, bundle.public_name, bundle.custom_id) == ("Paket Hemat", "Paket Hemat", "PH-1")
    assert (bundle.sharing, bundle.weight_bump_g) == (False, 150)
    [price] = bundle.price_options
    assert (str(price.id), price.unique_id) == (option.id, option.details["unique_id"])
    assert (price.name, price.slug, price.price_sen) == ("Paket Hemat!", "paket-hemat", 199_000_00)
    assert (price.visible, price.stores) == (True, (store_id,))
    [row] = await seen(within, "bundles.list", search="ph-")
    assert (row.id, row.pieces, row.price_options) == (id, 4, 1)
    assert (row.price_sen, row.highest_price_sen, row.variants_sen) == (199_000_00, 199_000_00, 250_000_00)
    assert row.seen == bundle.seen
    assert await seen(within, "bundles.list", search="none") == []
    newest, before = [entry for _, entry in (await written(within))[:2]]
    assert newest.facts == {
        "bundle_id": id, "name": "Paket Hemat!", "price_sen": 199_000_00, "stores": [store_id],
    }  # fmt: skip
    assert before.facts == {"name": "Paket Hemat", "parts": {str(one.variant_id): 1, str(two.variant_id): 3}}


async def test_a_bundle_is_of_what_is_there(within: Within) -> None:
    """A part that another shop has, or that is named twice, is refused by its field; nothing is made."""
    one, _ = await two_goods(within)
    other = await open_desk(within.house)
    foreign, _ = await two_goods(other)
    before = len(await written(within))
    with pytest.raises(InputInvalid, match=f"parts.*there is no variant {foreign.variant_id}"):
        await new_bundle(within, (one, 1), (foreign, 1))
    with pytest.raises(InputInvalid, match=r"parts.*name a variant twice"):
        await new_bundle(within, (one, 1), (one, 2))
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"name": "Paket", "parts": []}, NewBundle)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"name": "Paket", "parts": [{"variant_id": one.variant_id, "quantity": 0}]}, NewBundle)
    assert await seen(within, "bundles.list") == []
    assert len(await written(within)) == before


async def test_a_bundle_is_changed(within: Within) -> None:
    """What is given changes, the rest stays; parts are those that are named, and a change is written down once."""
    one, two = await two_goods(within)
    three = await new_product(within)
    id = await new_bundle(within, (one, 1), (two, 3))
    before = await whole(within, id)
    parts = parts_of((three, 2), (two, 4))
    await do(within, "bundles.edit", BundleEdit(id=id, seen=before.seen, sharing=True, parts=parts))
    after = await whole(within, id)
    assert {(p.variant_id, p.quantity) for p in after.parts} == {(two.variant_id, 4), (three.variant_id, 2)}
    assert (after.name, after.sharing) == (before.name, True)
    assert (await written(within))[0].entry.facts == {
        "sharing": [False, True],
        "parts": [
            {str(one.variant_id): 1, str(two.variant_id): 3}, {str(two.variant_id): 4, str(three.variant_id): 2},
        ],
    }  # fmt: skip
    with pytest.raises(ChangedMeanwhile):
        await do(within, "bundles.edit", BundleEdit(id=id, seen=before.seen, parts=parts_of((one, 1))))
    # The same parts in another order change nothing.
    await do(within, "bundles.edit", BundleEdit(id=id, seen=after.seen, parts=parts[::-1]))
    assert (await whole(within, id)).seen == after.seen
    new: dict[str, Any] = {
        "name": "Lain", "public_name": "Lain Lagi", "custom_id": "X", "weight_bump_g": 3,
        "images": ("https://a.example.com/1",),
    }  # fmt: skip
    assert {*new, "sharing", "parts"} == {*BundleEdit.__struct_fields__} - {"id", "seen"}
    await do(within, "bundles.edit", BundleEdit(id=id, **new))
    last = await whole(within, id)
    assert last == msgspec.structs.replace(after, **new, seen=last.seen)


async def test_nobody_overwrites_parts_unseen(within: Within) -> None:
    """Ten name other parts of what all have seen, at once: one does, and its parts alone are there."""
    goods = [await new_product(within) for _ in range(10)]
    id = await new_bundle(within, (goods[0], 7))
    there = (await whole(within, id)).seen
    edits = [BundleEdit(id=id, seen=there, parts=parts_of((made, 1))) for made in goods]
    results = await asyncio.gather(*(do(within, "bundles.edit", edit) for edit in edits), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["ChangedMeanwhile"] * 9 + ["Done"]
    won = next(made for made, result in zip(goods, results, strict=True) if isinstance(result, Done))
    assert [(p.variant_id, p.quantity) for p in (await whole(within, id)).parts] == [(won.variant_id, 1)]


async def test_a_part_of_an_address_is_one_options(within: Within) -> None:
    """Ten options of one name made at once have ten addresses; one that is asked for by name is given once."""
    await new_store(within)
    one, _ = await two_goods(within)
    id = await new_bundle(within, (one, 1))
    given = NewPriceOption(bundle_id=id, name="Promo", price_sen=1_000_00)
    done = await asyncio.gather(*(do(within, "price_options.add", given) for _ in range(10)))
    slugs = {result.details["slug"] for result in done}
    assert slugs == {"promo", *(f"promo-{n}" for n in range(2, 11))}
    assert {option.slug for option in (await whole(within, id)).price_options} == slugs
    with pytest.raises(InputInvalid, match=r"slug.*promo-3 is that of price option"):
        await do(within, "price_options.add", msgspec.structs.replace(given, slug="promo-3"))
    with pytest.raises(InputInvalid, match=r"bundle_id.*there is no bundle 7"):
        await do(within, "price_options.add", msgspec.structs.replace(given, bundle_id=7))
    assert len((await whole(within, id)).price_options) == 10


async def test_a_price_is_changed(within: Within) -> None:
    """What is given changes; who has not seen the price does not change it."""
    await new_store(within)
    one, _ = await two_goods(within)
    id = await new_bundle(within, (one, 1))
    for name in ("Promo", "Biasa"):
        await do(within, "price_options.add", NewPriceOption(bundle_id=id, name=name, price_sen=1_000_00))
    before, usual = (await whole(within, id)).price_options
    new: dict[str, Any] = {"name": "Kilat", "slug": "kilat", "price_sen": 900_00, "visible": False}
    assert {*new} == {*PriceOptionEdit.__struct_fields__} - {"id", "seen"}
    await do(within, "price_options.edit", PriceOptionEdit(id=before.id, seen=before.seen, **new))
    after, unchanged = (await whole(within, id)).price_options
    assert after == msgspec.structs.replace(before, **new, seen=after.seen)
    assert unchanged == usual
    assert (await written(within))[0].entry.facts == {
        "name": ["Promo", "Kilat"], "slug": ["promo", "kilat"], "price_sen": [1_000_00, 900_00],
        "visible": [True, False],
    }  # fmt: skip
    with pytest.raises(ChangedMeanwhile):
        await do(within, "price_options.edit", PriceOptionEdit(id=before.id, seen=before.seen, price_sen=1))
    with pytest.raises(InputInvalid, match=r"slug.*kilat is that of price option"):
        await do(within, "price_options.edit", PriceOptionEdit(id=usual.id, slug="kilat"))
    other = await open_desk(within.house)
    with pytest.raises(NotFound, match="price option"):
        await do(other, "price_options.edit", PriceOptionEdit(id=usual.id, price_sen=1))
    with pytest.raises(NotFound, match="bundle"):
        await do(other, "bundles.edit", BundleEdit(id=id, name="Diambil"))
    assert await written(other) == []


async def test_a_bundle_is_sold(within: Within, client: httpx.AsyncClient) -> None:
    """An order of a bundle costs the option's price to the sen and reserves its parts; parts that change later change
    nothing of it."""
    store_id = await new_store(within)
    one, two = await two_goods(within)
    counted = await new_product(within, item_type="digital", price_sen=50_000_00, counted=True)
    await count(within, counted.variant_id, await new_warehouse(within), 10)
    id = await new_bundle(within, (one, 1), (counted, 3))
    option = await do(within, "price_options.add", NewPriceOption(bundle_id=id, name="Paket", price_sen=199_000_00))
    ask = await key_of(within, client)
    store = within.engine.directory.get(STOREFRONT, within.merchant_id).catalogue.stores[store_id]
    line = {"quantity": 2, "bundle_price_option_unique_id": option.details["unique_id"]}
    order = await ask(
        "POST", "/v3/orders",
        {
            "store_unique_id": store.unique_id, "customer_name": "Ani", "customer_phone": "62812345678",
            "payment_method": "invoice", "orderbundles": [line],
        },
    )  # fmt: skip
    assert float(order["gross_revenue"]) == 398_000
    assert await stock_of(within, counted.variant_id) == [(10, 6, 4)]
    await do(within, "bundles.edit", BundleEdit(id=id, parts=parts_of((two, 1))))
    await do(within, "price_options.edit", PriceOptionEdit(id=int(option.id), price_sen=1_00))
    assert float((await ask("GET", f"/v3/orders/{order['id']}"))["gross_revenue"]) == 398_000
    assert await stock_of(within, counted.variant_id) == [(10, 6, 4)]
    assert await check(within.engine, within.merchant_id) == []


async def test_bundles_are_listed_in_pages(within: Within) -> None:
    """Newest first, each once."""
    one, _ = await two_goods(within)
    ids = [await new_bundle(within, (one, 1), name=f"Paket {n}") for n in range(3)]
    assert [row.id for row in await seen(within, "bundles.list", limit=2)] == [ids[2], ids[1]]
    assert [row.id for row in await seen(within, "bundles.list", limit=2, after=str(ids[1]))] == [ids[0]]
    assert await seen(await open_desk(within.house), "bundles.list") == []
