"""When a gateway's money is expected: the rules as they are written, and the days they come to."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gerai.domain.settlement import SettleRule, expected_on, read_rule
from gerai.kit.calendar import calendar_of
from gerai.kit.clock import JAKARTA
from gerai.kit.discover import discover
from gerai.ports.gateways import Gateway

CALENDAR = calendar_of(None)
RULES = st.builds(
    SettleRule, days=st.integers(0, 60), working=st.booleans(), cutoff=st.none() | st.integers(0, 1439)
).map(lambda rule: SettleRule(rule.days, rule.working, True, rule.cutoff, "yours"))


@pytest.mark.parametrize(
    ("parts", "came", "day"),
    [
        # Saturday is the day it came; the first working day after it is Monday.
        ({"workdays": "1"}, "2026-11-28 10:00", "2026-11-30"),
        ({"workdays": "2"}, "2026-11-27 10:00", "2026-12-01"),
        ({"workdays": "0"}, "2026-11-28 10:00", "2026-11-30"),
        ({"workdays": "1", "cutoff": "15:00"}, "2026-11-26 14:59", "2026-11-27"),
        ({"workdays": "1", "cutoff": "15:00"}, "2026-11-26 15:00", "2026-11-30"),
        ({"workdays": "1"}, "2026-12-23 10:00", "2026-12-28"),
        ({"days": "2"}, "2026-11-27 10:00", "2026-11-29"),
        ({"days": "2", "on": "workdays"}, "2026-11-27 10:00", "2026-11-30"),
        ({"days": "0"}, "2026-11-29 23:59", "2026-11-29"),
        ({"days": "0", "cutoff": "23:00"}, "2026-11-29 23:00", "2026-11-30"),
    ],
)
def test_the_day_it_is_expected(parts: dict[str, str], came: str, day: str) -> None:
    """By working or calendar days, with a time from which it counts as the next day's, in Jakarta."""
    at = datetime.strptime(came, "%Y-%m-%d %H:%M").replace(tzinfo=JAKARTA)
    assert expected_on(read_rule(parts), at.astimezone(UTC), CALENDAR) == date.fromisoformat(day)


@pytest.mark.parametrize(
    "parts",
    [
        {}, {"workdays": "1", "days": "1"}, {"workdays": "-1"}, {"workdays": "61"}, {"days": "1.5"}, {"days": "x"},
        {"days": ""}, {"days": "²"}, {"days": "1", "on": "sunday"}, {"workdays": "1", "on": "any"}, {"cutoff": "15:00"},
        {"workdays": "1", "cutoff": "24:00"}, {"workdays": "1", "cutoff": "3 pm"}, {"workdays": "1", "cutoff": "9:00"},
    ],
)  # fmt: skip
def test_what_is_no_rule(parts: dict[str, str]) -> None:
    """It is refused in a sentence."""
    with pytest.raises(ValueError, match=r"days|cutoff"):
        read_rule(parts)


@given(RULES)
def test_a_rule_is_written_as_it_is_read(rule: SettleRule) -> None:
    """What is shown can be typed."""
    assert read_rule(dict(part.split("=") for part in str(rule).split())) == rule


@given(RULES, st.integers(0, 1_000_000), st.integers(0, 100_000))
def test_it_comes_on_a_working_day_and_in_order(rule: SettleRule, minutes: int, seconds: int) -> None:
    """Never before it came nor on a holiday, and what came later never before what came sooner."""
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    day = expected_on(rule, at, CALENDAR)
    assert day >= at.astimezone(JAKARTA).date()
    assert CALENDAR.is_working(day)
    assert day <= expected_on(rule, at + timedelta(seconds=seconds), CALENDAR)


def test_what_gateways_say_and_what_is_assumed() -> None:
    """Each way to pay of each gateway has a rule, and says from where; only what its pages say is documented."""
    gateways: dict[str, Gateway] = discover("gerai.partners.gateways", "GATEWAY")
    rules = {
        (name, *way): (str(channel.settles), channel.settles.source)
        for name, gateway in gateways.items() for way, channel in gateway.channels.items()
    }  # fmt: skip
    assert {name for (name, _, _), (_, source) in rules.items() if source == "documented"} == {"xendit"}
    assert rules["xendit", "va", "BNI"] == ("days=0", "documented")
    assert rules["xendit", "va", "BCA"] == ("days=1 on=workdays", "documented")
    assert rules["xendit", "qris", "QRIS"] == ("days=2 on=workdays", "documented")
    assert rules["xendit", "retail", "ALFAMART"] == ("workdays=5", "assumed")
    assert rules["midtrans", "va", "BCA"] == ("workdays=2", "assumed")
    assert rules["midtrans", "card", "CARD"] == ("workdays=5", "assumed")
    assert rules["tripay", "qris", "QRIS"] == ("workdays=2", "assumed")
    assert rules["durianpay", "retail", "INDOMARET"] == ("workdays=5", "assumed")
