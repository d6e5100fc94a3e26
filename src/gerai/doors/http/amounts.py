"""Amounts as clients write them: ``"10000.67"``, ``"1,250,000.00"``, ``20000``, ``1e4``, ``14999.849999999999``.

Clients compute with floats, so an amount may have all the digits a float prints. It is read exactly, as written in
decimals, and rounded half-up once, to what the contract counts in. Thousands with a dot (``"10.000"``) are refused.
Bodies with amounts are decoded with ``ctx.json(exact=True)``.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from enum import Enum
from typing import Any, Final

from gerai.domain.money import MAX_SEN, SEN_PER_RUPIAH
from gerai.doors.http.field_values import thousands_form

_WHOLE_DIGITS: Final = 18
#: Digits behind the point, and digits altogether. A float prints 17 of them, behind up to two dozen zeros where a
#: difference should have been nothing (``5.551115123125783e-17``); more only make arithmetic slow.
_FRACTION_DIGITS: Final = 40
_DIGITS: Final = _WHOLE_DIGITS + _FRACTION_DIGITS
_TEXT: Final = re.compile(
    r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]{1,40})?|[0-9]{1,18}(?:\.[0-9]{1,40})?(?:[eE][+-]?[0-9]{1,2})?)",
    re.ASCII,
)
#: Room for every digit of an accepted amount, so that only the one rounding rounds.
_CONTEXT: Final = Context(prec=_DIGITS + 10, rounding=ROUND_HALF_UP)


class Rounding(Enum):
    """What a contract does with a fraction."""

    #: Half-up to the whole rupiah, once.
    RUPIAH = "rupiah"
    #: Half-up to the sen, once.
    SEN = "sen"


class AmountFault(ValueError):
    """Why a value is no amount here. ``reason``: not_amount | negative | too_large | too_precise."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_amount(value: Any, rounding: Rounding, most_sen: int = MAX_SEN) -> int:
    """The amount in sen, never negative. AmountFault for anything else."""
    number = _decimal(value)
    if not number:
        return 0
    if number.is_signed():
        raise AmountFault("negative")
    if number.adjusted() > _WHOLE_DIGITS:
        raise AmountFault("too_large")
    digits, exponent = number.as_tuple()[1:]
    if len(digits) > _DIGITS or -int(exponent) > _FRACTION_DIGITS:
        raise AmountFault("too_precise")
    whole = rounding is Rounding.RUPIAH
    unit = number if whole else number.scaleb(2, _CONTEXT)
    rounded = int(unit.to_integral_value(context=_CONTEXT))
    sen = rounded * SEN_PER_RUPIAH if whole else rounded
    if sen > most_sen:
        raise AmountFault("too_large")
    return sen


def _decimal(value: Any) -> Decimal:
    """What was written, exactly. AmountFault when it is no finite number."""
    # A bool is an int to Python.
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise AmountFault("not_amount")
    if isinstance(value, int) and abs(value) > MAX_SEN:
        raise AmountFault("negative" if value < 0 else "too_large")
    if isinstance(value, str):
        text = value.strip()
        # Read as decimals "10.000" would be ten rupiah, where ten thousand were meant.
        if not _TEXT.fullmatch(text) or thousands_form(text):
            raise AmountFault("not_amount")
        value = text.replace(",", "")
    try:
        # repr of a float is what its sender wrote, if that had at most 15 digits.
        number = Decimal(repr(value) if isinstance(value, float) else value)
    except InvalidOperation:
        raise AmountFault("not_amount") from None
    if not number.is_finite():
        raise AmountFault("not_amount")
    return number
