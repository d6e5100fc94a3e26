"""Texts that strangers wrote, as a terminal may show them: what would move its cursor, clear its lines, reverse its
letters or begin a line that looks like ours is shown by its escape instead."""

from __future__ import annotations

import re
from typing import Final

#: C0 with tabs and ends of lines, DEL and C1; marks that turn the direction of letters; separators of lines and
#: paragraphs; halves of characters (bytes of a file name that are no text), which no terminal can be sent at all.
_REFUSED: Final = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
#: The same in UTF-8, but for C0 and halves of characters: JSON has neither.
REFUSED_IN_UTF_8: Final = re.compile(rb"\x7f|\xc2[\x80-\x9f]|\xd8\x9c|\xe2\x80[\x8e\x8f\xa8-\xae]|\xe2\x81[\xa6-\xa9]")
_SHORT: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def in_one_line(text: str) -> str:
    """The same text with each of these characters escaped: ``\\n``, ``\\x1b``, ``\\u202e``."""
    return _REFUSED.sub(_escape, text)


def json_in_ascii_controls(text: str) -> str:
    """The same JSON, equal to whoever decodes it, with these characters escaped inside its texts. Its own ends of lines
    stay: JSON has none inside a text."""
    return "\n".join(_REFUSED.sub(_escape_json, line) for line in text.split("\n"))


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return _SHORT.get(found[0]) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")


def _escape_json(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
