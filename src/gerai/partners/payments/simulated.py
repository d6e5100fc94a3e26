"""What the simulated payment methods share: stable invented numbers, expiry, and the look of a bounds table."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from gerai.domain.money import rupiah
from gerai.ports.payments import PAGE_URL, Bounds, Charge, Seller


class SimulatedMethod:
    """What every method declares whose numbers and codes are invented."""

    simulated: bool = True

    def configured(self, seller: Seller) -> frozenset[str]:
        """None: no invented number is anybody's account."""
        return frozenset()


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
