"""Who may do what here: the key, its limits and scopes, and what every endpoint starts from (contract §1.2, §1.3)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from gerai.domain.refusals import NotAuthenticated, NotFound, PermissionMissing
from gerai.doors.dialects.scalev.errors import HOUR_S, HOURLY
from gerai.doors.dialects.scalev.order_details import CHANNEL
from gerai.doors.dialects.scalev.paging import note_unserved
from gerai.doors.dialects.scalev.request import RULES
from gerai.doors.http.context import RequestContext
from gerai.doors.http.fields import Fields
from gerai.engine.catalogue.products import Store
from gerai.engine.catalogue.storefront import STOREFRONT, Storefront
from gerai.engine.directory_entries import KeyFacts, MerchantFacts

BURST: Final = 100
_BURST_S: Final = 10
_SECRET, _RESTRICTED = "sk_", "rk_"


def authenticate(ctx: RequestContext, scope: str) -> KeyFacts:
    """The key that asks. A secret key has every scope, a restricted one those it was given.

    Refuses NotAuthenticated, RateLimited (100 in 10 s, 10,000 in an hour, unless the key has limits of its own, or
    none), PermissionMissing.
    """
    key = ctx.authenticate(ctx.bearer(), CHANNEL)
    # A storefront key (sfpk_) is none of this API's, and as unknown to it as an invented one.
    if not key.prefix.startswith((_SECRET, _RESTRICTED)):
        raise NotAuthenticated("unknown")
    ctx.limit("burst", BURST, _BURST_S)
    # Clients read the figures of the hour from every answer (contract §1.3, §16.5), also for a key without limits.
    ctx.limit("hour", HOURLY, HOUR_S, shown=True)
    if not key.prefix.startswith(_SECRET) and scope not in key.permissions:
        raise PermissionMissing(scope)
    return key


def query_of(ctx: RequestContext) -> Fields:
    """The query, the first of each name."""
    return Fields.of_query(ctx.query.multi_items(), RULES)


def list_query(ctx: RequestContext, *filters: str, later: Collection[str] = ()) -> Fields:
    """The query of a list with these filters. Notes every other name (§1.1): ``check``, or ``read_page``, refuses."""
    query = query_of(ctx)
    note_unserved(query, ctx.query.keys(), filters, later)
    return query


def form_of(body: Any) -> Fields:
    """A decoded body. BodyUnreadable when it is no object."""
    return Fields.of_body(body, RULES)


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
        "is_banned": merchant.closed_at is not None,
    }
