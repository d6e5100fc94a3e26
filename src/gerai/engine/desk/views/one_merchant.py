"""One of the shops that whoever asks may see."""

from __future__ import annotations

from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.views.merchants import ShopRow, row_of, seen_from
from gerai.kit.bilingual import Bilingual


async def run(within: Within, wanted: ById) -> ViewPage:
    """Empty where there is none that they may see."""
    return ViewPage([row_of(one) for one in seen_from(within) if one.merchant_id == wanted.id])


VIEW = View("merchants.show", "settings:read", Bilingual("Toko", "Merchant"), ById, ShopRow, run, outside=True)
