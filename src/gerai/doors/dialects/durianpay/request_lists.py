"""``from``, ``to``, ``skip``, ``limit`` and ``expand`` in a query (contract §3 Paging, §5.3)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from gerai.domain.refusals import InputInvalid

_USUAL_LIMIT: Final = 25
#: The contract names no maximum. More is refused, not cut short: a client that pages by ``skip`` would lose rows.
_MOST: Final = 1_000
_FURTHEST_SKIP: Final = 100_000
_JAKARTA: Final = ZoneInfo("Asia/Jakarta")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_UNIX: Final = re.compile(r"\d{1,12}")
_NUMBER: Final = re.compile(r"\d{1,9}")
_LAST_UNIX: Final = 253_402_300_799


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
    given = {name: value.strip() for name, value in query}
    skip = _number("skip", given.get("skip", ""), _FURTHEST_SKIP)
    limit = _number("limit", given.get("limit", ""), _MOST)
    return Page(
        skip=skip,
        limit=limit or _USUAL_LIMIT,
        since=_moment("from", given.get("from", ""), timedelta(0)),
        until=_moment("to", given.get("to", ""), timedelta(days=1)),
    )


def read_expand(query: Iterable[tuple[str, str]]) -> frozenset[str]:
    """What ``expand``, ``expand[]``, ``expand[0]`` … name, repeated or separated by commas."""
    asked = (value for name, value in query if name == "expand" or re.fullmatch(r"expand\[\d{0,3}\]", name))
    return frozenset(part.strip().lower() for value in asked for part in value.split(","))


def _number(name: str, text: str, most: int) -> int:
    if not text:
        return 0
    if not _NUMBER.fullmatch(text) or not text.isascii() or int(text) > most:
        raise InputInvalid(fields={name: ["is invalid"]}, where="query")
    return int(text)


def _moment(name: str, text: str, day_length: timedelta) -> datetime | None:
    """A day (as the shop's calendar in Jakarta has it, the last one included) or a Unix time in seconds."""
    if not text:
        return None
    try:
        if _UNIX.fullmatch(text) and int(text) <= _LAST_UNIX:
            # A second names the whole of it, so the last one is included as well.
            return datetime.fromtimestamp(int(text), UTC) + (timedelta(seconds=1) if day_length else timedelta(0))
        if _DAY.fullmatch(text):
            start = datetime.combine(date.fromisoformat(text), time(), _JAKARTA)
            return (start + day_length).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise InputInvalid(fields={name: ["is invalid"]}, where="query")
