"""Tables as files: what is written is read back as it was, nothing in it is calculated, and a hostile file is refused
before it costs anything."""

from __future__ import annotations

import csv
import io
import tracemalloc
import zipfile
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gerai.kit.sheets.harmless import as_it_was, harmless
from gerai.kit.sheets.reading import sheet_rows
from gerai.kit.sheets.values import CellFault, SheetBroken
from gerai.kit.sheets.writing import CsvWriter, XlsxWriter

HOSTILE = [
    "=1+1", "+62812", "-5", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1+1", "＋1", "'=1", "''+1", "'biasa",
    "=HYPERLINK(\"http://x\")",
]  # fmt: skip
PLAIN = ["Kaos", "a,b;c\td", 'kutip "dua"', "dua\nbaris", "", "0812", "_x0041_", "<&>", "é😀", "a\x0bb", "1=2"]
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def read(content: bytes) -> list[list[Any]]:
    """The cells of a file."""
    return [row.cells for row in sheet_rows(io.BytesIO(content))]


def written(kind: Any, header: list[str], rows: list[list[Any]]) -> bytes:
    """A file with these rows."""
    writer = kind(header)
    return writer.rows(rows) + writer.end()


def workbook(sheet: str, **more: bytes) -> bytes:
    """A workbook with this content of its sheet, as a spreadsheet would save it."""
    first = XlsxWriter(["x"])
    whole = io.BytesIO(first.end())
    made = io.BytesIO()
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            if name != "xl/worksheets/sheet1.xml":
                target.writestr(name, source.read(name))
        target.writestr("xl/worksheets/sheet1.xml", sheet)
        for name, content in more.items():
            target.writestr(name, content)
    return made.getvalue()


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_is_calculated_and_comes_back(text: str) -> None:
    """A text that a spreadsheet would calculate, or that looks as if it was made harmless, begins with an apostrophe in
    the file; reading gives back exactly what there was."""
    made = harmless(text)
    # Behind a tab or a line's end, where cells are divided too, once more.
    assert made.replace("\t'", "\t").replace("\r'", "\r").replace("\n'", "\n") == (
        text if text == "'biasa" else f"'{text}"
    )
    assert as_it_was(made) == text


@pytest.mark.parametrize("text", PLAIN)
def test_what_is_harmless_stays_as_it_is(text: str) -> None:
    """No apostrophe where none is needed."""
    assert harmless(text) == as_it_was(text) == text


@pytest.mark.parametrize("mark", [";", "\t"])
@given(st.text(alphabet="=-+@＝;\t\r\n',a\" ", max_size=12))
@example("Budi;=1+cmd|' /C calc'!A0;").via("what a spreadsheet with Indonesian settings splits")
@example("a\t =1")
@example(";\t'=1;'' -1")
def test_no_cell_is_calculated_wherever_it_is_divided(mark: str, text: str) -> None:
    """A file whose commas are taken for letters has no formula either; reading gives back exactly what there was."""
    content = written(CsvWriter, ["n"], [["x", text]]).decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(content, newline=""), delimiter=mark) for cell in row]
    assert not [cell for cell in cells if cell.lstrip()[:1] in ("=", "+", "-", "@", "＝")]
    assert as_it_was(harmless(text)) == text


@pytest.mark.parametrize("kind", [CsvWriter, XlsxWriter])
def test_a_table_comes_back(kind: Any) -> None:
    """Texts of every kind, numbers as numbers, long ids without a figure lost: in both kinds of files."""
    rows = [[text, 15_000, Decimal("15000.50"), -3, 1_234_567_890_123_456_789] for text in HOSTILE + PLAIN]
    [head, *found] = read(written(kind, ["nama", "=jumlah"], rows))
    assert head == ["nama", "'=jumlah"]
    for row, was in zip(found, rows, strict=True):
        assert as_it_was(row[0]) == was[0]
        assert [Decimal(cell) for cell in row[1:]] == [Decimal(cell) for cell in was[1:]]
        if kind is XlsxWriter:
            assert [type(cell) for cell in row[1:]] == [Decimal, Decimal, Decimal, str]


def test_a_csv_is_what_excel_opens() -> None:
    """UTF-8 with its mark, commas, lines of RFC 4180; numbers have no quotation marks."""
    assert written(CsvWriter, ["nama", "harga"], [["Kaos, é", 15_000]]) == (
        b'\xef\xbb\xbfnama,harga\r\n"Kaos, \xc3\xa9",15000\r\n'
    )


@pytest.mark.parametrize(
    "content",
    [
        b"sku,nama\r\nA,Kaos\r\n",
        b"\xef\xbb\xbfsku,nama\nA,Kaos",
        b"sku;nama\r\nA;Kaos\r\n",
        b"sku\tnama\r\nA\tKaos\r\n",
        b'sep=;\r\n"sku";"nama"\r\n"A";"Kaos"\r\n',
        "sku;nama\r\nA;Kaos\r\n".encode("utf-16"),
        b"\xfe\xff" + "sku,nama\nA,Kaos\n".encode("utf-16-be"),
    ],
)
def test_spreadsheets_save_csv_in_many_ways(content: bytes) -> None:
    """Commas, semicolons (Excel in Indonesia), tabs; UTF-8 with and without its mark, UTF-16 both ways."""
    assert read(content) == [["sku", "nama"], ["A", "Kaos"]]


