"""Who is asking: keys, permissions and limits per key."""

from __future__ import annotations

from dataclasses import dataclass

from gerai.domain.refusals.base import Kind, Refusal


@dataclass(eq=False)
class NotAuthenticated(Refusal):
    """No key, or one that is unknown, expired or revoked. ``reason``: missing | unknown | expired | revoked."""

    reason: str = "missing"
    code = "not_authenticated"
    kind = Kind.NOT_AUTHENTICATED


@dataclass(eq=False)
class PermissionMissing(Refusal):
    """The key is good, but lacks a permission, or its owner is not active (permission ``account.active``)."""

    permission: str
    code = "permission_missing"
    kind = Kind.NOT_ALLOWED


@dataclass(eq=False)
class RateLimited(Refusal):
    """Too many requests in the window. ``reset_at_s`` is a Unix time."""

    limit: int
    reset_at_s: int
    retry_after_s: int
    code = "rate_limited"
    kind = Kind.TOO_MANY
    retryable = True
