"""Every reason for which the server refuses, as a class: a stable code, a kind, and the facts as fields.

The engine (or the shared HTTP layer) *names* a refusal; each door *prices* it in its own envelope, language and
status. A test walks every class here through every door. No HTTP status lives in this package.
"""

from typing import Final

from gerai.domain.refusals import access, funds, goods, request, service, state
from gerai.domain.refusals.access import NotAuthenticated, PermissionMissing, RateLimited
from gerai.domain.refusals.base import Kind, Refusal
from gerai.domain.refusals.funds import (
    AmountMismatch,
    AmountOutOfRange,
    FundingNotAllowed,
    IdentityNotLinked,
    InsufficientFunds,
    MethodUnavailable,
    RefundTooLarge,
    SurchargeForbidden,
)
from gerai.domain.refusals.goods import (
    ItemClosed,
    NothingToShip,
    OutOfStock,
    PartnerRefused,
    QuantityOutOfRange,
    ShippingCostMismatch,
)
from gerai.domain.refusals.request import (
    BodyIncomplete,
    BodyTooLarge,
    BodyUnreadable,
    EncodingUnsupported,
    FieldsForbidden,
    HostUnknown,
    InputInvalid,
    MethodNotAllowed,
    PathUnknown,
    PayloadMismatch,
)
from gerai.domain.refusals.service import Broken, Busy, PartnerUnavailable
from gerai.domain.refusals.state import ChangedMeanwhile, Conflict, IdempotencyKeyReused, NotFound, StateConflict

__all__ = [
    "AmountMismatch",
    "AmountOutOfRange",
    "BodyIncomplete",
    "BodyTooLarge",
    "BodyUnreadable",
    "Broken",
    "Busy",
    "ChangedMeanwhile",
    "Conflict",
    "EncodingUnsupported",
    "FieldsForbidden",
    "FundingNotAllowed",
    "HostUnknown",
    "IdempotencyKeyReused",
    "IdentityNotLinked",
    "InputInvalid",
    "InsufficientFunds",
    "ItemClosed",
    "Kind",
    "MethodNotAllowed",
    "MethodUnavailable",
    "NotAuthenticated",
    "NotFound",
    "NothingToShip",
    "OutOfStock",
    "PartnerRefused",
    "PartnerUnavailable",
    "PathUnknown",
    "PayloadMismatch",
    "PermissionMissing",
    "QuantityOutOfRange",
    "RateLimited",
    "RefundTooLarge",
    "Refusal",
    "ShippingCostMismatch",
    "StateConflict",
    "SurchargeForbidden",
    "every_refusal",
]

#: The families, in the order in which a request meets them.
_FAMILIES: Final = (access, request, state, goods, funds, service)


def every_refusal() -> list[type[Refusal]]:
    """All concrete refusals, family by family (for the tests that walk them through the doors)."""
    found = Refusal.__subclasses__()
    return [refusal for family in _FAMILIES for refusal in found if refusal.__module__ == family.__name__]
