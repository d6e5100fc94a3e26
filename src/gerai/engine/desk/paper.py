"""What a view has on paper, to be printed or sent on: a table of amounts with its sums."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gerai.kit.bilingual import Bilingual


@dataclass(frozen=True)
class Sheet:
    """``since`` and ``until``: the days it is about, both included. ``columns`` name what stands in each of ``rows``: a
    name and then amounts in sen; ``totals``: the sums of those amounts, in their order. ``notes``: what there is to say
    below."""

    title: Bilingual
    since: date
    until: date
    columns: tuple[Bilingual, ...]
    rows: tuple[tuple[Bilingual, tuple[int, ...]], ...]
    notes: tuple[Bilingual, ...] = ()

    @property
    def totals(self) -> tuple[int, ...]:
        """Column by column."""
        return tuple(sum(amounts) for amounts in zip(*(amounts for _, amounts in self.rows), strict=True))
