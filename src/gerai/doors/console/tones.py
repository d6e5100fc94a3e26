"""In which colour a state is shown."""

from __future__ import annotations

from typing import Final

_TONES: Final = {
    "good": ("paid", "completed", "succeeded", "delivered", "active", "settled", "live", "owner", "done", "booked"),
    "wait": ("pending", "unpaid", "waiting", "sending", "unknown", "held", "operator", "partial", "requested",
             "ended_order", "refund_to_send", "payment_fault", "top_up_fault", "arrival", "notice", "proof",
             "top_up_proof", "provider_unknown", "low_stock", "low_codes", "codes_out"),
    "run": ("processing", "shipping", "shipped", "in_process", "open", "handed_over", "in_transit"),
    "act": ("confirmed", "ready"),
    "bad": (
        "failed", "late", "mismatch", "disabled", "blocked", "revoked", "returned", "conflict", "problem", "returning",
        "late_payment", "other_amount", "late_top_up", "other_top_up", "refund_refused", "refund_unclear", "webhook",
        "book_fault",
    ),
}  # fmt: skip
_TONE_OF: Final = {word: tone for tone, words in _TONES.items() for word in words}


def tone_of(state: str) -> str:
    """How a state's pill is coloured."""
    return _TONE_OF.get(state, "calm")
