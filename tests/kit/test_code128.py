"""The bars of a courier's number: a scanner reads what was written, and nothing is drawn of what no scanner reads."""

from __future__ import annotations

import pytest
import zxingcpp
from PIL import Image

from gerai.kit.code128 import bars_of


@pytest.mark.parametrize("text", ["JX1234567890", "0011223344", "JNE-00 a/b~", "!", "x" * 40])
def test_a_scanner_reads_it(text: str) -> None:
    """Drawn in black on white, and scanned."""
    bars, width = bars_of(text)
    image = Image.new("L", (width * 3, 120), 255)
    for at, wide in bars:
        image.paste(0, (at * 3, 10, (at + wide) * 3, 110))
    [found] = zxingcpp.read_barcodes(image)
    assert (found.text, found.format) == (text, zxingcpp.BarcodeFormat.Code128)


@pytest.mark.parametrize("text", ["", "é", "a\nb", "x" * 41])
def test_what_it_cannot_hold_has_none(text: str) -> None:
    """No text, other letters than a plain keyboard's, or more than a label is wide."""
    assert bars_of(text) == ([], 0)
