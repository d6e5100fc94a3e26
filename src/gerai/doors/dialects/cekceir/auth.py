"""Who asks: the key, its account, its limit and its permissions (contract section 2)."""

from __future__ import annotations

from typing import Final, NamedTuple

from gerai.domain.refusals import PermissionMissing
from gerai.doors.http.context import RequestContext
from gerai.engine.directory_entries import KeyFacts

CHANNEL: Final = "cekceir"
#: Requests per minute of keys that have a limit but do not say which.
_PER_MINUTE: Final = 60


class Caller(NamedTuple):
    """The key and the account (member) it belongs to."""

    key: KeyFacts
    member_id: int

    @property
    def merchant_id(self) -> int:
        return self.key.merchant.merchant_id

    @property
    def owner(self) -> str:
        """Whose idempotency keys these are: the account's, whichever of its API keys it uses."""
        return f"member:{self.member_id}"


def authenticate(ctx: RequestContext, permission: str) -> Caller:
    """The owner of the key, who may do this. NotAuthenticated, RateLimited, PermissionMissing (also when the account
    is not active)."""
    key = ctx.authenticate(ctx.bearer(), CHANNEL)
    ctx.limit("requests", _PER_MINUTE)
    if permission not in key.permissions:
        raise PermissionMissing(permission)
    # Checked at each request: a member that is blocked must not go on with the keys it has.
    if key.member is None or key.member.status != "active":
        raise PermissionMissing("account.active")
    return Caller(key, key.member.member_id)
