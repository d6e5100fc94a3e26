"""Fields that name another thing: chosen from a list while it is short, else typed as people know the thing."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterator
from html import unescape
from typing import Any, get_args, get_type_hints

import httpx
import msgspec
import pytest
import pytest_asyncio
from files_kit import brought, csv_of
from goods_kit import new_product, new_store, new_warehouse

from console_kit import base, browser_of, enter, joined, mark
from desk_kit import do, open_desk, seen, written
from gerai.app import App
from gerai.engine.desk.acts.add_service_type import NewServiceType
from gerai.engine.desk.fields import refers_of
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import acts, views

#: What ends like the name of a thing of the shop, and names none.
ELSEWHERE = {
    "private_servers.set place_id": "a number of Roblox",
    "members.link external_id": "a number of Discord",
    "members.unlink external_id": "a number of Discord",
    "members.add public_id": "what the new member shall be called",
    "service_types.fields label_id": "the label in Indonesian",
    "bundles.add custom_id": "what the new bundle shall be called",
    "bundles.edit custom_id": "what the bundle shall be called",
}
#: On to where it is seen, or with what there is to say of it.
DONE = (303, 200)
#: Of these there is no list to choose from yet: they are seen with their bundle.
WITHOUT_LIST = {"price_options"}
#: What an installation has, not a shop.
OF_HOUSE = {"doors", "member_doors", "webhook_doors", "providers"}


@pytest_asyncio.fixture
async def browser(app: App, within: Within) -> AsyncGenerator[httpx.AsyncClient]:
    """The owner's browser, in Indonesian."""
    async with browser_of(app) as client:
        client.headers["accept-language"] = "id"
        await enter(client, await joined(within))
        yield client


def options(page: str, name: str) -> list[tuple[str, str]]:
    """Value and text of what a select offers."""
    found = re.search(rf'<select name="{name}".*?</select>', page, re.DOTALL)
    pairs = re.findall(r'<option value="([^"]+)"[^>]*>([^<]*)', found[0] if found else "")
    return [(value, unescape(text)) for value, text in pairs]


def wrong_in(page: str) -> list[str]:
    """The faults that a page shows."""
    return [unescape(text) for text in re.findall(r'class="(?:fault|problem)"[^>]*>([^<]*)', page)]


def structs_in(hint: Any) -> Iterator[type[msgspec.Struct]]:
    """The structs that a field is made of."""
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        yield hint
    for part in get_args(hint):
        yield from structs_in(part)


def test_every_field_of_a_thing_says_which() -> None:
    """Whatever is called ``…_id`` or ``…_ids`` in an act, or in what its fields are made of, says what it names: a list
    of the registry, or what the installation has."""
    silent = list[str]()
    for act in acts().values():
        hints = get_type_hints(act.input, include_extras=True)
        for struct in (act.input, *(one for hint in hints.values() for one in structs_in(hint))):
            refers = refers_of(struct)
            names = [name for name in struct.__struct_fields__ if name.endswith(("_id", "_ids"))]
            silent += [f"{act.name} {name}" for name in names if name not in refers]
            for of in refers.values():
                assert {f"{things}.list" for things in of.things if things not in OF_HOUSE | WITHOUT_LIST} <= set(
                    views()
                )
    assert set(silent) == set(ELSEWHERE)


async def test_a_short_list_is_chosen_from(browser: httpx.AsyncClient, within: Within) -> None:
    """Warehouses and variants by name and SKU; sent, the right one is counted. Another shop's are not among them."""
    other = await open_desk(within.house)
    await new_warehouse(other)
    first, second = await new_warehouse(within), await new_warehouse(within)
    one = await new_product(within, name="Kaos Polos", sku="KP-M", counted=True)
    await new_product(within, name="Topi", sku="TP-1", counted=True)
    address = f"{base(within)}/do/stock.count"
    page = (await browser.get(address)).text
    names = {str(row.id): row.name for row in await seen(within, "warehouses.list")}
    assert dict(options(page, "warehouse_id")) == names
    assert {str(first), str(second)} == set(names)
    assert (str(one.variant_id), "Kaos Polos · KP-M") in options(page, "variant_id")
    given = {"variant_id": str(one.variant_id), "warehouse_id": str(second), "on_hand": "5", "reason": "dihitung"}
    sent = await browser.post(address, data=await mark(browser, address) | given)
    assert sent.status_code in DONE, wrong_in(sent.text)
    rows = await seen(within, "stock.list", variant=one.variant_id)
    assert {row.warehouse_id: row.on_hand for row in rows if row.on_hand} == {second: 5}