def test_a_table_may_be_left_unread() -> None:
    """Whoever stops after the first row and closes the file is done; before that the file stays theirs."""
    file = io.BytesIO(b"a,b\n1,2\n")
    rows = sheet_rows(file)
    assert next(rows).cells == ["a", "b"]
    rows.close()
    assert not file.closed
    rows = sheet_rows(file)
    next(rows)
    file.close()
    rows.close()


def test_old_letters_are_read() -> None:
    """What is no UTF-8 is what Windows wrote before."""
    assert read("nama\ncafé".encode("cp1252")) == [["nama"], ["café"]]


@pytest.mark.parametrize(
    "content",
    [
        b'a,b\n"never closed,1\n2,3\n', b"a,b\n\x00,1\n", b"a" * 40_000 + b"\n", b"a\n" + b"x" * 40_000,
        ",".join("abc" * 70).encode(), b"\xd0\xcf\x11\xe0rest", b"PK\x03\x04 no archive", b"\xff\xfeabc",
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused(content: bytes) -> None:
    """An open quotation mark, bytes that are no text, cells and rows beyond any spreadsheet's, an old Excel's file, a
    broken archive."""
    with pytest.raises(SheetBroken):
        read(content)


def test_cells_are_read_as_a_spreadsheet_shows_them() -> None:
    """Shared texts (also in pieces, without their pronunciation), inline ones, booleans, results of formulas, numbers
    without the noise of their calculation; cells and rows that are left out stay where they are."""
    shared = (
        f'<sst {MAIN}><si><t>Kaos</t></si><si><r><t>Ke</t></r><r><t xml:space="preserve">ja </t></r>'
        "<rPh><t>x</t></rPh></si></sst>"
    )
    sheet = (
        f'<x:worksheet xmlns:x="{MAIN[7:-1]}"><x:sheetData>'
        '<x:row r="1"><x:c r="A1" t="s"><x:v>0</x:v></x:c><x:c r="C1" t="s"><x:v>1</x:v></x:c></x:row>'
        '<x:row r="5"><x:c r="A5"><x:f>1+1</x:f><x:v>2</x:v></x:c><x:c t="b"><x:v>1</x:v></x:c>'
        '<x:c t="str"><x:f>"a"</x:f><x:v>_x0041_</x:v></x:c><x:c><x:v>0.30000000000000004</x:v></x:c>'
        '<x:c><x:f>A1</x:f></x:c><x:c t="e"><x:v>#N/A</x:v></x:c><x:c><x:v>1.5E5</x:v></x:c></x:row>'
        "</x:sheetData></x:worksheet>"
    )
    content = workbook(sheet, **{"xl/sharedStrings.xml": shared.encode()})
    [first, second] = list(sheet_rows(io.BytesIO(content)))
    assert (first.number, first.cells) == (1, ["Kaos", "", "Keja "])
    assert second.number == 5
    assert second.cells[:4] == [Decimal(2), "yes", "A", Decimal("0.3")]
    assert [type(cell) for cell in second.cells[4:6]] == [CellFault, CellFault]
    assert second.cells[6] == Decimal(150_000)


def test_no_entity_is_unfolded() -> None:
    """XML that declares entities is refused at the declaration."""
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    with pytest.raises(SheetBroken):
        read(
            workbook(f"{bomb}<worksheet {MAIN}><sheetData><row><c t='str'><v>&b;</v></c></row></sheetData></worksheet>")
        )


def test_a_bomb_costs_nothing() -> None:
    """A workbook that unpacks to far more than it is, or to many parts, is refused before it is unpacked."""
    bomb = workbook(f"<worksheet {MAIN}>" + " " * (300 * 2**20))
    assert len(bomb) < 500_000
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as archive:
        for number in range(1_500):
            archive.writestr(f"{number}.xml", b"")
    tracemalloc.start()
    for content in (bomb, many.getvalue()):
        with pytest.raises(SheetBroken, match="unpacks to more"):
            read(content)
    assert tracemalloc.get_traced_memory()[1] < 4 * 2**20
    tracemalloc.stop()


@pytest.mark.parametrize(
    "sheet",
    [
        "<worksheet", f"<worksheet {MAIN}><sheetData><row><c t='s'><v>9</v></c></row></sheetData></worksheet>",
        f"<worksheet {MAIN}><sheetData><row><c r='ZZ1'><v>9</v></c></row></sheetData></worksheet>",
        f"<worksheet {MAIN}><sheetData><row><c><v>NaN</v></c></row></sheetData></worksheet>",
        f"<worksheet {MAIN}><sheetData><row><c r='B1'/><c r='A1'/></row></sheetData></worksheet>",
    ],
)  # fmt: skip
def test_a_broken_sheet_is_refused(sheet: str) -> None:
    """Cut off XML, a text that is not there, a column beyond the last, no number, columns that go back."""
    with pytest.raises(SheetBroken):
        read(workbook(sheet))


@pytest.mark.parametrize("kind", [CsvWriter, XlsxWriter])
def test_a_long_table_takes_no_memory(kind: Any) -> None:
    """Forty thousand rows are written and read in a few megabytes, whatever kind of file they are in."""
    with io.BytesIO() as file:
        writer = kind(["sku", "nama", "harga"])
        tracemalloc.start()
        for begin in range(0, 40_000, 200):
            file.write(writer.rows([[f"SKU-{n}", "Kaos Polos", n * 100] for n in range(begin, begin + 200)]))
        file.write(writer.end())
        size = file.tell()
        file.seek(0)
        count = sum(1 for _ in sheet_rows(file))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert count == 40_001
    assert peak < size * 1.3 + 3 * 2**20
