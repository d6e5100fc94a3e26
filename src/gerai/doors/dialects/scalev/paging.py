"""Lists of this contract: bare or paginated, with opaque cursors (contract §1)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from hashlib import blake2b
from typing import Any, Final, Literal, TypeVar

import msgspec

from gerai.domain.filters import Scope
from gerai.doors.http.field_values import MAX_ID
from gerai.doors.http.fields import Fields

T = TypeVar("T")
Way = Literal["after", "before"]
PAGE: Final = 25
PAGE_FIELDS: Final = ("page_size", "next_cursor", "previous_cursor")
#: About no list: which business an OAuth token means (a key has one only).
_IGNORED: Final = ("b_uid",)
_SEAL_BYTES: Final = 8
_CURSOR = re.compile(rb"(after|before):([0-9]{1,16})")
_encode: Final = msgspec.json.Encoder().encode


class Page(msgspec.Struct, frozen=True):
    """What part of a list is asked for: so many items after or before a position (None: from the start). ``mark``: of
    which list, see :func:`list_mark`."""

    mark: bytes
    size: int
    way: Way = "after"
    at: int | None = None


def list_mark(scope: Scope, name: str, asked: Any = None) -> bytes:
    """What a list is known by to its cursors: whose it is, its name, and what it was asked for (filters, the store it
    belongs to): each of them changes what a position means."""
    return blake2b(_encode((scope.merchant_id, scope.environment, name, asked)), digest_size=16).digest()


def note_unserved(query: Fields, names: Iterable[str], served: Collection[str], later: Collection[str] = ()) -> None:
    """Note every parameter that the list does not serve: ``names`` are those of the query, ``later`` the contract's
    that come later. A list that ignores what it was asked for shows what nobody asked for."""
    for name in dict.fromkeys(names):
        if not query.has(name) or name in served or name in _IGNORED:
            continue
        query.complain(name[:64], "is not supported here yet" if name in later else "is not a filter of this list")


def read_page(query: Fields, mark: bytes) -> Page:
    """``page_size`` (1 to 25; larger is clamped), ``next_cursor`` or ``previous_cursor`` of the list with this mark.

    Refuses InputInvalid (query) with all that was wrong with the query: not a number, less than 1, both cursors, one of
    another list, or one we did not give.
    """
    size = min(query.integer("page_size") or PAGE, PAGE)
    following, preceding = query.text("next_cursor"), query.text("previous_cursor")
    if following and preceding:
        query.complain("previous_cursor", "cannot be combined with next_cursor")
    query.check()
    if not following and not preceding:
        return Page(mark, size)
    name, wanted = ("next_cursor", "after") if following else ("previous_cursor", "before")
    found = _read_cursor(following or preceding, mark)
    if found is None or found[0] != wanted:
        query.refuse(name, "is invalid, expected a cursor of this list")
    return Page(mark, size, *found)


def _read_cursor(text: str, mark: bytes) -> tuple[Way, int] | None:
    """Way and position; None unless it is, to the letter, a cursor that this list gives."""
    try:
        plain = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (binascii.Error, UnicodeError, ValueError):
        return None
    found = _CURSOR.fullmatch(plain[_SEAL_BYTES:])
    if found is None or int(found[2]) > MAX_ID:
        return None
    way: Way = "after" if found[1] == b"after" else "before"
    return (way, int(found[2])) if cursor(mark, way, int(found[2])) == text else None


def cursor(mark: bytes, way: Way, at: int) -> str:
    """Opaque to clients. Sealed with the list's mark, so that it means something in that list alone and no letter of it
    can change. The seal keeps mistakes away and no secret: a list shows its caller's own things at any position."""
    plain = f"{way}:{at}".encode()
    seal = blake2b(plain, digest_size=_SEAL_BYTES, key=mark).digest()
    return base64.urlsafe_b64encode(seal + plain).decode().rstrip("=")


def bare(data: Sequence[Any]) -> dict[str, Any]:
    """A list that is given whole."""
    return {"data": list(data), "is_paginated": False}


def paginated(data: Sequence[Any], page: Page, following: int | None, preceding: int | None) -> dict[str, Any]:
    """One page. ``following``: position of its last item when more come; ``preceding``: of its first when some came."""
    return {
        "data": list(data),
        "is_paginated": True,
        "has_next": following is not None,
        "has_previous": preceding is not None,
        "next_cursor": None if following is None else cursor(page.mark, "after", following),
        "previous_cursor": None if preceding is None else cursor(page.mark, "before", preceding),
        "page_size": page.size,
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
        page,
        last if shown and last < len(items) - 1 else None,
        start if shown and start > 0 else None,
    )
