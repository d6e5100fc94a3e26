"""Amounts as clients write them, read exactly: ``"10000.67"``, ``"1,250,000.00"``, ``20000``, ``Decimal("20000.5")``.

Bodies with amounts are decoded with ``ctx.json(exact=True)``; a float has lost digits already and is no amount.
"""

from __future__ import annotations

import re
from decimal import Decimal
from enum import Enum
from typing import Any, Final

from gerai.domain.money import MAX_SEN, SEN_PER_RUPIAH, round_rupiah

#: Digits behind the point; more are nobody's amount and only make arithmetic slow.
_FRACTION_DIGITS: Final = 8
_WHOLE_DIGITS: Final = 18
_TEXT: Final = re.compile(r"-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,18})(?:\.[0-9]{1,8})?", re.ASCII)


class Rounding(Enum):
    """What a contract does with a fraction."""

    #: Half-up to the whole rupiah, once.
    RUPIAH = "rupiah"
    #: Kept to the sen; a digit behind it is refused.
    EXACT_SEN = "exact_sen"
    #: A fraction of a rupiah is refused.
    EXACT_RUPIAH = "exact_rupiah"


class AmountFault(ValueError):
    """Why a value is no amount here. ``reason``: not_amount | negative | too_large | too_precise."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_amount(value: Any, rounding: Rounding, most_sen: int = MAX_SEN) -> int:
    """The amount in sen, never negative. AmountFault for anything else."""
    number = _decimal(value)
    if number.is_signed() and number:
        raise AmountFault("negative")
    if number.adjusted() > _WHOLE_DIGITS or number * SEN_PER_RUPIAH > most_sen:
        raise AmountFault("too_large")
    scaled = number.scaleb(_FRACTION_DIGITS + 2)
    if scaled != scaled.to_integral_value():
        raise AmountFault("too_precise")
    if rounding is Rounding.RUPIAH:
        return round_rupiah(int(scaled), 10**_FRACTION_DIGITS)
    sen = number * SEN_PER_RUPIAH
    unit = SEN_PER_RUPIAH if rounding is Rounding.EXACT_RUPIAH else 1
    if sen % unit:
        raise AmountFault("too_precise")
    return int(sen)


def _decimal(value: Any) -> Decimal:
    if isinstance(value, str):
        text = value.strip()
        if not _TEXT.fullmatch(text):
            raise AmountFault("not_amount")
        return Decimal(text.replace(",", ""))
    # A bool is an int to Python; a float has lost digits already.
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise AmountFault("not_amount")
    if isinstance(value, int) and abs(value) > MAX_SEN:
        raise AmountFault("negative" if value < 0 else "too_large")
    number = Decimal(value)
    if not number.is_finite():
        raise AmountFault("not_amount")
    return number
