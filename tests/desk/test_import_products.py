"""Products and variants of a file: what comes back changes nothing, what is new is made once, and a row that does not
fit is named and changes nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from files_kit import brought, csv_of, faults, figures, taken
from goods_kit import new_product, new_store

from desk_kit import VIEWER, open_desk, seen, written
from gerai.domain.refusals import IdempotencyKeyReused, InputInvalid, PermissionMissing
from gerai.engine.catalogue.storefront import STOREFRONT
from gerai.engine.desk.export import MEDIA_TYPES
from gerai.engine.desk.house import Within
from gerai.engine.desk.importing import imports, template

KAOS: dict[str, Any] = {"name": "Kaos Polos", "differ_in": "Ukuran", "price": "Rp150.000", "item_type": "physical"}
SHIRTS = [KAOS | {"sku": f"KP-{size}", "options": size} for size in "SML"]


async def variants(within: Within) -> dict[str, Any]:
    """What is sold, by SKU."""
    return {row.sku: row for row in await seen(within, "variants.list", limit=200)}


@pytest.mark.parametrize("kind", MEDIA_TYPES)
async def test_what_was_taken_away_changes_nothing(within: Within, kind: str) -> None:
    """The file of the list, brought back as it is, leaves everything as it was, and writes nothing down; also what a
    spreadsheet would calculate, what has commas in it, and what has no SKU."""
    store = await new_store(within)
    await brought(within, "products", csv_of(*SHIRTS))
    odd = {"name": "=1+1, 'x'", "sku": "-5", "labels": '["a,b","=c"]', "price": "0,05"}
    await brought(within, "products", csv_of(odd))
    await new_product(within, name="Tanpa SKU", images=("https://toko.example.com/a,b.jpg",), stores=(store,))
    before, entries = await seen(within, "variants.list"), len(await written(within))
    report = await brought(within, "products", await taken(within, "variants.list", kind))
    assert figures(report) == (0, 0, 5, 0, True)
    assert await seen(within, "variants.list") == before
    assert len(await written(within)) == entries


async def test_a_file_makes_a_shop(within: Within) -> None:
    """Rows of one name are one product with variants, offered in the shop's store, with what each row says; the audit
    has an entry for each thing, and one for the file."""
    store = await new_store(within)
    report = await brought(within, "products", csv_of(*SHIRTS, {"sku": "TOPI", "name": "Topi", "price": "75000,50"}))
    assert figures(report) == (4, 0, 0, 0, True)
    found = await variants(within)
    assert [(row.name, row.variant_name, row.price_sen, row.stores) for row in found.values()] == [
        ("Kaos Polos", "Kaos Polos - S", 150_000_00, (store,)), ("Kaos Polos", "Kaos Polos - M", 150_000_00, (store,)),
        ("Kaos Polos", "Kaos Polos - L", 150_000_00, (store,)), ("Topi", "Topi", 75_000_50, (store,)),
    ]  # fmt: skip
    assert len({row.product_id for row in found.values()}) == 2
    entries = [entry for _, entry in await written(within)]
    assert (entries[0].act, entries[0].target, entries[0].facts["added"]) == ("products.import", "products.import", 4)
    assert entries[0].facts["file"] == report.digest
    mine = [entry for entry in entries[1:] if entry.act == "products.import"]
    assert {entry.target for entry in mine} == {str(row.id) for row in found.values()} | {
        str(row.product_id) for row in found.values()
    }
    assert {entry.actor_name for entry in mine} == {"Ani"}


async def test_what_is_there_is_changed_by_its_sku(within: Within) -> None:
    """A SKU in any case names what is there; only given columns change, the audit has old and new; a new SKU of a known
    name is one more variant."""
    await new_store(within)
    await brought(within, "products", csv_of(*SHIRTS))
    before = await variants(within)
    more = {"sku": "KP-XL", "name": "Kaos Polos", "price": "160000", "options": "XL"}
    rows = [{"sku": "kp-s", "price": "155.000"}, {"sku": "KP-M", "price": "150000"}, more]
    report = await brought(within, "products", csv_of(*rows))
    assert figures(report) == (1, 1, 1, 0, True)
    after = await variants(within)
    assert (after["KP-S"].price_sen, after["KP-S"].id) == (155_000_00, before["KP-S"].id)
    assert after["KP-M"] == before["KP-M"]
    assert (after["KP-XL"].product_id, after["KP-XL"].variant_name) == (before["KP-S"].product_id, "Kaos Polos - XL")
    changed = next(e for _, e in await written(within) if e.target == str(before["KP-S"].id))
    assert changed.facts == {"price_sen": [150_000_00, 155_000_00]}


async def test_a_product_is_changed_once_for_all_its_rows(within: Within) -> None:
    """What rows say alike of their product changes it; a row that says otherwise is a fault, under its column."""
    await new_store(within)
    await brought(within, "products", csv_of(*SHIRTS))
    rows = [{"sku": one["sku"], "name": "Kaos Katun", "visible": "tidak", "labels": "baru, diskon"} for one in SHIRTS]
    assert figures(await brought(within, "products", csv_of(*rows))) == (0, 1, 2, 0, True)
    found = await variants(within)
    assert {(row.name, row.visible, row.labels) for row in found.values()} == {
        ("Kaos Katun", False, ("baru", "diskon"))
    }
    other = await brought(within, "products", csv_of(rows[0], rows[1] | {"name": "Kaos Lain"}))
    assert (figures(other)[4], faults(other)) == (False, [(3, "name")])
    assert await variants(within) == found


BAD: list[tuple[dict[str, Any], tuple[int, str]]] = [
    ({"sku": "", "name": "X", "price": "1"}, (3, "sku")),
    ({"sku": "X", "name": "X", "price": "seribu"}, (3, "price")),
    ({"sku": "X", "name": "X", "price": "-1"}, (3, "price")),
    ({"sku": "X", "name": "X", "price": "15,000,5"}, (3, "price")),
    ({"sku": "X", "name": "X"}, (3, "price")),
    ({"sku": "X", "price": "1"}, (3, "name")),
    ({"sku": "kp-s", "options": "M"}, (3, "options")),
    ({"sku": "X", "name": "Kaos Polos", "price": "1", "options": "S"}, (3, "options")),
    ({"sku": "X", "name": "X", "price": "1", "differ_in": "Ukuran"}, (3, "options")),
    ({"sku": "X", "name": "X", "price": "1", "item_type": "makanan"}, (3, "item_type")),
    ({"sku": "KP-S", "item_type": "digital"}, (3, "item_type")),
    ({"sku": "KP-S", "counted": "mungkin"}, (3, "counted")),
    ({"sku": "X", "name": "X", "price": "1", "stores": "7"}, (3, "stores")),
    ({"sku": "X", "name": "X", "price": "1", "images": "javascript:x"}, (3, "images")),
    ({"sku": "", "id": "7"}, (3, "id")),
]


@pytest.mark.parametrize(("bad", "where"), BAD, ids=str)
async def test_a_row_that_does_not_fit_is_named_and_nothing_is_done(
    within: Within, bad: dict[str, Any], where: tuple[int, str]
) -> None:
    """Row and column of the fault; the rows around it are not brought in, and nothing is written down. With
    ``per_row`` they are, and this one is not."""
    await new_store(within)
    await brought(within, "products", csv_of(*SHIRTS))
    before, entries = await variants(within), len(await written(within))
    good = {"sku": "A1", "name": "Topi", "price": "75000"}
    content = csv_of(good, bad, good | {"sku": "A2", "name": "Tas"})
    for how in ({}, {"dry_run": True}):
        report = await brought(within, "products", content, **how)
        assert (figures(report), faults(report)) == ((2, 0, 0, 1, False), [where])
    assert (await variants(within), len(await written(within))) == (before, entries)
    report = await brought(within, "products", content, per_row=True)
    assert (figures(report), faults(report)) == ((2, 0, 0, 1, True), [where])
    assert {*await variants(within)} - {*before} == {"A1", "A2"}
    alone = await brought(within, "products", csv_of(bad, bad), per_row=True)
    assert (figures(alone)[4], figures(alone)[3]) == (False, 2)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "nothing"), (b"sku,nama\nA,Kaos\n", "nama"), (b"sku,sku\nA,B\n", "two columns"),
        (b"sku,,price\nA,1,1\n", "column 2"),
        (b"\xd0\xcf\x11\xe0", "old Excel"), (b"PK\x03\x04", "workbook"),
        (b"sku,price_sen\nA,1\n", "did you mean price"),
    ],
)  # fmt: skip
async def test_a_file_that_cannot_be_read_is_refused(within: Within, content: bytes, text: str) -> None:
    """Nothing in it, columns that nobody knows or that stand twice, no table: said of the file."""
    with pytest.raises(InputInvalid) as refused:
        await brought(within, "products", content)
    assert text in refused.value.fields["file"][0]


async def test_a_trial_changes_nothing(within: Within) -> None:
    """What would come of a file is what comes of it then."""
    await new_store(within)
    trial = await brought(within, "products", csv_of(*SHIRTS), dry_run=True)
    assert figures(trial) == (3, 0, 0, 0, False)
    assert await variants(within) == {}
    assert [entry.act for _, entry in await written(within)] == ["stores.add"]
    assert figures(await brought(within, "products", csv_of(*SHIRTS), expected=trial.digest)) == (3, 0, 0, 0, True)
    with pytest.raises(InputInvalid, match="not the file that was tried"):
        await brought(within, "products", csv_of(*SHIRTS[:1]), expected=trial.digest)


async def test_twice_at_once_is_once(within: Within) -> None:
    """The same file five times at once makes each thing once, with and without an idempotency key; another file under
    the key is refused."""
    await new_store(within)
    every = await asyncio.gather(*(brought(within, "products", csv_of(*SHIRTS)) for _ in range(5)))
    assert sorted(figures(one) for one in every) == [(0, 0, 3, 0, True)] * 4 + [(3, 0, 0, 0, True)]
    assert len(await variants(within)) == 3
    more = csv_of({"sku": "T", "name": "Topi", "price": "1"})
    every = await asyncio.gather(*(brought(within, "products", more, key="k1") for _ in range(5)))
    assert sorted(one.replayed for one in every) == [False] + [True] * 4
    assert len(await variants(within)) == 4
    with pytest.raises(IdempotencyKeyReused):
        await brought(within, "products", csv_of({"sku": "U", "name": "Tas", "price": "1"}), key="k1")


async def test_who_may_not_brings_nothing_in(within: Within) -> None:
    """A viewer is refused by the permission; another shop's goods are neither found nor changed."""
    await new_store(within)
    await brought(within, "products", csv_of(*SHIRTS))
    mine = await variants(within)
    with pytest.raises(PermissionMissing, match="catalogue:write"):
        await brought(within, "products", csv_of(*SHIRTS), VIEWER)
    other = await open_desk(within.house)
    await new_store(other)
    stolen = [{"id": str(row.id), "sku": "", "price": "1"} for row in mine.values()]
    report = await brought(other, "products", csv_of(*stolen))
    assert (report.applied, faults(report)) == (False, [(2, "id"), (3, "id"), (4, "id")])
    assert figures(await brought(other, "products", csv_of(*SHIRTS))) == (3, 0, 0, 0, True)
    assert await variants(within) == mine


async def test_a_change_is_seen_by_what_decides_next(within: Within) -> None:
    """After a file the shop is known as it is: an act that adds the same SKU is refused."""
    await new_store(within)
    await brought(within, "products", csv_of(*SHIRTS))
    catalogue = within.engine.directory.get(STOREFRONT, within.merchant_id).catalogue
    assert sorted(one.sku for one in catalogue.variants.values()) == ["KP-L", "KP-M", "KP-S"]
    assert [len(found) for found in catalogue.variants_of_product.values()] == [3]
    with pytest.raises(InputInvalid, match="kp-s is the SKU"):
        await new_product(within, name="Lain", sku="kp-s")


@pytest.mark.parametrize("things", imports())
@pytest.mark.parametrize("kind", MEDIA_TYPES)
async def test_a_file_to_fill_in_has_every_column(within: Within, things: str, kind: str) -> None:
    """The template of each import can be read by it: its columns are known, its example is read."""
    report = await brought(within, things, template(imports()[things], kind), dry_run=True)
    assert report.rows == 1
    assert {one.column for one in report.faults} <= {"type", "sku", "warehouse_id", "door", "service", "destination"}
