"""What payment methods share that can be played: stable invented numbers, expiry, and the look of a bounds table."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from gerai.domain.money import rupiah
from gerai.ports.payments import PAGE_URL, AccountForm, Bounds, Charge, Seller


class SimulatedMethod:
    """What every method declares that can be played."""

    simulated: bool = True
    own_account: AccountForm | None = None
    matched: bool = False
    may_surcharge: bool = True

    def configured(self, seller: Seller) -> frozenset[str]:
        """Those of the seller's own accounts: no invented number is anybody's."""
        return frozenset(account.channel for account in seller.accounts)


def stable_digits(seed: str, count: int) -> str:
    """``count`` decimal digits that depend on nothing but ``seed``."""
    # From a hash, not at random: the same charge shows the same number after a restart.
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest())
    return str(number % 10**count).zfill(count)


def no_later_than_order(charge: Charge, lifetime: timedelta) -> datetime:
    """When the instructions lapse: after ``lifetime``, but never after the order they pay."""
    lapse = charge.at + lifetime
    return lapse if charge.order_expires_at is None else min(lapse, charge.order_expires_at)


def page_url(charge: Charge) -> str:
    """Where a redirect method sends the payer, since the simulator has no page of its own; empty when none is named."""
    return str(charge.details.get(PAGE_URL, ""))


def between(minimum: int, maximum: int) -> Bounds:
    """Bounds given in whole rupiah."""
    return Bounds(minimum_sen=rupiah(minimum), maximum_sen=rupiah(maximum))
