"""Every reason for which the server refuses, as a class: a stable code, a kind, and the facts as fields.

The engine (or the shared HTTP layer) *names* a refusal; each door *prices* it in its own envelope, language and
status. A test walks every class here through every door. No HTTP status lives in this module.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import Enum
from typing import Any, ClassVar


class Kind(Enum):
    """The family of a refusal; a door may price a whole family alike."""

    NOT_AUTHENTICATED = "not_authenticated"
    NOT_ALLOWED = "not_allowed"
    NOT_FOUND = "not_found"
    INVALID = "invalid"
    CONFLICT = "conflict"
    FUNDS = "funds"
    TOO_MANY = "too_many"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


@dataclass(eq=False)
class Refusal(Exception):
    """Base of all refusals. ``retryable``: the same request may succeed later, unchanged."""

    code: ClassVar[str] = "refused"
    kind: ClassVar[Kind] = Kind.INVALID
    retryable: ClassVar[bool] = False

    def facts(self) -> dict[str, Any]:
        """The fields, for logs (never secrets: a refusal must not hold one)."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    def __str__(self) -> str:
        return f"{self.code} {self.facts()}"


# --- who is asking -----------------------------------------------------------------------------


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


# --- what arrived ------------------------------------------------------------------------------


@dataclass(eq=False)
class BodyUnreadable(Refusal):
    """The body is not what the door reads. ``reason``: empty | not_json | not_object | nul | surrogate | too_deep |
    number | encoding (it does not unpack as its Content-Encoding says)."""

    reason: str
    code = "body_unreadable"


@dataclass(eq=False)
class BodyTooLarge(Refusal):
    limit_bytes: int
    code = "body_too_large"


@dataclass(eq=False)
class EncodingUnsupported(Refusal):
    """The body is packed in a way the server does not unpack. ``encoding`` is the name the client gave."""

    encoding: str
    code = "encoding_unsupported"


@dataclass(eq=False)
class BodyIncomplete(Refusal):
    """The rest of the body did not arrive in time."""

    limit_s: int
    code = "body_incomplete"
    retryable = True


@dataclass(eq=False)
class HostUnknown(Refusal):
    """The request names a host that this server does not serve."""

    host: str
    code = "host_unknown"


@dataclass(eq=False)
class PathUnknown(Refusal):
    path: str
    code = "path_unknown"
    kind = Kind.NOT_FOUND


@dataclass(eq=False)
class MethodNotAllowed(Refusal):
    method: str
    allowed: tuple[str, ...] = ()
    code = "method_not_allowed"


@dataclass(eq=False)
class InputInvalid(Refusal):
    """Field errors, already in the door's own words: name → texts. ``where``: body | query | headers | params."""

    fields: dict[str, list[str]]
    where: str = "body"
    code = "input_invalid"


@dataclass(eq=False)
class FieldsForbidden(Refusal):
    """The body names fields a client may not set."""

    names: tuple[str, ...]
    code = "fields_forbidden"


@dataclass(eq=False)
class PayloadMismatch(Refusal):
    """The payload of a catalogue item does not match its schema; ``errors`` are ready texts."""

    errors: tuple[str, ...]
    code = "payload_mismatch"


# --- what exists -------------------------------------------------------------------------------


@dataclass(eq=False)
class NotFound(Refusal):
    """``thing``: order | invoice | payment | deposit | wallet | member | item | store | warehouse | location |
    courier_service | key."""

    thing: str
    id: str = ""
    code = "not_found"
    kind = Kind.NOT_FOUND


@dataclass(eq=False)
class StateConflict(Refusal):
    """The thing exists, but cannot do ``verb`` from ``state``."""

    thing: str
    id: str
    state: str
    verb: str
    code = "state_conflict"
    kind = Kind.CONFLICT


@dataclass(eq=False)
class IdempotencyKeyReused(Refusal):
    """The idempotency key was used for another request."""

    key: str
    code = "idempotency_key_reused"
    kind = Kind.CONFLICT


# --- what may be sold --------------------------------------------------------------------------


@dataclass(eq=False)
class ItemClosed(Refusal):
    """The item is switched off or outside its opening hours. ``reason``: inactive | hours."""

    item: str
    reason: str
    code = "item_closed"


@dataclass(eq=False)
class QuantityOutOfRange(Refusal):
    item: str
    quantity: int
    minimum: int
    maximum: int
    code = "quantity_out_of_range"


@dataclass(eq=False)
class OutOfStock(Refusal):
    item: str
    wanted: int
    available: int
    code = "out_of_stock"
    kind = Kind.CONFLICT


@dataclass(eq=False)
class ShippingCostMismatch(Refusal):
    given_sen: int
    right_sen: int
    code = "shipping_cost_mismatch"


@dataclass(eq=False)
class NothingToShip(Refusal):
    """The order has no parcel: nothing it holds is sent anywhere."""

    order: str
    code = "nothing_to_ship"


@dataclass(eq=False)
class PartnerRefused(Refusal):
    """A partner looked and refused (for example: no such player). ``reason`` is for the log and the door."""

    partner: str
    reason: str
    code = "partner_refused"


# --- what may be paid --------------------------------------------------------------------------


@dataclass(eq=False)
class InsufficientFunds(Refusal):
    available_sen: int
    needed_sen: int
    code = "insufficient_funds"
    kind = Kind.FUNDS


@dataclass(eq=False)
class FundingNotAllowed(Refusal):
    """This environment does not allow this way of paying (LeuwongRR: sandbox orders are invoice orders)."""

    funding: str
    environment: str
    code = "funding_not_allowed"


@dataclass(eq=False)
class MethodUnavailable(Refusal):
    method: str
    code = "method_unavailable"


@dataclass(eq=False)
class IdentityNotLinked(Refusal):
    """The outside identity (a Discord user) is not linked to the key's member."""

    identity: str
    code = "identity_not_linked"
    kind = Kind.NOT_ALLOWED


@dataclass(eq=False)
class AmountMismatch(Refusal):
    given_sen: int
    right_sen: int
    code = "amount_mismatch"


@dataclass(eq=False)
class AmountOutOfRange(Refusal):
    given_sen: int
    minimum_sen: int
    maximum_sen: int
    code = "amount_out_of_range"


@dataclass(eq=False)
class RefundTooLarge(Refusal):
    requested_sen: int
    refundable_sen: int
    code = "refund_too_large"
    kind = Kind.CONFLICT


# --- whether we can, right now -----------------------------------------------------------------


@dataclass(eq=False)
class PartnerUnavailable(Refusal):
    """A partner did not respond. Unknown is never a refusal."""

    partner: str
    retry_after_s: int = 30
    code = "partner_unavailable"
    kind = Kind.UNAVAILABLE
    retryable = True


@dataclass(eq=False)
class Busy(Refusal):
    """The command queue is full, or the command was not started before its deadline. Nothing was done."""

    retry_after_s: int = 1
    code = "busy"
    kind = Kind.UNAVAILABLE
    retryable = True


@dataclass(eq=False)
class Broken(Refusal):
    """Our own failure. The id finds the log line; nothing else is disclosed."""

    request_id: str = ""
    detail: str = field(default="", repr=False)
    code = "broken"
    kind = Kind.INTERNAL
    retryable = True


def every_refusal() -> list[type[Refusal]]:
    """All concrete refusals, in the order of this file (for the tests that walk them through the doors)."""
    return list(Refusal.__subclasses__())
