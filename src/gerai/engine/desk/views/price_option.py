"""One price that a bundle is sold at."""

from __future__ import annotations

from gerai.engine.desk.edit import found_in
from gerai.engine.desk.fields import ById
from gerai.engine.desk.goods import catalogue_of
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.views.bundle import PriceOptionRow, option_row
from gerai.kit.bilingual import Bilingual


async def run(within: Within, wanted: ById) -> ViewPage:
    """Refuses NotFound."""
    catalogue = catalogue_of(within)
    return ViewPage([option_row(found_in(catalogue.options, "price option", wanted.id), catalogue)])


VIEW = View(
    "price_options.show", "catalogue:read", Bilingual("Satu harga paket", "One price option"), ById, PriceOptionRow,
    run,
)  # fmt: skip
