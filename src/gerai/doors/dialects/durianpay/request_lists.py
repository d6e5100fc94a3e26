"""``from``, ``to``, ``skip``, ``limit`` and ``expand`` in a query (contract §3 Paging, §5.3)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from gerai.doors.dialects.durianpay.request_rules import RULES
from gerai.doors.http.fields import Fields

_USUAL_LIMIT: Final = 25
#: The contract names no maximum. More is refused, not cut short: a client that pages by ``skip`` would lose rows.
_MOST: Final = 1_000
_FURTHEST_SKIP: Final = 100_000
_UNIX: Final = re.compile(r"[0-9]{1,12}")
#: The last second that another one follows, before the year 10000.
_LAST_UNIX: Final = 253_402_300_798


class Page(msgspec.Struct, frozen=True):
    """Which part of a list: ``since`` inclusive, ``until`` exclusive."""

    skip: int
    limit: int
    since: datetime | None
    until: datetime | None


def read_page(query: Iterable[tuple[str, str]]) -> Page:
    """The page a query asks for. Absent, empty and (for ``limit``) zero values mean the default.

    InputInvalid naming ``skip``/``limit`` or ``from``/``to``.
    """
    form = Fields.of_query(query, RULES)
    page = Page(
        skip=form.integer("skip", least=0, most=_FURTHEST_SKIP) or 0,
        limit=form.integer("limit", least=0, most=_MOST) or _USUAL_LIMIT,
        since=_moment(form, "from", past_the_end=False),
        until=_moment(form, "to", past_the_end=True),
    )
    form.check()
    return page


def read_expand(query: Iterable[tuple[str, str]]) -> frozenset[str]:
    """What ``expand``, ``expand[]``, ``expand[0]`` … name, repeated or separated by commas."""
    asked = (value for name, value in query if name == "expand" or re.fullmatch(r"expand\[\d{0,3}\]", name))
    return frozenset(part.strip().lower() for value in asked for part in value.split(","))


def _moment(form: Fields, name: str, *, past_the_end: bool) -> datetime | None:
    """A day (as the shop's calendar in Jakarta has it, the last one included), an RFC 3339 time, or Unix seconds."""
    text = form.text(name)
    if _UNIX.fullmatch(text) and int(text) <= _LAST_UNIX:
        # A second names the whole of it, so the last one is included as well.
        return datetime.fromtimestamp(int(text), UTC) + timedelta(seconds=int(past_the_end))
    return form.moment(name, past_the_end=past_the_end, bound=True)
