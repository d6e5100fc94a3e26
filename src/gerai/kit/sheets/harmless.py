"""Texts that a spreadsheet would take for a formula, and back.

A cell that begins with ``=``, ``+``, ``-``, ``@`` (also as wide characters) or a control character may be calculated by
whatever opens the file (OWASP, CSV injection). An apostrophe before it makes it a text. Texts that have apostrophes
before such a character get one more, so that taking one away always gives back what there was.
"""

from __future__ import annotations

import re
from typing import Final

_CALCULATED: Final = re.compile(r"'*(?:[\t\r\n]|\s*[=+\-@＝＋－＠])")
_MADE_HARMLESS: Final = re.compile(r"'+(?:[\t\r\n]|\s*[=+\-@＝＋－＠])")


def harmless(text: str) -> str:
    """The text as a cell that nothing calculates."""
    return f"'{text}" if _CALCULATED.match(text) else text


def as_it_was(text: str) -> str:
    """The text that :func:`harmless` made this of."""
    return text[1:] if _MADE_HARMLESS.match(text) else text
