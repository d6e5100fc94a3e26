"""`gerai shop load`: a shop's files are looked at whole, then made true, once."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any

import pytest
from shop_kit import ROOT, at_terminal, counted, shop_folder, shop_of
from terminal_kit import gerai_here as gerai

from desk_kit import seen, written
from gerai.app import App
from gerai.cli import shop_load
from gerai.cli.shop_entries import called_in_files
from gerai.cli.shop_sections import sections
from gerai.domain.refusals import InputInvalid
from gerai.engine.desk.fields import words_of
from gerai.engine.desk.read import fields_of
from gerai.engine.desk.registry import perform

_numbers = itertools.count(1)
GOODS = """
[shop]
code = "{code}"
name = "Toko Kecil"

[settings]
late_payment = "hold"

[[districts]]
id = 6
code = "35.78.05"
district = "Wonokromo"
city = "Kota Surabaya"
province = "Jawa Timur"

[[stores]]
name = "Toko Kecil"

[[warehouses]]
name = "Gudang"
address = "Jl. Wonokromo 1"
district = "35.78.05"
postal_code = "60241"

[[products]]
name = "Kaos"
sku = "K-M"
price = "Rp85.000"
counted = true
options = ["Ukuran"]
first_options = ["M"]

[[variants]]
product = "K-M"
sku = "K-L"
options = ["L"]
price = 90000
"""
STOCK = "sku;warehouse;on_hand;low_at\nK-M;Gudang;7;2\n"


@pytest.fixture
def code() -> str:
    """A shop's code that nobody has yet."""
    return f"berkas{next(_numbers)}"


async def test_what_stands_in_files_is_made_once(dsn: str, app: App, tmp_path: Path, code: str) -> None:
    """A new shop is opened and has what its files name, in rupiah as it stands there. Loaded again nothing is changed,
    and that is said; each act stands in the audit with who did it and why."""
    folder = shop_folder(tmp_path, GOODS.format(code=code), stock=STOCK)
    first = await at_terminal(dsn, "shop", "load", str(folder))
    assert counted(first) == {
        "shop": (1, 0), "settings": (1, 0), "districts": (1, 0), "stores": (1, 0), "warehouses": (1, 0),
        "products": (1, 0), "variants": (1, 0), "stock": (1, 0),
    }  # fmt: skip
    within = await shop_of(app, code)
    [product] = await seen(within, "products.show", id=(await seen(within, "products.list"))[0].id)
    assert [(v.sku, v.price_sen, list(v.options)) for v in product.variants] == [
        ("K-M", 85_000_00, ["M"]), ("K-L", 90_000_00, ["L"]),
    ]  # fmt: skip
    assert [(s.sku, s.on_hand, s.low_at) for s in await seen(within, "stock.list")] == [("K-M", 7, 2)]
    assert within.merchant.settings.late_payment == "hold"
    entries = [entry for _, entry in await written(within)][::-1]
    assert [entry.act for entry in entries] == [
        "merchants.open", "settings.set", "districts.add", "stores.add", "warehouses.add", "products.add",
        "variants.add", "stock.count", "stock.mark",
    ]  # fmt: skip
    assert {(entry.actor_kind, entry.reason) for entry in entries} == {("operator", "gerai shop load toko")}

    again = await at_terminal(dsn, "shop", "load", str(folder))
    assert set(counted(again).values()) == {(0, 1)}
    assert "all of it is there already" in again
    assert len(await written(within)) == len(entries)


async def test_a_dry_run_changes_nothing(dsn: str, app: App, tmp_path: Path, code: str) -> None:
    """It says what would be added, and the shop is not even opened; the load after it makes all of that."""
    folder = shop_folder(tmp_path, GOODS.format(code=code), stock=STOCK)
    dry = await at_terminal(dsn, "shop", "load", str(folder), "--dry-run")
    assert "Nothing is changed" in dry
    assert code not in await at_terminal(dsn, "merchants", "list")
    assert counted(await at_terminal(dsn, "shop", "load", str(folder))) == counted(dry)
    within = await shop_of(app, code)
    assert "would be added" in await at_terminal(dsn, "shop", "load", str(folder), "--dry-run")
    assert len(await seen(within, "stores.list")) == 1