async def test_the_only_one_is_not_asked(browser: httpx.AsyncClient, within: Within) -> None:
    """One warehouse: it is named and sent along; one store: it offers what is added."""
    store, warehouse = await new_store(within), await new_warehouse(within)
    made = await new_product(within, counted=True)
    address = f"{base(within)}/do/stock.count?variant_id={made.variant_id}"
    form = await mark(browser, address)
    assert form["warehouse_id"] == str(warehouse)
    page = (await browser.get(f"{base(within)}/do/products.add")).text
    assert 'name="stores"' not in page
    address = f"{base(within)}/do/products.add"
    sent = await browser.post(address, data=await mark(browser, address) | {"name": "Topi", "price_sen": "75.000"})
    assert sent.status_code in DONE, wrong_in(sent.text)
    [row] = [row for row in await seen(within, "products.list") if row.name == "Topi"]
    assert (row.stores, row.price_sen) == ((store,), 75_000_00)


async def test_several_stores_are_ticked(browser: httpx.AsyncClient, within: Within) -> None:
    """Each has a box by its name; what is ticked offers the product, and after a fault it is still ticked."""
    first, second, third = [await new_store(within) for _ in range(3)]
    address = f"{base(within)}/do/products.add"
    form = await mark(browser, address)
    given: dict[str, Any] = {"name": "Topi", "price_sen": "75.5", "stores": [str(first), str(third)]}
    page = await browser.post(address, data=form | given)
    assert page.status_code == 400
    ticked = re.findall(r'name="stores" value="(\d+)"( checked)?', page.text)
    assert {int(value): bool(on) for value, on in ticked} == {first: True, second: False, third: True}
    assert wrong_in(page.text) == ["tulis 75000 atau 75.000: titik untuk ribuan, koma untuk sen"]
    sent = await browser.post(address, data=form | given | {"price_sen": "Rp 75.000"})
    assert sent.status_code in DONE, wrong_in(sent.text)
    [row] = await seen(within, "products.list")
    assert (set(row.stores), row.price_sen) == ({first, third}, 75_000_00)


async def test_of_many_one_is_typed_as_it_is_known(browser: httpx.AsyncClient, within: Within) -> None:
    """Sixty variants: a text with the first of them as suggestions and a link to all; a SKU in any case, a name, a
    number behind # are found; what several have, or nothing, is a fault in the reader's words."""
    await new_store(within)
    warehouse = await new_warehouse(within)
    rows = [{"sku": f"S-{i}", "name": f"Barang {i}", "price": 1000 + i, "counted": "ya"} for i in range(60)]
    await brought(within, "products", csv_of(*rows))
    await new_product(within, name="Kembar", sku="K-1")
    await new_product(within, name="Kembar", sku="K-2")
    by_sku = {row.sku: row.id for row in await seen(within, "variants.list", limit=200)}
    address = f"{base(within)}/do/stock.count"
    page = (await browser.get(address)).text
    assert 'list="variant_id-known"' in page
    assert page.count("<option value=") == 50
    assert f'href="{base(within)}/variants"' in page
    filled = (await browser.get(f"{address}?variant_id={by_sku['S-59']}")).text
    assert 'name="variant_id" value="S-59"' in filled
    form = await mark(browser, address)
    assert form["warehouse_id"] == str(warehouse)
    for text, sku in (("s-58", "S-58"), ("Barang 57", "S-57"), (f"#{by_sku['S-3']}", "S-3")):
        given = {"variant_id": text, "on_hand": "2", "reason": "x", "once": text}
        sent = await browser.post(address, data=form | given)
        assert sent.status_code in DONE, wrong_in(sent.text)
        counted = await seen(within, "stock.list", variant=by_sku[sku])
        assert [row.on_hand for row in counted] == [2]
    before = await written(within)
    for text, said in (("Tidak Ada", "tidak ada yang bernama Tidak Ada"), ("Kembar", "ada beberapa bernama Kembar")):
        page = (await browser.post(address, data=form | {"variant_id": text, "on_hand": "2", "reason": "x"})).text
        assert said in unescape(page)
        assert f'value="{text}"' in page
    for text in ("²", "a\x00b", "9" * 30, "#" + "9" * 18, "Kembar #9", "٣"):
        answer = await browser.post(address, data=form | {"variant_id": text, "on_hand": "2", "reason": "x"})
        assert answer.status_code == 400, text
    assert await written(within) == before


