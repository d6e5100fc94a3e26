"""What a form of notice must be: how somebody outside tells that money came into an account of the seller's own, or
that a courier paid out what it took at doors.

A notice is a hint from the seller's own side: it counts because the seller set it up, and only with its proof.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol

#: Who makes the secret that proves notices: ``ours`` is made here and given to the sender, ``theirs`` is shown by the
#: sender, ``none``: the form has no proof but its address.
ProvenBy = Literal["ours", "theirs", "none"]
#: Where a sender without a signature of its own shows the secret.
_HEADER: Final = "x-gerai-secret"


@dataclass(frozen=True)
class Told:
    """Money that came in, as a notice tells it. ``key``: what this money alone has, the same in every notice of it;
    ``at``: None where the notice does not say; ``account``: the digits of the account's number, empty where it names
    none."""

    key: str
    amount_sen: int
    at: datetime | None
    description: str
    account: str = ""


@dataclass(frozen=True)
class PaidParcel:
    """A parcel whose cash a courier has paid out. ``receipt``: the courier's number; ``collected_sen``: what was taken
    at the door; ``fee_sen``: what the courier kept of it, 0 where the payout has one fee for all."""

    receipt: str
    collected_sen: int
    fee_sen: int = 0


@dataclass(frozen=True)
class CourierPayout:
    """What a courier paid out at once. ``reference``: the payout's; ``at``: when; ``fee_sen``: what was kept of all
    parcels together, None where each has its own."""

    reference: str
    at: datetime
    parcels: tuple[PaidParcel, ...]
    fee_sen: int | None = None


class NoticeFault(Exception):
    """A notice that cannot be read. The text is fit for the seller, and holds nothing that the notice held."""


class Headers(Protocol):
    """The headers of a request, by names in any case."""

    def get(self, name: str, default: str, /) -> str:
        """The header's value, or ``default``."""
        ...


def shows_secret(headers: Headers, body: bytes, secret: str) -> bool:
    """Whether a header holds the secret, ``X-Gerai-Secret`` or ``Authorization: Bearer``: what a sender can do that
    signs nothing."""
    given = headers.get(_HEADER, "") or headers.get("authorization", "").removeprefix("Bearer ")
    return bool(secret) and hmac.compare_digest(given.strip().encode(), secret.encode())


@dataclass(frozen=True)
class NoticeForm:
    """One form of notice. ``name`` is its folder's; ``names_account``: whether its notices say which account it was;
    ``of_account``: False where they tell of no account's money; ``steps``: what the seller does at the sender's, by
    language; ``answer``: the body of the 200 the sender expects.

    ``genuine(headers, body, secret)``: whether the notice proves that its sender knows the secret, in the same time
    for every guess. ``read(body)``: the money it tells of, without what went out and what is not known to have come, or
    what a courier paid out; NoticeFault. Both are pure.
    """

    name: str
    title: str
    names_account: bool
    proven_by: ProvenBy
    steps: Mapping[str, tuple[str, ...]]
    answer: Mapping[str, object]
    genuine: Callable[[Headers, bytes, str], bool]
    read: Callable[[bytes], tuple[Told, ...] | CourierPayout]
    of_account: bool = True
