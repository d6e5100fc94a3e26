"""Texts that strangers wrote, as a terminal may show them."""

from __future__ import annotations

import json
import unicodedata

import pytest

from gerai.kit.terminal_text import REFUSED_IN_UTF_8, in_one_line, json_in_ascii_controls


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("TV\x1b[2K\x1b[1A\x1b]0;owned\x07", r"TV\x1b[2K\x1b[1A\x1b]0;owned\x07"),
        ("a\nb\r\nc\td", r"a\nb\r\nc\td"),
        ("\x7f\x80\x9b2J\x9f", r"\x7f\x80\x9b2J\x9f"),
        ("\u202aa\u202e\u2066\u2069\u200f\u061c", r"\u202aa\u202e\u2066\u2069\u200f\u061c"),
        ("a\u2028b\u2029c", r"a\u2028b\u2029c"),
        ("file-\udcff", r"file-\udcff"),
        ("Toko Ibu Sri é ü ∙ 你好 👩\u200d👧 [bold]", "Toko Ibu Sri é ü ∙ 你好 👩\u200d👧 [bold]"),
        ("", ""),
    ],
)
def test_shown(text: str, shown: str) -> None:
    """What a terminal would obey is an escape; everything else, joined emoji too, stays as it is."""
    assert in_one_line(text) == shown


def test_every_control_is_escaped() -> None:
    """All characters of Unicode that control something, turn the direction or end a line, and no other of the BMP."""
    turning = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    for code in range(0x10000):
        char = chr(code)
        category = unicodedata.category(char)
        turns = unicodedata.bidirectional(char) in turning or char in "\u061c\u200e\u200f"
        assert (in_one_line(char) != char) == (category in ("Cc", "Zl", "Zp", "Cs") or turns), hex(code)


def test_json_stays_equal() -> None:
    """JSON with such characters decodes to the same; its own lines stay lines, and nothing is left to obey."""
    value = {"a\x9b": "x\x7f\u202e\u2028y", "n": [1, "é"]}
    for indent in (None, 2):
        text = json.dumps(value, ensure_ascii=False, indent=indent)
        written = json_in_ascii_controls(text)
        assert json.loads(written) == value
        assert written.count("\n") == text.count("\n")
        assert [c for c in written if c != "\n" and in_one_line(c) != c] == []


def test_found_in_utf_8() -> None:
    """The pattern for bytes finds exactly the characters that are escaped, but for C0 and halves of characters."""
    for code in [*range(0x20, 0xD800), *range(0xE000, 0x11000)]:
        char = chr(code)
        assert (REFUSED_IN_UTF_8.search(char.encode()) is not None) == (in_one_line(char) != char), hex(code)
