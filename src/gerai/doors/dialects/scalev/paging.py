"""Lists of this contract: bare or paginated, with opaque cursors (contract §1)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from typing import Any, Final, Literal, TypeVar

import msgspec

from gerai.domain.refusals import InputInvalid
from gerai.doors.dialects.scalev.reading import MAX_ID

T = TypeVar("T")
PAGE: Final = 25
_CURSOR = re.compile(r"(after|before):(\d{1,16})")


class Page(msgspec.Struct, frozen=True):
    """What part of a list is asked for: so many items after or before a position (None: from the start)."""

    size: int
    way: Literal["after", "before"] = "after"
    at: int | None = None


def read_page(query: dict[str, str]) -> Page:
    """``page_size`` (1 to 25; larger is clamped), ``next_cursor`` or ``previous_cursor``.

    Refuses InputInvalid (query): not a number, less than 1, both cursors, or one we did not give.
    """
    size_text = query.get("page_size") or str(PAGE)
    if not re.fullmatch(r"[0-9]+", size_text) or int(size_text) < 1:
        raise InputInvalid({"page_size": ["is invalid"]}, "query")
    size = min(int(size_text), PAGE)
    given = [name for name in ("next_cursor", "previous_cursor") if query.get(name)]
    if len(given) == 2:
        raise InputInvalid({"previous_cursor": ["cannot be combined with next_cursor"]}, "query")
    if not given:
        return Page(size)
    way, at = _read_cursor(query[given[0]], given[0])
    if (way == "after") != (given[0] == "next_cursor"):
        raise InputInvalid({given[0]: ["is invalid"]}, "query")
    return Page(size, way, at)


def _read_cursor(text: str, name: str) -> tuple[Literal["after", "before"], int]:
    try:
        plain = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)).decode("ascii")
    except (binascii.Error, UnicodeError, ValueError):
        plain = ""
    found = _CURSOR.fullmatch(plain)
    if found is None or int(found[2]) > MAX_ID:
        raise InputInvalid({name: ["is invalid"]}, "query")
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
