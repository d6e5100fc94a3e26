"""Money is an integer number of sen (1/100 rupiah); floats never come near it.

Doors and partners convert at the edge, through the named formats below. There is one rounding
function, :func:`round_rupiah`: half-up to the whole rupiah (docs/reference/money.md).
"""

from __future__ import annotations

import re
from typing import Final

SEN_PER_RUPIAH: Final = 100
#: Largest amount the server accepts anywhere: 1,000 trillion rupiah. Far above any order, far below 2**63.
MAX_SEN: Final = 10**17
#: Most that may ever have come into one wallet: what a ``bigint`` of the database holds.
MAX_TOTAL_SEN: Final = 2**63 - 1

_WHOLE_TEXT = re.compile(r"([0-9]{1,18})(?:\.00)?")
_SHOWN_TEXT = re.compile(r"Rp(?:[0-9]{1,18}|[0-9]{1,3}(?:\.[0-9]{3}){1,5})")
#: As it is typed in Indonesia: Rp or not, a blank behind it or not, whole rupiah with or without ``,00`` or ``,-``.
_TYPED_TEXT = re.compile(r"(?:rp\.?\s*)?([1-9][0-9]{0,2}(?:\.[0-9]{3})+|[0-9]+)(?:,(?:([0-9]{2})|-))?", re.IGNORECASE)

#: Rupiah with either mark for thousands and the other for sen.
_PRINTED: Final = (
    (re.compile(r"([1-9][0-9]{0,2}(?:\.[0-9]{3})+|[0-9]+)(?:,([0-9]{2}))?"), "."),
    (re.compile(r"([1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)(?:\.([0-9]{2}))?"), ","),
)


def rupiah(amount: int) -> int:
    """Whole rupiah to sen."""
    return amount * SEN_PER_RUPIAH


def round_rupiah(numerator: int, denominator: int = 1) -> int:
    """Round ``numerator / denominator`` sen half-up to a whole rupiah; the answer is in sen.

    Half-up away from zero is not needed: amounts are never negative (ValueError if they are).
    """
    if numerator < 0 or denominator <= 0:
        raise ValueError("amounts are never negative")
    unit = denominator * SEN_PER_RUPIAH
    # floor(n/d + 1/2), in integers.
    return (2 * numerator + unit) // (2 * unit) * SEN_PER_RUPIAH


def percent_of(amount_sen: int, hundredths_of_percent: int) -> int:
    """A percentage (given in basis points: 150 = 1.5 %) of an amount, rounded half-up to whole rupiah."""
    return round_rupiah(amount_sen * hundredths_of_percent, 10_000)


def parse_rupiah(text: str) -> int:
    """Read what a person types, ``"15000"``, ``"15000.00"`` or ``"Rp15.000"`` (:func:`display`), as sen.

    ValueError on anything else and above MAX_SEN: ``"3.333"`` is three thousand in Indonesia and three elsewhere.
    """
    # With Rp in front it is written as in Indonesia, where the dot is for thousands.
    found = _WHOLE_TEXT.fullmatch(text)
    if found is None and _SHOWN_TEXT.fullmatch(text):
        found = _WHOLE_TEXT.fullmatch(text.removeprefix("Rp").replace(".", ""))
    if found is None or rupiah(int(found[1])) > MAX_SEN:
        raise ValueError("not a whole number of rupiah")
    return rupiah(int(found[1]))


def typed_rupiah(text: str) -> int:
    """Read what an Indonesian types into a form, ``"75000"``, ``"75.000"``, ``"Rp 75.000"`` or ``"Rp75.000,50"``, as
    sen: dots stand between thousands, in groups of three, and a comma before two digits of sen.

    ValueError on anything else and above MAX_SEN. ``"75.5"``, ``"1.00"`` and ``"75,000"`` mean one amount to one reader
    and another to the next: none of them is guessed.
    """
    found = _TYPED_TEXT.fullmatch(text.strip())
    if found is None:
        raise ValueError("not an amount as it is typed")
    whole, sen = found[1].replace(".", ""), found[2] or "00"
    amount_sen = rupiah(int(whole)) + int(sen) if len(whole) < 19 else MAX_SEN + 1
    if amount_sen > MAX_SEN:
        raise ValueError("more than any amount")
    return amount_sen


def typed(sen: int) -> str:
    """The amount of :func:`display` as it stands in a form: ``75.000``, ``60.000,15``."""
    return display(sen).removeprefix("Rp")


def printed_sen(text: str) -> int | None:
    """The digits of an amount as banks print it, ``"50.123"``, ``"50,123.00"``, ``"1.250.123,50"``, in sen; None for
    anything else and above MAX_SEN."""
    for pattern, thousands in _PRINTED:
        if match := pattern.fullmatch(text):
            whole, sen = match[1].replace(thousands, ""), match[2] or "00"
            amount_sen = rupiah(int(whole)) + int(sen) if len(whole) < 19 else MAX_SEN + 1
            return amount_sen if amount_sen <= MAX_SEN else None
    return None


def whole_rupiah(sen: int) -> int:
    """Sen to whole rupiah, for contracts that speak integers. The amount must already be whole."""
    rupiah_amount, rest = divmod(sen, SEN_PER_RUPIAH)
    if rest:
        raise ValueError(f"{sen} sen is not a whole rupiah amount")
    return rupiah_amount


def decimal_string(sen: int) -> str:
    """Sen to ``"10001.00"``."""
    return f"{sen // SEN_PER_RUPIAH}.{sen % SEN_PER_RUPIAH:02d}"


def display(sen: int) -> str:
    """Sen to ``Rp15.000``: dots between thousands, no space. Sen are never cut: ``Rp60.000,15``. What is
    below nothing: ``-Rp15.000``."""
    if sen < 0:
        return f"-{display(-sen)}"
    whole, rest = divmod(sen, SEN_PER_RUPIAH)
    return "Rp" + f"{whole:,}".replace(",", ".") + (f",{rest:02d}" if rest else "")


def percent(basis_points: int) -> str:
    """Basis points as people read them: ``63%``, ``2,5%``."""
    whole, rest = divmod(abs(basis_points), 100)
    part = f",{rest:02d}".rstrip("0") if rest else ""
    return f"{'-' if basis_points < 0 else ''}{whole}{part}%"


def digits(sen: int) -> str:
    """The amount of :func:`display` to copy into a banking app: ``15000``, ``60000,15``."""
    whole, rest = divmod(sen, SEN_PER_RUPIAH)
    return f"{whole},{rest:02d}" if rest else str(whole)
