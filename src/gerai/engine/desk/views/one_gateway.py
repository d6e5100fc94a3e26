"""One contract with a gateway."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gerai.engine.desk.fields import ById, words
from gerai.engine.desk.gateways import contract_here
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.views.gateways import ContractRow, row_of
from gerai.kit.bilingual import Bilingual


class WayShown(msgspec.Struct, frozen=True):
    """A way to pay. ``settles``: when its money is passed on."""

    way: Annotated[str, words("Cara bayar", "Way to pay")]
    minimum_sen: Annotated[int, words("Paling sedikit", "At least")]
    maximum_sen: Annotated[int, words("Paling banyak", "At most")]
    settles: Annotated[str, words("Diteruskan", "Passed on")]


class ContractShown(ContractRow, frozen=True, kw_only=True):
    """A contract with what else it was asked for; ``bounds`` of each way."""

    facts: Annotated[dict[str, str], words("Data lain", "Other facts")]
    bounds: Annotated[tuple[WayShown, ...], words("Batas", "Bounds")]


async def run(within: Within, wanted: ById) -> ViewPage:
    """Refuses NotFound."""
    one = contract_here(within, wanted.id)
    bounds = tuple(
        WayShown(f"{way.method}:{way.channel}", way.minimum_sen, way.maximum_sen, str(way.settles)) for way in one.ways
    )
    return ViewPage([ContractShown(**msgspec.structs.asdict(row_of(one)), facts=one.facts, bounds=bounds)])


VIEW = View("gateways.show", "settings:read", Bilingual("Sebuah gateway", "A gateway"), ById, ContractShown, run)
