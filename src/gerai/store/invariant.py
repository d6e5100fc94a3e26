"""What must be true of the rows at any moment, with the query that finds the rows for which it is not."""

from __future__ import annotations

from typing import NamedTuple


class Invariant(NamedTuple):
    """``find`` selects the rows concerned when the invariant is broken, its tables named as ``{orders}``;
    ``description`` states what should hold."""

    name: str
    description: str
    find: str
