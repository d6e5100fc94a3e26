"""What a counter sells that stands in no catalogue of a shop: its package ``desk`` says so, in a module of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import msgspec

from gerai.engine.desk.house import Within
from gerai.engine.desk.read import read_json
from gerai.engine.desk.registry import COUNTERS, acts
from gerai.engine.desk.sample_orders import ForSale
from gerai.kit.bilingual import Bilingual
from gerai.kit.discover import discover_inner


@dataclass(frozen=True)
class OwnSale:
    """``title``: what is sold, ``text``: how that goes; ``price``: what its price is asked by, with an ``example`` in
    rupiah; ``act``: what sets it, in its field ``field``; ``sells``: what of it there is to order, None: it has no
    price yet."""

    name: str
    title: Bilingual
    text: Bilingual
    price: Bilingual
    example: str
    act: str
    field: str
    sells: Callable[[Within], ForSale | None]

    def given(self, price_sen: int) -> msgspec.Struct:
        """The input of its act. Refuses InputInvalid: no such price."""
        return read_json(acts()[self.act].input, {self.field: price_sen})


@cache
def own_sales() -> dict[str, OwnSale]:
    """Every one, by name."""
    found = discover_inner(COUNTERS, "desk", "SALE", "VIEW", "ACT")
    return {one.name: one for one in found.values()}
