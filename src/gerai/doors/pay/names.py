"""Names and other texts from outside, as a page shows them."""

from __future__ import annotations

import re
from typing import Final

from gerai.doors.http.field_values import visible

#: Marks that turn the direction of the text after them, also beyond the name that they came with. The templates isolate
#: names (``<bdi>``), but a name inside a sentence or a title cannot be isolated.
_DIRECTION: Final = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def shown(text: str) -> str:
    """The text without marks of direction and without invisible ends; empty when nothing of it can be seen."""
    return visible(_DIRECTION.sub("", text))
