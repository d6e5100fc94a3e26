"""What is done once under a reference, at whichever face and by whomever: one line of a bank's list is one money, and
what was given back under a transfer's name is not given back again."""

from __future__ import annotations

import hashlib
import unicodedata
from typing import Final

from gerai.engine.command import Idempotency

_OWNER = "operator"
#: Characters that nobody sees: two texts that differ in them alone are one to whoever reads them.
_UNSEEN: Final = ("Cc", "Cf")
#: A few letters can stand for hundreds; no index holds those.
_LONGEST_BYTES: Final = 800


def canonical(reference: str) -> str:
    """By which a reference is known, however it is written: case, width, blanks and what nobody sees do not count. Two
    are one where these are equal; empty: nothing is to be seen of it. A migration does the same to earlier ones."""
    seen = (
        " " if letter.isspace() else letter
        for letter in unicodedata.normalize("NFKC", reference)
        if letter.isspace() or unicodedata.category(letter) not in _UNSEEN
    )
    text = " ".join(unicodedata.normalize("NFKC", "".join(seen).casefold()).split())
    coded = text.encode()
    return text if len(coded) <= _LONGEST_BYTES else hashlib.sha256(coded).hexdigest()


def are_one(first: str, second: str) -> bool:
    """Whether two references are the same."""
    return first == second or canonical(first) == canonical(second)


def read_reference(given: str) -> str:
    """As it was given, without the blanks around it; empty where nothing is to be seen of it."""
    return given.strip() if canonical(given) else ""


def once_under(operation: str, reference: str, *asked: str) -> Idempotency | None:
    """The idempotency key of what is done once per ``reference``, however it is written; ``asked`` must be the same
    again. None without a reference."""
    key = canonical(reference)
    if not key:
        return None
    fingerprint = hashlib.sha256("\n".join(asked).encode()).digest()
    return Idempotency(_OWNER, operation, key, fingerprint)


def money_under(reference: str, what: str, *asked: str) -> Idempotency | None:
    """Of money that arrived, whether an order (``what``) was paid with it, a top-up or a wallet."""
    return once_under("money in", reference, what, *asked)


def wallet_under(reference: str, account_id: int, amount_sen: int) -> Idempotency | None:
    """Of money that arrived and goes into a wallet by hand, so much of it."""
    return money_under(reference, f"wallet {account_id}", str(amount_sen))


def refund_under(reference: str, payment_id: int, amount: str, to: str) -> Idempotency | None:
    """Of money that goes back of a payment. ``amount``: as digits; empty: all that is left."""
    return once_under(f"payments refund {payment_id}", reference, amount, to)