async def test_a_type_is_shown_as_it_is(browser: httpx.AsyncClient, within: Within) -> None:
    """The form of a service has its type chosen, and what works for it by name."""
    made = [
        await do(within, "service_types.add", NewServiceType(code=code, name=code.title()))
        for code in ("imei", "icloud")
    ]
    page = (await browser.get(f"{base(within)}/do/services.add")).text
    assert dict(options(page, "type_id")) == {made[0].id: "Imei · imei", made[1].id: "Icloud · icloud"}
    assert ("manual", "manual") in options(page, "provider")


@pytest.mark.parametrize("name", ["keys.create", "webhooks.add", "members.add"])
async def test_counters_are_chosen(browser: httpx.AsyncClient, within: Within, name: str) -> None:
    """By name, and none that the act refuses."""
    page = (await browser.get(f"{base(within)}/do/{name}")).text
    doors = {value for value, _ in options(page, "door")}
    assert doors
    assert doors <= {*within.house.doors, *within.house.webhooks.contracts}
    if name == "members.add":
        assert doors == {door for door, keys in within.house.doors.items() if keys.needs_member}


async def test_the_parts_of_a_bundle_are_rows(browser: httpx.AsyncClient, within: Within) -> None:
    """Each part is chosen and counted in a row; the form of a bundle has its own, and what is changed there is."""
    first, second = await new_product(within, sku="A-1"), await new_product(within, sku="B-2")
    address = f"{base(within)}/do/bundles.add"
    form = await mark(browser, address)
    page = (await browser.get(address)).text
    assert (str(second.variant_id) in dict(options(page, "parts.0.variant_id")), "textarea" in page) == (True, False)
    parts = {"parts.0.variant_id": str(first.variant_id), "parts.0.quantity": "2", "parts.1.quantity": "9"}
    wrong = await browser.post(address, data=form | parts | {"name": "", "parts.1.variant_id": "x"})
    assert (wrong.status_code, "tidak ada yang bernama x" in wrong.text) == (400, True)
    assert 'name="parts.0.quantity" value="2"' in wrong.text
    sent = await browser.post(address, data=form | parts | {"name": "Paket"})
    assert sent.status_code in DONE, wrong_in(sent.text)
    [bundle] = await seen(within, "bundles.list")
    address = f"{base(within)}/do/bundles.edit?id={bundle.id}"
    page = (await browser.get(address)).text
    assert 'name="parts.0.quantity" value="2"' in page
    parts = {"parts.0.variant_id": str(first.variant_id), "parts.0.quantity": "3", "parts.1.variant_id": "b-2"}
    sent = await browser.post(address, data=await mark(browser, address) | parts)
    assert sent.status_code in DONE, wrong_in(sent.text)
    [whole] = await seen(within, "bundles.show", id=bundle.id)
    assert {(part.variant_id, part.quantity) for part in whole.parts} == {(first.variant_id, 3), (second.variant_id, 1)}
