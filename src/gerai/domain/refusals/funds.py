"""What may be paid, and from whose money."""

from __future__ import annotations

from dataclasses import dataclass

from gerai.domain.refusals.base import Kind, Refusal


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
class SurchargeForbidden(Refusal):
    """Sellers may not ask payers for a fee on top with this method (QRIS: Bank Indonesia, PBI 23/6/2021)."""

    method: str
    code = "surcharge_forbidden"


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
    #: What was taken off a payout's payments before they were compared, and how many these are.
    fee_sen: int = 0
    refunded_sen: int = 0
    payments: int = 0
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
