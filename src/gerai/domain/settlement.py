"""When money that a gateway took is expected in the seller's account: a rule of each way to pay, and a calendar."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final, Literal

import msgspec

from gerai.kit.calendar import Calendar
from gerai.kit.clock import jakarta

#: How far a rule may look ahead.
MOST_DAYS: Final = 60
_CUTOFF: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_LANDINGS: Final = frozenset({"workdays", "any"})
#: What a rule is made of, as a person writes it.
RULE_PARTS: Final = ("workdays", "days", "on", "cutoff")
RULE_FORM: Final = "workdays=N, or days=N [on=workdays]; [cutoff=HH:MM]"


class SettleRule(msgspec.Struct, frozen=True, omit_defaults=True):
    """Money is expected ``days`` after the day on which it came: working days (``working``), or calendar days, which
    may have to end on a working day (``lands_working``: what would not waits for the next). From ``cutoff`` on, minutes
    after midnight in Jakarta, money counts as the next day's. ``source``: whether the gateway says so, this is assumed,
    or the seller has said so."""

    days: int = 2
    working: bool = True
    lands_working: bool = True
    cutoff: int | None = None
    source: Literal["documented", "assumed", "yours"] = "assumed"

    def __str__(self) -> str:
        parts = [f"workdays={self.days}" if self.working else f"days={self.days}"]
        if self.lands_working and not self.working:
            parts.append("on=workdays")
        if self.cutoff is not None:
            parts.append(f"cutoff={self.cutoff // 60:02d}:{self.cutoff % 60:02d}")
        return " ".join(parts)


#: Where nobody says anything.
USUAL_RULE: Final = SettleRule()


def expected_on(rule: SettleRule, came_at: datetime, calendar: Calendar) -> date:
    """The day on which what came then is expected, in Jakarta."""
    local = jakarta(came_at)
    day = local.date()
    if rule.cutoff is not None and local.hour * 60 + local.minute >= rule.cutoff:
        day += timedelta(days=1)
    if rule.working:
        return calendar.plus_working(day, rule.days)
    day += timedelta(days=rule.days)
    return calendar.on_or_after(day) if rule.lands_working else day


def read_rule(parts: Mapping[str, str]) -> SettleRule:
    """A rule of the seller's own, by :data:`RULE_PARTS`. ValueError says what is wrong."""
    if ("workdays" in parts) == ("days" in parts):
        raise ValueError(f"a rule says workdays=N or days=N, one of them: {RULE_FORM}")
    counted = "workdays" if "workdays" in parts else "days"
    text, landing, cutoff = parts[counted], parts.get("on", "any"), parts.get("cutoff")
    if not (text.isascii() and text.isdigit() and len(text) <= 2 and int(text) <= MOST_DAYS):
        raise ValueError(f"{counted}={text}: from 0 to {MOST_DAYS}")
    if landing not in _LANDINGS or ("on" in parts and counted == "workdays"):
        raise ValueError("on=workdays or on=any, beside days=N")
    found = None if cutoff is None else _CUTOFF.fullmatch(cutoff)
    if cutoff is not None and found is None:
        raise ValueError(f"cutoff={cutoff}: a time in Jakarta, as 15:00")
    working = counted == "workdays"
    return SettleRule(
        days=int(text),
        working=working,
        lands_working=working or landing == "workdays",
        cutoff=None if found is None else int(found[1]) * 60 + int(found[2]),
        source="yours",
    )
