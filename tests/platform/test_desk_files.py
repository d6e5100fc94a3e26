"""Lists and files at the terminal: `gerai … list --csv`, `gerai … import`."""

from __future__ import annotations

import io
import os
from pathlib import Path

import msgspec
import pytest
from pypdf import PdfReader
from terminal_kit import gerai, gerai_here

from desk_kit import open_desk, seen
from gerai.app import App
from gerai.engine.desk.house import Within
from gerai.kit.sheets.reading import sheet_rows

GOODS = "sku;name;price\nA;Kaos;Rp75.000\nB;=Topi;50000,50\n"


@pytest.fixture
async def within(app: App) -> Within:
    """The desk of a new shop."""
    return await open_desk(app.house)


async def with_store(dsn: str, within: Within) -> tuple[str, ...]:
    """The shop with a store; what names it at the terminal."""
    shop = ("--merchant", within.merchant.code)
    code, _, why = await gerai_here(dsn, "stores", "add", "--name", "Toko", *shop)
    assert code == 0, why
    return shop


async def test_a_file_is_tried_and_brought_in(dsn: str, within: Within, tmp_path: Path) -> None:
    """A trial shows what would come of it; then it is brought in, once under a name; faults are shown with row and
    column, and exit code 1."""
    shop, file = await with_store(dsn, within), tmp_path / "barang.csv"
    file.write_text(GOODS)
    code, said, _ = await gerai_here(dsn, "products", "import", str(file), "--dry-run", *shop)
    assert (code, "tried / diperiksa" in said) == (0, True)
    assert await seen(within, "variants.list") == []
    for replayed in (False, True):
        code, said, _ = await gerai_here(dsn, "products", "import", str(file), "--once", "a", "--json", *shop)
        report = msgspec.json.decode(said)
        assert (code, report["replayed"], report["applied"]) == (0, replayed, not replayed)
    file.write_text(GOODS.replace("75.000", "7x").replace("\nB;=Topi", "\nC;Tas"))
    code, said, _ = await gerai_here(dsn, "products", "import", str(file), *shop)
    assert (code, "nothing is done" in said, "price" in said) == (1, True, True)
    code, said, _ = await gerai_here(dsn, "products", "import", str(file), "--per-row", *shop)
    assert (code, "imported / diimpor" in said) == (0, True)
    _, said, _ = await gerai_here(dsn, "variants", "list", "--json", *shop)
    assert [row["sku"] for row in msgspec.json.decode(said)["rows"]] == ["A", "B", "C"]


async def test_a_list_is_written_to_a_file(dsn: str, within: Within, tmp_path: Path) -> None:
    """CSV and XLSX with the list's filter, whole or not at all; a dash prints; two at once are refused."""
    shop, file = await with_store(dsn, within), tmp_path / "barang.csv"
    file.write_text(GOODS)
    await gerai_here(dsn, "products", "import", str(file), *shop)
    for kind in ("csv", "xlsx"):
        made = tmp_path / f"keluar.{kind}"
        made.write_bytes(b"before")
        code, said, _ = await gerai_here(dsn, "variants", "list", "--search", "topi", f"--{kind}", str(made), *shop)
        assert (code, said) == (0, "")
        [head, row] = [found.cells for found in sheet_rows(io.BytesIO(made.read_bytes()))]
        assert (row[head.index("sku")], row[head.index("name")], str(row[head.index("price")])) == (
            "B", "'=Topi", "50000.50",
        )  # fmt: skip
    code, said, _ = await gerai(dsn, "variants", "list", "--csv", "-", *shop)
    assert (code, said.startswith("\ufeffid,sku,name"), said.count("\n")) == (0, True, 3)
    code, _, why = await gerai_here(dsn, "variants", "list", "--csv", "a", "--xlsx", "b", *shop)
    assert (code, "one of --csv" in why) == (2, True)
    code, _, why = await gerai_here(dsn, "variants", "list", "--csv", str(tmp_path / "nowhere" / "a.csv"), *shop)
    assert (code, "cannot write" in why) == (1, True)
    assert sorted(os.listdir(tmp_path)) == ["barang.csv", "keluar.csv", "keluar.xlsx"]


async def test_a_file_to_fill_in_is_made(dsn: str, within: Within, tmp_path: Path) -> None:
    """Its name says its kind; one that is there stays."""
    file = tmp_path / "isi.xlsx"
    code, _, _ = await gerai_here(dsn, "members", "import", str(file), "--template")
    assert (code, len(list(sheet_rows(io.BytesIO(file.read_bytes()))))) == (0, 2)
    code, _, why = await gerai_here(dsn, "members", "import", str(file), "--template")
    assert (code, "cannot write" in why) == (1, True)
    code, _, why = await gerai_here(dsn, "members", "import", str(tmp_path / "isi.doc"), "--template")
    assert (code, ".csv or .xlsx" in why) == (2, True)
    code, _, why = await gerai_here(dsn, "members", "import", str(tmp_path / "tidak.csv"))
    assert (code, "cannot read" in why) == (2, True)


async def test_the_statement_is_printed(dsn: str, within: Within, tmp_path: Path) -> None:
    """A month's accounts as PDF in the language that is asked for, in Indonesian without; a language that there is not
    and a second file are said to be wrong, and nothing is written then."""
    shop, file = ("--merchant", within.merchant.code), tmp_path / "laporan.pdf"
    for more, title in (((), "Laporan bulanan"), (("--pdf-language", "en"), "Monthly statement")):
        code, _, said = await gerai_here(
            dsn, "reports", "statement", "--month", "2026-10", "--pdf", str(file), *more, *shop
        )
        assert (code, f"tersimpan: {file}" in " ".join(said.split())) == (0, True)
        [page] = PdfReader(file).pages
        text = " ".join(page.extract_text().split())
        assert (title in text, within.merchant.name in text, "31 Okt" in text or "31 Oct" in text) == (True, True, True)
        assert "uji coba" not in text
        file.unlink()
    for wrong in (("--pdf-language", "fr"), ("--csv", "-"), ("--json",)):
        code, _, _ = await gerai_here(dsn, "reports", "statement", "--pdf", str(file), *wrong, *shop)
        assert (code, file.exists()) == (2, False)
