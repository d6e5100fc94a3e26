"""Products and variants at the desk: added with what sets them apart, changed over what was seen, listed in pages."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import msgspec
import pytest
from goods_kit import count, key_of, new_product, new_store, new_warehouse, order_for

from desk_kit import OWNER, do, open_desk, seen, written
from gerai.domain.refusals import ChangedMeanwhile, InputInvalid, NotFound
from gerai.engine.desk.acts.add_product import NewProduct
from gerai.engine.desk.acts.add_variant import NewVariant
from gerai.engine.desk.acts.edit_product import ProductEdit
from gerai.engine.desk.acts.edit_variant import VariantEdit
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Done, look, views
from gerai.engine.desk.views.product import VariantRow, WholeProduct

SHIRT = NewProduct(
    name="Kaos Polos", options=("Ukuran",), first_options=("M",), sku="KP-M", price_sen=150_000_00,
    reseller_price_sen=135_000_00, cost_sen=90_000_00, weight_g=250, counted=True, labels=("baju",),
    images=("https://toko.example.com/kaos.jpg",),
)  # fmt: skip


async def whole(within: Within, product_id: int | str) -> WholeProduct:
    """A product as it is shown."""
    [found] = await seen(within, "products.show", id=int(product_id))
    return found


async def variants(within: Within, product_id: int | str) -> tuple[VariantRow, ...]:
    """Its variants."""
    return (await whole(within, product_id)).variants


async def test_a_product_is_added_with_its_first_variant(within: Within) -> None:
    """One act makes the product and what is sold of it, and puts it into the shop's only store."""
    store_id = await new_store(within)
    done = await do(within, "products.add", SHIRT)
    product = await whole(within, done.id)
    assert (product.name, product.public_name, product.item_type) == ("Kaos Polos", "Kaos Polos", "physical")
    assert (product.options, product.labels, product.images) == (("Ukuran",), ("baju",), SHIRT.images)
    assert (product.visible, product.stores) == (True, (store_id,))
    [variant] = product.variants
    assert (str(variant.id), variant.unique_id) == (done.details["variant_id"], done.details["variant_unique_id"])
    assert (variant.name, variant.sku, variant.options) == ("Kaos Polos - M", "KP-M", ("M",))
    assert (variant.price_sen, variant.reseller_price_sen, variant.cost_sen) == (150_000_00, 135_000_00, 90_000_00)
    assert (variant.weight_g, variant.counted, variant.active, variant.available) == (250, True, True, 0)
    [row] = await seen(within, "products.list")
    assert (str(row.id), row.skus, row.price_sen, row.available) == (done.id, ("KP-M",), 150_000_00, 0)
    newest = (await written(within))[0].entry
    assert (newest.act, newest.target) == ("products.add", done.id)
    assert newest.facts == {
        "name": "Kaos Polos", "variant_id": variant.id, "sku": "KP-M", "price_sen": 150_000_00, "stores": [store_id],
    }  # fmt: skip


async def test_the_shops_stores_are_named_where_there_are_several(within: Within) -> None:
    """Without a store a product waits for one; with several, whoever adds it says which offer it."""
    first = await do(within, "products.add", NewProduct(name="Lama", price_sen=1_00))
    assert (await whole(within, first.id)).stores == ()
    one, two = await new_store(within), await new_store(within)
    with pytest.raises(InputInvalid, match=f"stores.*say which of them: {one} Toko"):
        await do(within, "products.add", SHIRT)
    with pytest.raises(InputInvalid, match=r"stores.*there is no store 7"):
        await do(within, "products.add", msgspec.structs.replace(SHIRT, stores=(two, 7)))
    done = await do(within, "products.add", msgspec.structs.replace(SHIRT, stores=(two, two)))
    assert (await whole(within, done.id)).stores == (two,)
    assert [row.id for row in await seen(within, "products.list", store=one)] == []
    assert [str(row.id) for row in await seen(within, "products.list", store=two)] == [done.id]


