"""Which shop somebody means who names none: a request without a key."""

from __future__ import annotations

from gerai.engine.directory import Directory
from gerai.engine.directory_entries import MerchantFacts
from gerai.merchant_settings import MerchantSettings


def shop_at(directory: Directory, host: str) -> MerchantFacts | None:
    """The shop that has this host for its own (setting ``shop_host``), else the only one there is; None: there are
    several, and none has it. ``host`` in lower case, without a port; of two that have it the older one is meant."""
    shops = directory.merchants()
    named = [shop for shop in shops if host and _host_of(shop) == host]
    return next(iter(named), shops[0] if len(shops) == 1 else None)


def _host_of(shop: MerchantFacts) -> str:
    settings = shop.chosen.of(MerchantSettings)
    return settings.shop_host
