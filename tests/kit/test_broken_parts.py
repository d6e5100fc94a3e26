"""Workbooks whose parts cannot be unpacked or read: each is said to be none, and nothing else is raised."""

from __future__ import annotations

import io
import zipfile

import pytest

from gerai.kit.sheets.values import SheetBroken
from gerai.kit.sheets.xlsx_parts import Workbook

PART = "xl/worksheets/sheet1.xml"


def _nothing(*_: object) -> None:
    """Takes whatever is read."""


@pytest.mark.parametrize(
    "content",
    [
        b'<?xml version="1.0" encoding="gibberish"?><a/>',
        b'<?xml version="1.0" encoding="gb2312"?><a>\xb0</a>',
        b"<a",
        b"\xff\xfe\x00",
    ],
)
def test_xml_that_is_none(content: bytes) -> None:
    """An encoding that nobody knows, XML that breaks off, bytes that are no text."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(PART, content)
    with pytest.raises(SheetBroken):
        list(Workbook(packed).parsed(PART, _nothing, _nothing, _nothing))


@pytest.mark.parametrize("packing", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2, zipfile.ZIP_DEFLATED])
def test_a_packing_that_breaks(packing: int) -> None:
    """Whatever packs it: bytes in its middle that were changed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", packing) as archive:
        archive.writestr(PART, b"<a>" + bytes(range(32, 60)) * 50 + b"</a>")
    broken = bytearray(packed.getvalue())
    at = broken.index(PART.encode()) + len(PART)
    broken[at + 4 : at + 30] = b"\x00" * 26
    with pytest.raises(SheetBroken):
        list(Workbook(io.BytesIO(broken)).parsed(PART, _nothing, _nothing, _nothing))
