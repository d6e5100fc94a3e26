"""One variant, as it is changed."""

from __future__ import annotations

from gerai.engine.desk.edit import found_in
from gerai.engine.desk.fields import ById
from gerai.engine.desk.goods import catalogue_of
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.views.product import VariantRow, variant_row
from gerai.engine.desk.views.products import left_of
from gerai.kit.bilingual import Bilingual


async def run(within: Within, wanted: ById) -> ViewPage:
    """Refuses NotFound."""
    there = found_in(catalogue_of(within).variants, "variant", wanted.id)
    left = await left_of(within, [there])
    return ViewPage([variant_row(there, left.get(there.variant_id))])


VIEW = View("variants.show", "catalogue:read", Bilingual("Satu varian", "One variant"), ById, VariantRow, run)
