"""What is done once under a reference, at whichever face and by whomever: one line of a bank's list is one money, and
what was given back under a transfer's name is not given back again."""

from __future__ import annotations

import hashlib

from gerai.engine.command import Idempotency

_OWNER = "operator"


def once_under(operation: str, reference: str, *asked: str) -> Idempotency | None:
    """The idempotency key of what is done once per ``reference``; ``asked`` must be the same again. None without a
    reference."""
    if not reference:
        return None
    fingerprint = hashlib.sha256("\n".join(asked).encode()).digest()
    return Idempotency(_OWNER, operation, reference, fingerprint)


def money_under(reference: str, what: str, *asked: str) -> Idempotency | None:
    """Of money that arrived, whether an order (``what``) was paid with it, a top-up or a wallet."""
    return once_under("money in", reference, what, *asked)


def wallet_under(reference: str, account_id: int, amount_sen: int) -> Idempotency | None:
    """Of money that arrived and goes into a wallet by hand, so much of it."""
    return money_under(reference, f"wallet {account_id}", str(amount_sen))


def refund_under(reference: str, payment_id: int, amount: str, to: str) -> Idempotency | None:
    """Of money that goes back of a payment. ``amount``: as digits; empty: all that is left."""
    return once_under(f"payments refund {payment_id}", reference, amount, to)
