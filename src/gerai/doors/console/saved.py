"""Saved views around a list: a tab for each, and a form for the address that is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from gerai.doors.console import answers
from gerai.doors.console.who import AtDesk
from gerai.doors.http.context import RequestContext
from gerai.engine.desk.read import fields_of
from gerai.engine.desk.registry import look, views
from gerai.kit.ids import token

_PLACES: Final = frozenset({"after", "limit"})


@dataclass(frozen=True)
class SavedTabs:
    """``tabs``: name, address, and whether it is what is shown; ``query``: of the address, as it would be saved, empty:
    the list is not narrowed; ``known``: it is saved already; ``shares``: the person may save for the shop; ``once``:
    names the sending of the form."""

    page: str
    tabs: list[tuple[str, str, bool]]
    query: str
    known: bool
    shares: bool
    once: str


async def saved_of(ctx: RequestContext, desk: AtDesk, page: str) -> SavedTabs:
    """What is saved of this list."""
    view, filter = views()["saved_views.list"], views()[f"{page}.list"].filter
    rows: list[Any] = []
    if desk.may(view.permission):
        found: list[Any] = [*(await look(view, desk.within, view.filter(), desk.caller)).rows]
        rows = [row for row in found if row.page == page]
    known = {field.name for field in fields_of(filter)} - _PLACES - answers.LOOKS
    asked = [(name, text) for name, text in ctx.query.multi_items() if name in known and text]
    tabs = [
        (row.name, f"{desk.base}/{page}?{row.query}", sorted(parse_qsl(str(row.query))) == sorted(asked))
        for row in rows
    ]
    return SavedTabs(page, tabs, urlencode(asked), any(shown for *_, shown in tabs), desk.may("orders:act"), token())
