"""Lists of this contract: bare or paginated, with opaque cursors (contract §1)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from typing import Any, Final, Literal, TypeVar

import msgspec

from gerai.doors.http.field_values import MAX_ID
from gerai.doors.http.fields import Fields

T = TypeVar("T")
PAGE: Final = 25
PAGE_FIELDS: Final = ("page_size", "next_cursor", "previous_cursor")
_CURSOR = re.compile(r"(after|before):(\d{1,16})")


class Page(msgspec.Struct, frozen=True):
    """What part of a list is asked for: so many items after or before a position (None: from the start)."""

    size: int
    way: Literal["after", "before"] = "after"
    at: int | None = None


def read_page(query: Fields) -> Page:
    """``page_size`` (1 to 25; larger is clamped), ``next_cursor`` or ``previous_cursor``.

    Refuses InputInvalid (query): not a number, less than 1, both cursors, or one we did not give.
    """
    size = min(query.integer("page_size") or PAGE, PAGE)
    following, preceding = query.text("next_cursor"), query.text("previous_cursor")
    if following and preceding:
        query.complain("previous_cursor", "cannot be combined with next_cursor")
    query.check()
    if not following and not preceding:
        return Page(size)
    name, wanted = ("next_cursor", "after") if following else ("previous_cursor", "before")
    found = _read_cursor(following or preceding)
    if found is None or found[0] != wanted:
        query.refuse(name, "is invalid, expected a cursor of this list")
    return Page(size, *found)


def _read_cursor(text: str) -> tuple[Literal["after", "before"], int] | None:
    try:
        plain = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)).decode("ascii")
    except (binascii.Error, UnicodeError, ValueError):
        return None
    found = _CURSOR.fullmatch(plain)
    if found is None or int(found[2]) > MAX_ID:
        return None
    return ("after" if found[1] == "after" else "before"), int(found[2])


def cursor(way: str, at: int) -> str:
    """Opaque to clients."""
    return base64.urlsafe_b64encode(f"{way}:{at}".encode()).decode().rstrip("=")


def bare(data: Sequence[Any]) -> dict[str, Any]:
    """A list that is given whole."""
    return {"data": list(data), "is_paginated": False}


def paginated(data: Sequence[Any], size: int, following: int | None, preceding: int | None) -> dict[str, Any]:
    """One page. ``following``: position of its last item when more come; ``preceding``: of its first when some came."""
    return {
        "data": list(data),
        "is_paginated": True,
        "has_next": following is not None,
        "has_previous": preceding is not None,
        "next_cursor": None if following is None else cursor("after", following),
        "previous_cursor": None if preceding is None else cursor("before", preceding),
        "page_size": size,
    }


def slice_page(items: Sequence[T], page: Page, shape: Callable[[T], dict[str, Any]]) -> dict[str, Any]:
    """A page of a list that is in memory whole; positions are places in the list."""
    if page.at is None:
        start = 0
    elif page.way == "after":
        start = page.at + 1
    else:
        start = max(0, page.at - page.size)
    end = start + page.size if page.way == "after" or page.at is None else min(page.at, len(items))
    shown = items[start:end]
    last = start + len(shown) - 1
    return paginated(
        [shape(item) for item in shown],
        page.size,
        last if shown and last < len(items) - 1 else None,
        start if shown and start > 0 else None,
    )
