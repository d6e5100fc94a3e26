"""How the parcels of a courier's payout stand, as the terminal shows them."""

from __future__ import annotations

from collections.abc import Sequence

from gerai.cli.terminal import Grid
from gerai.domain.money import display
from gerai.engine.notices.couriers import SeenParcel


def parcels_grid(parcels: Sequence[SeenParcel], fits: str = "fits / cocok") -> Grid:
    """One row for each. ``fits``: what is said of one against which nothing stands and that is not paid yet."""
    grid = Grid("receipt", "collected", "fee", "order", "how it stands", right=("collected", "fee"))
    for one in parcels:
        order = "" if one.view is None else one.view.order.number
        stands = "paid by this payout / lunas oleh pencairan ini" if one.booked else one.why or fits
        grid.add(one.parcel.receipt, display(one.parcel.collected_sen), display(one.fee_sen), order, stands)
    return grid
