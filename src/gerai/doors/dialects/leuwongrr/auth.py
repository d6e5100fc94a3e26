"""Who asks: the token's key, its member, and the contract's limits."""

from __future__ import annotations

from typing import Final, NamedTuple

from gerai.domain.refusals import NotAuthenticated, PermissionMissing
from gerai.doors.dialects.leuwongrr.merchant_settings import LeuwongrrSettings, LimitBucket
from gerai.doors.http.context import RequestContext
from gerai.engine.directory_entries import KeyFacts, MemberFacts, MerchantFacts
from gerai.engine.merchants.at_host import shop_at

CHANNEL: Final = "leuwongrr"
#: Requests per minute by bucket (contract §3). A key's own figures win, then the merchant's.
LIMITS: Final[dict[LimitBucket, int]] = {"public_read": 60, "user_read": 60, "create_order": 10, "token_validate": 30}


class Caller(NamedTuple):
    """The key, the member it belongs to, and what the merchant has chosen for this door."""

    key: KeyFacts
    member: MemberFacts
    settings: LeuwongrrSettings

    @property
    def owner(self) -> str:
        """Whose idempotency keys these are: the member's, whichever of its tokens it uses."""
        return f"member:{self.member.member_id}"


def authenticate(ctx: RequestContext, bucket: LimitBucket) -> Caller:
    """The owner of the token; the request is counted in ``bucket``.

    ``Authorization`` wins over the spare header; a token in the query string is not looked at.
    Refuses: NotAuthenticated, RateLimited, PermissionMissing (no member behind the token, or not an active one).
    """
    # Never from the query: addresses end up in the logs of every proxy on the way.
    key = ctx.authenticate(ctx.bearer() or ctx.headers.get("x-user-api-token"), CHANNEL)
    settings = key.merchant.chosen.of(LeuwongrrSettings)
    ctx.limit(bucket, settings.leuwongrr_limits.get(bucket, LIMITS[bucket]))
    member = key.member
    if member is None or member.status != "active":
        raise PermissionMissing("account.active")
    return Caller(key, member, settings)


def public_shop(ctx: RequestContext) -> MerchantFacts | None:
    """The shop that a public read is for: that of the token, where a good one is sent, else the host's. None: there
    are several shops, and none has this host. Refuses RateLimited."""
    try:
        shop = ctx.authenticate(ctx.bearer() or ctx.headers.get("x-user-api-token"), CHANNEL).merchant
    except NotAuthenticated:
        # Public: a token that is none any more takes nothing away.
        shop = shop_at(ctx.services.engine.directory, ctx.host)
    ctx.limit("public_read", LIMITS["public_read"])
    return shop
