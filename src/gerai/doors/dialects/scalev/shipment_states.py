"""What couriers and this contract call a parcel's states, and the engine's states."""

from __future__ import annotations

import re
from typing import Final

AWB_STATUS: Final = ("unavailable", "pending", "waiting", "failed", "created", "canceled")

#: Engine state to ``shipment_status``; the contract has no list of words. Nothing is told of a parcel that waits.
SHIPMENT_STATUS: Final = {
    "planned": None,
    "booked": "booked",
    "handed_over": "picked_up",
    "in_transit": "in_transit",
    "problem": "problem",
    "delivered": "delivered",
    "returning": "returning",
    "returned": "returned",
    "cancelled": "canceled",
}
#: What a reported word means, in engine states. Spelling does not count, see :func:`plain_word`. A generated client of
#: the contract knows the words of orders only, so these are read too.
REPORTED: Final = {
    **dict.fromkeys(("booked", "manifest", "manifested", "pickup_requested", "waiting_pickup"), "booked"),
    **dict.fromkeys(("picked_up", "picked", "pickup", "handed_over", "collected", "shipped"), "handed_over"),
    **dict.fromkeys(
        (
            "in_transit", "on_transit", "transit", "on_process", "departed", "arrived", "received_at_warehouse",
            "out_for_delivery", "on_delivery", "with_delivery_courier",
        ),
        "in_transit",
    ),
    **dict.fromkeys(
        ("problem", "undelivered", "delivery_failed", "failed_delivery", "failed", "on_hold", "lost", "damaged"),
        "problem",
    ),
    **dict.fromkeys(("delivered", "completed", "received"), "delivered"),
    **dict.fromkeys(("returning", "return", "on_return", "return_to_sender", "shipped_rts"), "returning"),
    **dict.fromkeys(("returned", "rts"), "returned"),
}  # fmt: skip


_SHOWN: Final = {word: state for state, word in SHIPMENT_STATUS.items() if word is not None}


def plain_word(word: str) -> str:
    """Lower case with underscores: ``ON DELIVERY`` and ``on-delivery`` are ``on_delivery``."""
    # Reports come from many couriers, each with a spelling of its own.
    return re.sub(r"[^a-z0-9]+", "_", word.casefold()).strip("_")


def meaning(word: str) -> str:
    """The engine state a reported word stands for; empty for a word that means something else."""
    return REPORTED.get(plain_word(word), "")


def state_named(word: str) -> str:
    """The engine state that a word of ours, or one we would read in a report, names; empty for none."""
    return _SHOWN.get(plain_word(word)) or meaning(word)
