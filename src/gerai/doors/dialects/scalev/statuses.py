"""The contract's status words and the engine's states."""

from __future__ import annotations

from typing import Final

#: Engine state to the contract's word. What the contract has no word for takes the nearest one.
STATUS: Final = {
    "draft": "draft",
    "pending": "pending",
    "confirmed": "confirmed",
    "processing": "in_process",
    "ready": "ready",
    "shipped": "shipped",
    "completed": "completed",
    "partial": "completed",
    "cancelled": "canceled",
    "expired": "canceled",
    "failed": "canceled",
    "returned": "rts",
    "closed": "closed",
}
#: The contract's word to the state an order is asked to take.
TARGET: Final = {
    "draft": "draft",
    "pending": "pending",
    "confirmed": "confirmed",
    "in_process": "processing",
    "ready": "ready",
    "shipped": "shipped",
    "completed": "completed",
    "canceled": "cancelled",
    "rts": "returned",
    "closed": "closed",
}
#: The list filter's words to engine states. ``shipped_rts``: shipped, and the parcel is on its way back.
SHIPPED_RTS: Final = "shipped_rts"
FILTER: Final = {word: tuple(state for state, its_word in STATUS.items() if its_word == word) for word in TARGET} | {
    SHIPPED_RTS: ("shipped",)
}

PAYMENT_STATUS: Final = ("unpaid", "paid", "conflict", "settled")
