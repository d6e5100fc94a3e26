"""A file that is brought in keeps nobody else waiting, however it was made: between its pieces others are answered."""

from __future__ import annotations

import asyncio
import io
import os
import zipfile
from time import perf_counter
from typing import Any

import pytest
from files_kit import brought, csv_of, faults, figures
from goods_kit import new_store
from sold_kit import shop_of

from desk_kit import do, seen
from gerai.domain.refusals import InputInvalid
from gerai.engine.contact import Contact
from gerai.engine.desk import bring_in
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import acts

BOOK = '<workbook xmlns:r="r"><sheets><sheet name="a" r:id="r1"/></sheets></workbook>'
RELATED = '<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>'
EMPTY = b"<worksheet><sheetData/></worksheet>"


class Lag:
    """The longest that the loop stood still, in seconds."""

    def __init__(self) -> None:
        self.worst_s = 0.0

    async def __aenter__(self) -> Lag:
        self._task = asyncio.create_task(self._run())
        await asyncio.sleep(0.05)
        self.worst_s = 0.0
        return self

    async def _run(self) -> None:
        last = perf_counter()
        while True:
            await asyncio.sleep(0.005)
            now = perf_counter()
            self.worst_s, last = max(self.worst_s, now - last), now

    async def __aexit__(self, *_: Any) -> None:
        await asyncio.sleep(0.02)
        self._task.cancel()


def workbook(sheet: bytes, texts: bytes = b"<sst/>") -> bytes:
    """A workbook with these two parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/workbook.xml", BOOK)
        book.writestr("xl/_rels/workbook.xml.rels", RELATED)
        book.writestr("xl/worksheets/sheet1.xml", sheet)
        book.writestr("xl/sharedStrings.xml", texts)
    return made.getvalue()


def nothing(elements: int) -> bytes:
    """So many elements of a sheet that say nothing, between noise that keeps them from packing too well."""
    pieces = [b"<a/>" * 8_000 + b"<!--" + os.urandom(250).hex().encode() + b"-->" for _ in range(elements // 8_000)]
    return b"".join(pieces)


async def refused(within: Within, content: bytes) -> tuple[list[str], float]:
    """What is said of the file, and how long the loop stood still at most."""
    async with Lag() as lag:
        with pytest.raises(InputInvalid) as told:
            await brought(within, "products", content, dry_run=True)
    return told.value.fields["file"], lag.worst_s


async def test_rows_that_cannot_be_read(within: Within) -> None:
    """Rows of which none fits are all counted as faults, and others are answered meanwhile."""
    rows = csv_of(*[{"sku": f"S-{n}", "name": f"Barang {n}", "price": "gratis"} for n in range(20_000)])
    async with Lag() as lag:
        report = await brought(within, "products", rows, dry_run=True)
    assert (figures(report), report.rows, len(report.faults)) == ((0, 0, 0, 20_000, False), 20_000, 500)
    assert lag.worst_s < 0.7


async def test_empty_rows_are_no_end(within: Within) -> None:
    """Behind a hundred thousand rows with nothing in them the next one is read, and others are answered meanwhile."""
    content = b"sku,name,price\n" + b" , , \n" * 100_000 + b"S-1,Barang,gratis\n"
    async with Lag() as lag:
        report = await brought(within, "products", content, dry_run=True)
    assert (report.rows, report.faulty, report.faults[0].row) == (1, 1, 100_002)
    assert lag.worst_s < 0.7


async def test_a_workbook_of_nothing(within: Within) -> None:
    """Sixteen million elements of which none is a row, in 700 kB, are refused at the first hundred thousand; so is one
    tag that does not end, and a sheet that unpacks to more than 64 MB."""
    endless = b"<worksheet><!--" + os.urandom(2**20).hex().encode() + b"--></worksheet>"
    for sheet in (b"<worksheet><sheetData>" + nothing(15_000_000), endless, b"<worksheet>" + nothing(20_000_000)):
        said, worst_s = await refused(within, workbook(sheet))
        assert said == ["the file unpacks to more than a workbook may"]
        assert worst_s < 0.7


async def test_texts_of_a_workbook(within: Within) -> None:
    """Half a million texts that no cell names are read beside the loop; more elements than five million are not."""
    texts = b"<sst>" + b"".join(b"<si><t>%d</t></si>" % n for n in range(500_000)) + b"</sst>"
    said, worst_s = await refused(within, workbook(EMPTY, texts))
    assert said == ["nothing stands in it"]
    assert worst_s < 0.7


async def test_a_product_has_so_many_variants(within: Within) -> None:
    """Two thousand, whether they come in a file or one by one; those beyond are named, and the same file again changes
    nothing of the others. Others are answered meanwhile."""
    await new_store(within)
    one_by_one = ({"sku": f"S-{n}", "name": "Kaos", "options": f"{n}", "price": n} for n in range(2_500))
    rows = csv_of(*[row | {"differ_in": "Nomor"} for row in one_by_one])
    async with Lag() as lag:
        report = await brought(within, "products", rows, per_row=True)
        again = await brought(within, "products", rows, per_row=True)
    assert (figures(report), figures(again)) == ((2_000, 0, 0, 500, True), (0, 0, 2_000, 500, False))
    said = "a product has at most 2000 variants: make another one"
    assert (faults(report)[0], report.faults[0].text) == ((2_002, "options"), said)
    assert lag.worst_s < 0.7
    [one] = await seen(within, "products.list")
    with pytest.raises(InputInvalid, match="at most 2000"):
        await do(within, "variants.add", acts()["variants.add"].input(product_id=one.id, price_sen=1, options=("x",)))
    taken_twice = csv_of({"sku": "S-1", "name": "Kaos", "options": "7"})
    assert faults(await brought(within, "products", taken_twice)) == [(2, "options")]


@pytest.mark.parametrize("per_row", [False, True])
async def test_members_of_a_file_keep_no_order_waiting(
    within: Within, monkeypatch: pytest.MonkeyPatch, per_row: bool
) -> None:
    """While a file of members comes in, one of them orders, and waits for nothing; that member is a fault of its row,
    the others come in where that is wanted."""
    shop, took, real, pieces = await shop_of(within), list[float](), bring_in.still_here, list[int]()

    async def ordered_meanwhile(connection: Any) -> None:
        pieces.append(1)
        if len(pieces) == 2:
            began = perf_counter()
            contact = Contact(public_id="p1", email="p1@example.com", name="Orang")
            await shop.place("invoice", 50_000_00, channel="cekceir", contact=contact)
            took.append(perf_counter() - began)
        await real(connection)

    monkeypatch.setattr(bring_in, "still_here", ordered_meanwhile)
    rows = csv_of(*[{"public_id": f"p{n}", "door": "cekceir", "name": f"Orang {n}"} for n in range(600)])
    report = await brought(within, "members", rows, per_row=per_row)
    assert (faults(report), report.added, report.applied) == ([(3, "public_id")], 599, per_row)
    assert took[0] < 1
    there = [row for row in await seen(within, "members.list", limit=200) if row.public_id in ("p0", "p2")]
    assert len(there) == (2 if per_row else 0)
