"""`gerai shop load` names what is wrong in a shop's files, with file and line, before anything is changed."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
from shop_kit import at_terminal, shop_folder
from terminal_kit import gerai_here as gerai

_numbers = itertools.count(1)


@pytest.fixture
def code() -> str:
    """A shop's code that nobody has."""
    return f"salah{next(_numbers)}"


FAULTY = """
[shop]
code = "{code}"
name = "Toko"

[[stores]]
name = "Toko"
payment_methods = ["emas"]

[[products]]
name = "Kaos"
sku = "K-M"
price = "85,000"

[[products]]
name = "Topi"
sku = "T"
price = 5000
colour = "hitam"

[[variants]]
product = "Kaos"
sku = "K-L"
price = 1

[[variants]]
product = "Sepatu"
sku = "S-1"
price = 1

[[variants]]
product = "Topi"
sku = "T"
price = 1

[[services]]
code = "cek"
name = "Cek"
type = "imei"
unit_price = 1000
provider = "manual"
processing_type = "manual"
"""


async def test_every_fault_is_named_with_its_line(dsn: str, tmp_path: Path, code: str) -> None:
    """All faults come at once, each with file and line, those of the acts' own rules too; what only names something
    faulty is not named beside it. Nothing is changed, and the exit code is 2."""
    members = "door,public_id,name,email\ncekceir,a,Ani,ani@example.com\nscalev,b,Budi,\ncekceir,c,Cici,cici\n"
    folder = shop_folder(tmp_path, FAULTY.format(code=code), members=members)
    done, said, why = await gerai(dsn, "shop", "load", str(folder))
    assert (done, said) == (2, "")
    places = re.findall(r"^  (\S+), line (\d+): (\w+): (\w+)", why, re.M)
    assert places == [
        ("shop.toml", "8", "stores", "payment_methods"), ("shop.toml", "13", "products", "price"),
        ("shop.toml", "19", "products", "colour"), ("shop.toml", "27", "variants", "product"),
        ("shop.toml", "33", "variants", "sku"), ("shop.toml", "39", "services", "type"),
        ("members.csv", "3", "members", "door"), ("members.csv", "4", "members", "email"),
    ]  # fmt: skip
    assert code not in await at_terminal(dsn, "merchants", "list")


@pytest.mark.parametrize(
    ("main", "tables", "fault"),
    [
        ("[shop]\ncode = \n", {}, "shop.toml, line 2: no valid TOML"),
        ("[shop]\ncode='a'\nname='A'\n[[produk]]\n", {}, "shop.toml, line 4: no such section: produk"),
        ("[[stores]]\nname='A'\n", {}, "shop.toml: there is no [shop]"),
        ("[shop]\ncode='a'\nname='A'\n[stores]\nname='A'\n", {}, "shop.toml, line 4: stores is a list of tables"),
        ("[shop]\ncode='a'\nname='A'\n", {"stok": "a\n"}, "stok.csv: no such table of a shop: stok.csv"),
        ("[shop]\ncode='a'\nname='A'\n", {"stock": "sku,sku\nA,B\n"}, "stock.csv, line 1: each column"),
        ("[shop]\ncode='a'\nname='A'\n", {"stock": "sku,on_hand\nA,1,2\n"}, "stock.csv, line 2: it has 3 cells"),
        (
            "[shop]\ncode='a1'\nname='A'\n[[service_types]]\ncode='i'\nname='I'\ninput_schema='../i.json'\n", {},
            "shop.toml, line 7: service_types: input_schema: it names a file beside shop.toml",
        ),
        (
            "[shop]\ncode='a2'\nname='A'\n[[accounts]]\nmethod='bank_transfer'\nbank='bca'\nnumber='1234567890'\n"
            "holder='Ani'\n", {},
            "shop.toml, line 4: accounts: mine: is this yours? bank: BCA; number: 1234567890; holder: Ani",
        ),
    ],
)  # fmt: skip
async def test_files_that_cannot_be_read(
    dsn: str, tmp_path: Path, main: str, tables: dict[str, str], fault: str
) -> None:
    """Each says which file and line, and nothing is changed."""
    done, said, why = await gerai(dsn, "shop", "load", str(shop_folder(tmp_path, main, **tables)))
    assert (done, said, fault in why) == (2, "", True), why