async def test_into_a_shop_that_is_there(dsn: str, app: App, tmp_path: Path, code: str) -> None:
    """``--merchant`` names where it goes. What the shop has stays as it is, whatever the file says by now: its setting,
    its price, its stock; what is new is added. The other shop is left alone."""
    folder = shop_folder(tmp_path, GOODS.format(code=code), stock=STOCK)
    await at_terminal(dsn, "shop", "load", str(folder))
    other = f"{code}-lain"
    await at_terminal(dsn, "merchants", "open", "--code", other, "--name", "Lain")
    await at_terminal(dsn, "merchants", "set", "late_payment", "wallet", "--merchant", other)
    await at_terminal(dsn, "shop", "load", str(folder), "--merchant", other)
    there = await shop_of(app, other)
    assert there.merchant.settings.late_payment == "wallet"
    before = len(await written(await shop_of(app, code)))

    changed = (
        GOODS.format(code=code).replace("Rp85.000", "Rp99.000") + '\n[[products]]\nname="Topi"\nsku="T"\nprice=1\n'
    )
    shop_folder(tmp_path, changed, stock=STOCK.replace(";7;", ";70;"))
    said = await at_terminal(dsn, "shop", "load", str(folder), "--merchant", other)
    assert counted(said)["products"] == (1, 1)
    there = await shop_of(app, other)
    assert [row.on_hand for row in await seen(there, "stock.list")] == [7]
    names = {row.name: row.id for row in await seen(there, "products.list")}
    [kaos] = await seen(there, "products.show", id=names["Kaos"])
    assert kaos.variants[0].price_sen == 85_000_00
    assert "Topi" in names
    assert len(await written(await shop_of(app, code))) == before


async def test_stopped_by_somebody_elses_change(
    dsn: str, app: App, tmp_path: Path, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where an act is refused that was not in the rehearsal, the exit code is 1 and what is made stays; loading again
    goes on from there."""
    asked = list[str]()

    async def refused_then(act: Any, *rest: Any, **how: Any) -> Any:
        asked.append(act.name)
        if asked.count("variants.add") == 2:
            raise InputInvalid({"sku": ["somebody took it"]})
        return await perform(act, *rest, **how)

    folder = shop_folder(tmp_path, GOODS.format(code=code), stock=STOCK)
    with monkeypatch.context() as patched:
        patched.setattr(shop_load, "perform", refused_then)
        done, said, why = await gerai(dsn, "shop", "load", str(folder))
    assert (done, said) == (1, "")
    assert "what is made stays" in why
    assert "variants: sku: somebody took it" in why
    within = await shop_of(app, code)
    assert [row.name for row in await seen(within, "products.list")] == ["Kaos"]
    again = counted(await at_terminal(dsn, "shop", "load", str(folder)))
    assert (again["products"], again["variants"], again["stock"]) == ((0, 1), (1, 0), (1, 0))


def test_the_page_names_every_field() -> None:
    """docs/reference/shop-files.md has each list with each field of its act, and no other."""
    text = (ROOT / "docs" / "reference" / "shop-files.md").read_text(encoding="utf-8")
    shown: dict[str, list[tuple[str, str, str]]] = {}
    for name, body in re.findall(r"^### (\w+)\n(.*?)(?=^### |\Z)", text, re.M | re.S):
        shown[name] = re.findall(r"^\| `(\w+)`(?: \(needed\))? \| `(\w+)` \| (.*) \|$", body, re.M)
    wanted = {
        section.name: [
            (called_in_files(section, field), field.name, words_of(section.act.input)[field.name].en)
            for field in fields_of(section.act.input)
        ]
        for section in sections().values()
    }
    assert shown == wanted
