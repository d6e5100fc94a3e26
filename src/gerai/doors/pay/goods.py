"""What a page shows of what its buyer was handed without a parcel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Download:
    """A link to what was bought. ``left``: how often it may still be fetched; None: as often as one likes. An empty
    ``url``: never again."""

    title: str
    url: str
    left: int | None = None


@dataclass(frozen=True)
class CodeToUse:
    """A licence code, and what it is for."""

    name: str
    code: str


@dataclass(frozen=True)
class Handed:
    """What the buyer may have of it now, under a ``title``; empty: the page's own. ``waiting``: codes are still to
    come."""

    title: str = ""
    files: tuple[Download, ...] = ()
    codes: tuple[CodeToUse, ...] = ()
    waiting: bool = False


NO_GOODS: Final = Handed()
