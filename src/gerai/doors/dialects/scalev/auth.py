"""Who may do what here: the key, its limits and scopes, and what every endpoint starts from (contract §1.2, §1.3)."""

from __future__ import annotations

import re
from typing import Any, Final

from gerai.domain.refusals import InputInvalid, NotAuthenticated, NotFound, PermissionMissing
from gerai.doors.dialects.scalev.errors import HOURLY, full_hour
from gerai.doors.dialects.scalev.order_details import CHANNEL
from gerai.doors.http.context import RequestContext
from gerai.engine.catalogue.products import Store
from gerai.engine.catalogue.storefront import STOREFRONT, Storefront
from gerai.engine.directory import KeyFacts, MerchantFacts

BURST: Final = 100
_BURST_S: Final = 10
_HOUR_S: Final = 3600
_SECRET, _RESTRICTED = "sk_", "rk_"
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def authenticate(ctx: RequestContext, scope: str) -> KeyFacts:
    """The key that asks. A secret key has every scope, a restricted one those it was given.

    Refuses NotAuthenticated, RateLimited (100 in 10 s, 10,000 in an hour, unless the key says otherwise),
    PermissionMissing.
    """
    key = ctx.authenticate(ctx.bearer(), CHANNEL)
    if not key.prefix.startswith((_SECRET, _RESTRICTED)):
        raise NotAuthenticated("unknown")
    ctx.limit("burst", BURST, _BURST_S)
    ctx.limit("hour", HOURLY, _HOUR_S)
    ctx.rate = ctx.rate or full_hour()
    if not key.prefix.startswith(_SECRET) and scope not in key.permissions:
        raise PermissionMissing(scope)
    return key


def query_of(ctx: RequestContext) -> dict[str, str]:
    """The query, the first of each name. InputInvalid (query) for characters that no text here has."""
    found: dict[str, str] = {}
    for name, value in ctx.query.multi_items():
        if _UNSEEN.search(value) or len(value) > 1000:
            raise InputInvalid({name[:64]: ["is invalid"]}, "query")
        found.setdefault(name, value)
    return found


def storefront(ctx: RequestContext) -> Storefront:
    """What the caller's merchant sells."""
    return ctx.services.engine.directory.get(STOREFRONT, ctx.caller.merchant.merchant_id)


def store_of_path(ctx: RequestContext) -> Store:
    """The store the path names, by number or ``store_…``. NotFound: none of this merchant."""
    return store_named(ctx, ctx.path_params["store_id"])


def store_named(ctx: RequestContext, reference: str) -> Store:
    found = storefront(ctx).catalogue.store(reference)
    if found is None:
        raise NotFound("store")
    return found


def business(merchant: MerchantFacts) -> dict[str, Any]:
    """The merchant, as the contract shows the business everything belongs to."""
    return {
        "id": merchant.merchant_id,
        "unique_id": f"business_{merchant.code}",
        "username": merchant.code,
        "email": None,
        "account_holder": merchant.name,
        "logo": None,
        "is_banned": False,
    }
