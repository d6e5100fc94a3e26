"""Days of Jakarta, both included, as lists are asked for them; days beyond all others are no fault."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from gerai.engine.payouts.find import midnight

#: Nothing of a shop is from before the first of these days, or from after the second.
FIRST_DAY: Final = date(2000, 1, 1)
LAST_DAY: Final = date(2200, 1, 1)


def since_of(day: date | None) -> datetime | None:
    """When the first day that is asked for begins; None: from the beginning."""
    return None if day is None or day < FIRST_DAY else midnight(min(day, LAST_DAY))


def until_of(day: date | None) -> datetime | None:
    """When the last day that is asked for has ended; None: to the end."""
    return None if day is None or day > LAST_DAY else midnight(max(day, FIRST_DAY) + timedelta(days=1))
