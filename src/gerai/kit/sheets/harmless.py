"""Texts that a spreadsheet would take for a formula, and back.

A cell that begins with ``=``, ``+``, ``-``, ``@`` (also as wide characters) or a control character may be calculated by
whatever opens the file (OWASP, CSV injection). An apostrophe before it makes it a text. Texts that have apostrophes
before such a character get one more, so that taking one away always gives back what there was.

Where semicolons or tabs divide cells (a spreadsheet with Indonesian settings takes semicolons), a text with one is
two cells: what would begin the next is treated the same.
"""

from __future__ import annotations

import re
from typing import Final

_CALCULATED: Final = re.compile(r"'*(?:[\t\r\n]|\s*[=+\-@＝＋－＠])")
_MADE_HARMLESS: Final = re.compile(r"'+(?:[\t\r\n]|\s*[=+\-@＝＋－＠])")
#: Behind what divides cells or rows; blanks between that divide nothing themselves, and
#: quotation marks, which may be taken away.
_CALCULATED_INSIDE: Final = re.compile(r"""([;\t\r\n])(?='*(?:[^\S;\t\r\n]|")*[=+\-@＝＋－＠])""")
_HARMLESS_INSIDE: Final = re.compile(r"""([;\t\r\n])'(?='*(?:[^\S;\t\r\n]|")*[=+\-@＝＋－＠])""")


def harmless(text: str) -> str:
    """The text as a cell that nothing calculates."""
    begun = f"'{text}" if _CALCULATED.match(text) else text
    return _CALCULATED_INSIDE.sub(r"\1'", begun)


def as_it_was(text: str) -> str:
    """The text that :func:`harmless` made this of."""
    begun = _HARMLESS_INSIDE.sub(r"\1", text)
    return begun[1:] if _MADE_HARMLESS.match(begun) else begun