async def test_a_sku_is_one_variants(within: Within) -> None:
    """Ten add a product with one SKU at once, whatever its case: one is made. Many may have none."""
    wanted = [msgspec.structs.replace(SHIRT, sku="KP-M" if n % 2 else "kp-m") for n in range(10)]
    results = await asyncio.gather(*(do(within, "products.add", one) for one in wanted), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Done"] + ["InputInvalid"] * 9
    assert len(await seen(within, "products.list")) == len(await written(within)) == 1
    for name in ("Satu", "Dua"):
        await do(within, "products.add", NewProduct(name=name, price_sen=0))
    assert len(await seen(within, "products.list")) == 3
    other = await open_desk(within.house)
    await do(other, "products.add", SHIRT)


async def test_a_variant_is_added(within: Within) -> None:
    """A variant names one of each thing that the product's variants differ in, and no other variant is the same."""
    product = int((await do(within, "products.add", SHIRT)).id)
    large = NewVariant(product_id=product, options=("L",), sku="KP-L", price_sen=155_000_00)
    done = await do(within, "variants.add", large)
    assert [(one.name, one.price_sen) for one in await variants(within, product)] == [
        ("Kaos Polos - M", 150_000_00), ("Kaos Polos - L", 155_000_00),
    ]  # fmt: skip
    [row] = await seen(within, "products.list")
    assert (row.variants, row.skus, row.price_sen, row.highest_price_sen) == (
        2, ("KP-M", "KP-L"), 150_000_00, 155_000_00,
    )  # fmt: skip
    for changes, fault in (
        ({"sku": "KP-X"}, f"options.*there is one already, L: variant {done.id}"),
        ({"options": ("l",), "sku": ""}, "options.*there is one already, l"),
        ({"options": ("XL",)}, "sku.*KP-L is the SKU of variant"),
        ({"options": (), "sku": ""}, "options.*name one of each: Ukuran"),
        ({"options": ("XL", "merah"), "sku": ""}, "options.*name one of each: Ukuran"),
        ({"product_id": 7}, "product_id.*there is no product 7"),
    ):
        with pytest.raises(InputInvalid, match=fault):
            await do(within, "variants.add", msgspec.structs.replace(large, **changes))
    assert len(await variants(within, product)) == 2
    assert len(await written(within)) == 2


async def test_one_variant_of_each_kind(within: Within) -> None:
    """Ten add the same size at once: one is made."""
    product = int((await do(within, "products.add", SHIRT)).id)
    results = await asyncio.gather(
        *(
            do(within, "variants.add", NewVariant(product_id=product, options=("L",), price_sen=1_00))
            for _ in range(10)
        ),
        return_exceptions=True,
    )
    assert sorted(type(result).__name__ for result in results) == ["Done"] + ["InputInvalid"] * 9
    assert len(await variants(within, product)) == 2


async def test_a_product_grows_options(within: Within) -> None:
    """What has one variant gets sizes: the product names them, the first variant says which it is, the next follows. A
    product loses none that a variant has."""
    product = await new_product(within, name="Mug")
    with pytest.raises(InputInvalid, match="names nothing that its variants differ in"):
        await do(within, "variants.add", NewVariant(product_id=product.id, options=("L",), price_sen=1_00))
    with pytest.raises(InputInvalid, match="there is one already, without options"):
        await do(within, "variants.add", NewVariant(product_id=product.id, price_sen=1_00))
    await do(within, "products.edit", ProductEdit(id=product.id, options=("Ukuran",)))
    # Before its options are named it can be changed otherwise.
    await do(within, "variants.edit", VariantEdit(id=product.variant_id, price_sen=2_00))
    await do(within, "variants.edit", VariantEdit(id=product.variant_id, options=("M",)))
    await do(within, "variants.add", NewVariant(product_id=product.id, options=("L",), price_sen=3_00))
    with pytest.raises(InputInvalid, match=r"options.*there is one already, L"):
        await do(within, "variants.edit", VariantEdit(id=product.variant_id, options=("L",)))
    with pytest.raises(InputInvalid, match=f"options.*variant {product.variant_id} has more: M"):
        await do(within, "products.edit", ProductEdit(id=product.id, options=()))
    with pytest.raises(InputInvalid, match=r"options.*names one twice"):
        await do(within, "products.edit", ProductEdit(id=product.id, options=("Ukuran", "ukuran")))
    assert [(one.options, one.price_sen) for one in await variants(within, product.id)] == [
        (("M",), 2_00), (("L",), 3_00),
    ]  # fmt: skip


async def test_a_variant_is_changed(within: Within) -> None:
    """Every field of the act changes the field of its name, the rest stays, the entry names what it was."""
    product = int((await do(within, "products.add", SHIRT)).id)
    [before] = await variants(within, product)
    new: dict[str, Any] = {
        "name": "Kaos M", "sku": "KPM", "options": ("S",), "price_sen": 160_000_00, "reseller_price_sen": 1_00,
        "cost_sen": 2_00, "weight_g": 260, "counted": False, "active": False, "images": ("https://a.example.com/1",),
    }  # fmt: skip
    assert {*new} == {*VariantEdit.__struct_fields__} - {"id", "seen"}
    for name, value in new.items():
        [row] = await variants(within, product)
        await do(within, "variants.edit", VariantEdit(id=before.id, seen=row.seen, **{name: value}))
        [after] = await variants(within, product)
        assert {n for n in new if getattr(after, n) != getattr(row, n)} == {name}
        assert getattr(after, name) == value
        [old, new_one] = (await written(within))[0].entry.facts[name]
        assert msgspec.convert([old, new_one], list[type(value)]) == [getattr(row, name), value]
    with pytest.raises(ChangedMeanwhile):
        await do(within, "variants.edit", VariantEdit(id=before.id, seen=before.seen, name="Lain"))


async def test_a_product_is_changed_and_hidden(within: Within) -> None:
    """As a variant; what is hidden is said to be so at the counter, and is found by that here."""
    product = int((await do(within, "products.add", SHIRT)).id)
    before = await whole(within, product)
    new: dict[str, Any] = {
        "name": "Kaos", "public_name": "Kaos Keren", "options": ("Ukuran", "Warna"), "labels": (),
        "images": ("https://a.example.com/1", "https://a.example.com/2"),
    }  # fmt: skip
    assert {*new} == {*ProductEdit.__struct_fields__} - {"id", "seen"}
    await do(within, "products.edit", ProductEdit(id=product, seen=before.seen, **new))
    after = await whole(within, product)
    assert after == msgspec.structs.replace(before, **new, seen=after.seen)
    await do(within, "products.hide", ById(id=product))
    assert [row.id for row in await seen(within, "products.list", visible=True)] == []
    assert [row.id for row in await seen(within, "products.list", visible=False)] == [product]
    await do(within, "products.unhide", ById(id=product))
    assert [row.id for row in await seen(within, "products.list", visible=True)] == [product]
    assert [entry.facts.get("visible") for _, entry in (await written(within))[:2]] == [[False, True], [True, False]]


async def test_nobody_overwrites_a_variant_unseen(within: Within) -> None:
    """Ten change what all have seen, at once: one does."""
    product = await new_product(within)
    [row] = await variants(within, product.id)
    edits = [VariantEdit(id=row.id, seen=row.seen, price_sen=n) for n in range(1, 11)]
    results = await asyncio.gather(*(do(within, "variants.edit", edit) for edit in edits), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["ChangedMeanwhile"] * 9 + ["Done"]
    won = next(edit for edit, result in zip(edits, results, strict=True) if isinstance(result, Done))
    assert (await variants(within, product.id))[0].price_sen == won.price_sen


async def test_the_list_goes_on_where_it_ended(within: Within) -> None:
    """Pages newest first, each thing once; what is searched for is found by a part of name or SKU."""
    made = [await new_product(within, name=f"Barang {n:02}", sku=f"BR-{n:02}") for n in range(7)]
    pages: list[list[int]] = []
    after = ""
    while True:
        view = await look_at(within, after=after, limit=3)
        pages.append([row.id for row in view.rows])
        if not (after := view.next):
            break
    assert pages == [[one.id for one in made[i:j][::-1]] for i, j in ((4, 7), (1, 4), (0, 1))]
    exactly = await look_at(within, limit=7)
    assert (len(exactly.rows), exactly.next) == (7, "")
    assert [row.id for row in await seen(within, "products.list", search="ARANG 03")] == [made[3].id]
    assert [row.id for row in await seen(within, "products.list", search=" br-04 ")] == [made[4].id]
    assert await seen(within, "products.list", search="none") == []
    assert await seen(within, "products.list", item_type="digital") == []


async def look_at(within: Within, **wanted: Any) -> Any:
    """A page of products."""
    view = views()["products.list"]
    return await look(view, within, view.filter(**wanted), OWNER)


async def test_what_is_left_is_the_sum_of_the_warehouses(within: Within) -> None:
    """A product's list shows how many of its counted variants there are in all warehouses; of what is not counted none
    is said."""
    product = await new_product(within, counted=True)
    loose = await new_product(within)
    for number in (4, 5):
        await count(within, product.variant_id, await new_warehouse(within), number)
    assert [(row.id, row.available) for row in await seen(within, "products.list")] == [
        (loose.id, None), (product.id, 9),
    ]  # fmt: skip
    [variant] = await variants(within, product.id)
    assert variant.available == 9
    [variant] = await variants(within, loose.id)
    assert variant.available is None


async def test_what_is_switched_off_is_not_sold(within: Within, client: httpx.AsyncClient) -> None:
    """An order for a variant that is switched off is refused, one for what is switched on again is taken, at the price
    of then; an earlier order keeps its price."""
    store_id = await new_store(within)
    product = await new_product(within, item_type="digital", price_sen=20_000_00)
    ask = await key_of(within, client)
    order = order_for(within, store_id, product, 2)
    first = await ask("POST", "/v3/orders", order)
    await do(within, "variants.edit", VariantEdit(id=product.variant_id, active=False))
    await ask("POST", "/v3/orders", order, status=422)
    await do(within, "variants.edit", VariantEdit(id=product.variant_id, active=True, price_sen=25_000_00))
    second = await ask("POST", "/v3/orders", order)
    assert [float(one["gross_revenue"]) for one in (first, second)] == [40_000, 50_000]
    assert float((await ask("GET", f"/v3/orders/{first['id']}"))["gross_revenue"]) == 40_000


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (NewProduct, {"name": "", "price_sen": 1}), (NewProduct, {"name": "A"}),
        (NewProduct, {"name": "A", "price_sen": -1}), (NewProduct, {"name": "A", "price_sen": 10**13 + 1}),
        (NewProduct, {"name": "A", "price_sen": 1.5}), (NewProduct, {"name": "A", "price_sen": 1, "weight_g": -1}),
        (NewProduct, {"name": "A", "price_sen": 1, "images": ["http://toko.example.com/1.jpg"]}),
        (NewProduct, {"name": "A", "price_sen": 1, "images": ["https://toko.example.com/a b.jpg"]}),
        (NewProduct, {"name": "A", "price_sen": 1, "sku": "KP\n"}),
        (NewProduct, {"name": "A", "price_sen": 1, "options": ["a", "b", "c", "d"]}),
        (NewProduct, {"name": "A", "price_sen": 1, "item_type": "service"}),
        (VariantEdit, {"id": 1, "price_sen": None}), (VariantEdit, {"id": 1, "name": " "}),
        (VariantEdit, {"id": 1, "product_id": 2}), (ProductEdit, {"id": 1, "item_type": "digital"}),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_no_product(kind: type[Any], given: dict[str, Any]) -> None:
    """Prices are whole sen within bounds, addresses https, what a product is stays for ever."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(given, kind)


async def test_first_options_are_one_of_each(within: Within) -> None:
    """A product that has sizes says which its first variant has."""
    with pytest.raises(InputInvalid, match="first_options"):
        await do(within, "products.add", msgspec.structs.replace(SHIRT, first_options=()))
    twice = msgspec.structs.replace(SHIRT, options=("Ukuran", "ukuran"), first_options=("M", "L"))
    with pytest.raises(InputInvalid, match=r"options.*names one twice"):
        await do(within, "products.add", twice)
    assert await seen(within, "products.list") == []
    assert await written(within) == []


async def test_other_shops_goods_are_not_there(within: Within) -> None:
    """Another shop neither sees nor changes a product or a variant."""
    product = await new_product(within)
    other = await open_desk(within.house)
    assert await seen(other, "products.list") == []
    with pytest.raises(NotFound, match="product"):
        await seen(other, "products.show", id=product.id)
    for name, given in (
        ("products.edit", ProductEdit(id=product.id, name="Diambil")),
        ("products.hide", ById(id=product.id)),
        ("products.unhide", ById(id=product.id)),
        ("variants.edit", VariantEdit(id=product.variant_id, price_sen=1)),
    ):
        with pytest.raises(NotFound):
            await do(other, name, given)
    with pytest.raises(InputInvalid, match="product_id"):
        await do(other, "variants.add", NewVariant(product_id=product.id, price_sen=1))
    assert await written(other) == []
    assert (await whole(within, product.id)).visible is True
