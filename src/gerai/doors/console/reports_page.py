"""The reports and the books, each a table: what the registry's views say, with words for what people read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from gerai.domain.refusals import NotFound
from gerai.doors.console import answers
from gerai.doors.console.cells import Cell, cell, columns_of
from gerai.doors.console.counters import Counters
from gerai.doors.console.inputs import inputs_of
from gerai.doors.console.looking import asked_of, desk_page, looked, view_named
from gerai.doors.console.order_words import method_name
from gerai.doors.console.who import AtDesk
from gerai.doors.console.words import DeskWords
from gerai.doors.http.browser import SAFETY
from gerai.doors.http.context import RequestContext
from gerai.doors.http.download import download
from gerai.doors.http.paper.download import paper_answer
from gerai.doors.http.paper.typesetter import can_set
from gerai.engine.desk.export import MEDIA_TYPES, open_export
from gerai.engine.desk.fields import example_of
from gerai.engine.desk.paths import view_path
from gerai.engine.desk.read import read_texts
from gerai.engine.desk.registry import View, ViewPage, acts, views

#: Those that are pages of one shape, in their order, and where each is.
_PAGES: Final = {
    "reports.sales": "/reports",
    "reports.times": "/reports/times",
    "reports.statement": "/reports/statement",
    "reports.liabilities": "/reports/liabilities",
    "books.list": "/books",
    "books.check": "/books/check",
}
#: A column of these is summed, where a sum says something.
_SUMMED: Final = frozenset({"reports.statement", "reports.liabilities", "books.list"})
_QUIET: Final = frozenset({"behind", "account", "kind", "took_ms", "fault"})
_ACT: Final = "reports.rebuild"
#: What a form shows as chosen where nothing was.
_DEFAULTS: Final = {"range": "30d", "by": "day"}


class ReportPages:
    """Their endpoints. ``counters``: the doors that orders come in by."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters

    async def page(self, ctx: RequestContext, desk: AtDesk) -> Response:
        """A report, or the books. Refuses NotFound and PermissionMissing."""
        words, name = answers.words_for(ctx), _named(ctx, desk)
        view = views()[name]
        asked = {key: value for key, value in ctx.query.items() if key not in answers.LOOKS}
        page, faults = await looked(view, desk, asked)
        columns = [one for one in columns_of(view.row, words) if one[0] not in _QUIET and _said(one[0], page)]
        by = asked.get("by") or "day"
        may_rebuild = desk.may(acts()[_ACT].permission)
        return desk_page(
            ctx, desk, "reports.html", name.partition(".")[0], 400 if faults else 200,
            title=words.of(view.title), kinds=_kinds(desk, words, name), columns=columns, faults=faults,
            filters=inputs_of(view.filter, words, _DEFAULTS | asked, faults, example_of),
            filtered=bool(asked), right=[c for c, _ in columns if c.endswith(("_sen", "_bp", "_s")) or c in _COUNTS],
            rows=[(_behind(desk, row), [self._cell(desk, words, by, c, row) for c, _ in columns]) for row in page.rows],
            totals=_totals(columns, page, words) if name in _SUMMED else [],
            following=answers.address(ctx, after=page.next) if page.next else "",
            at_top=[(f"{desk.base}/do/{_ACT}?back=reports", words.of(acts()[_ACT].title))]
            if may_rebuild and name == "reports.sales" else [],
            files=[] if faults else _files(desk, view, asked),
        )  # fmt: skip

    async def paper(self, ctx: RequestContext, desk: AtDesk) -> Response:
        """A report as PDF, in the reader's language. Refuses NotFound, PermissionMissing, InputInvalid and Busy."""
        view, wanted = _file_asked(ctx, desk)
        language = answers.words_for(ctx).language
        return await paper_answer(ctx, view, desk.within, wanted, desk.caller, language, SAFETY)

    def file(self, kind: str) -> Callable[[RequestContext, AtDesk], Awaitable[Response]]:
        """The endpoint of reports as files of this kind."""

        async def answer(ctx: RequestContext, desk: AtDesk) -> Response:
            """Refuses NotFound, PermissionMissing and InputInvalid."""
            view, wanted = _file_asked(ctx, desk)
            language = answers.words_for(ctx).language
            return download(await open_export(view, desk.within, wanted, desk.caller, kind, language), SAFETY)

        return answer

    def _cell(self, desk: AtDesk, words: DeskWords, by: str, name: str, row: Any) -> Cell:
        value: Any = getattr(row, name)
        if name == "door" or (name == "what" and by == "door"):
            return Cell(self._counters.named(value).title if value else words("none"))
        if name == "what" and by == "method":
            return Cell(method_name(desk, words, value) or words("reports.unpaid"))
        if name == "what" and by in ("day", "day_door"):
            return Cell(words.date(date.fromisoformat(value)))
        if name.endswith("_bp") and value is not None:
            return Cell(words.percent(value))
        if name.endswith("_s") and value is not None:
            return Cell(words.duration(value))
        if isinstance(value, int) and name in _COUNTS:
            return Cell(words.number(value))
        return cell(name, value, words)


_COUNTS: Final = frozenset({"orders", "paid", "quantity", "count", "fulfilled"})


def _file_asked(ctx: RequestContext, desk: AtDesk) -> tuple[View, Any]:
    """The report of an address that ends in ``/reports/<name>.<kind>``, and its filter. Refuses NotFound,
    PermissionMissing and InputInvalid."""
    view = view_named(f"reports.{ctx.path_params['report']}")
    desk.caller.require(view.permission)
    return view, read_texts(view.filter, asked_of(ctx), rupiah=True)


def _files(desk: AtDesk, view: View, asked: Mapping[str, str]) -> list[tuple[str, str]]:
    """What the report is called as a file, and where that is."""
    kinds = [*MEDIA_TYPES, *(["pdf"] if view.paper is not None and can_set() else [])]
    query = urlencode({name: value for name, value in asked.items() if value and name not in ("after", "limit")})
    at = f"{desk.base}{view_path(view)}"
    return [(kind.upper(), f"{at}.{kind}{f'?{query}' if query else ''}") for kind in kinds] if _has_files(view) else []


def _has_files(view: View) -> bool:
    return view.name.startswith("reports.") or view.name.endswith(".list")


def _named(ctx: RequestContext, desk: AtDesk) -> str:
    wanted = ctx.path.removeprefix(desk.base).rstrip("/")
    found = next((name for name, path in _PAGES.items() if path == wanted and name in views()), None)
    if found is None:
        raise NotFound("page", wanted)
    return found


def _kinds(desk: AtDesk, words: DeskWords, here: str) -> list[tuple[str, str, bool]]:
    mine: list[tuple[str, View]] = [(path, views()[name]) for name, path in _PAGES.items() if name in views()]
    kinds = [(desk.base + path, words.of(v.title), v.name == here) for path, v in mine if desk.may(v.permission)]
    faults = views()["book_faults.list"]
    return (
        [*kinds, (f"{desk.base}/book_faults", words.of(faults.title), False)] if desk.may(faults.permission) else kinds
    )


def _said(name: str, page: ViewPage) -> bool:
    """Whether any row says something there: an item has no orders of its own."""
    return not page.rows or any(getattr(row, name) not in (None, "") for row in page.rows)


def _behind(desk: AtDesk, row: msgspec.Struct) -> str:
    behind = getattr(row, "behind", "")
    return f"{desk.base}/orders?{behind}" if behind else ""


def _totals(columns: list[tuple[str, str]], page: ViewPage, words: DeskWords) -> list[Cell]:
    """Opening and closing of all accounts together are nothing: that is what double entry means."""
    found = list[Cell]()
    for name, _ in columns:
        summed = name.endswith("_sen")
        found.append(cell(name, sum(getattr(row, name) for row in page.rows), words) if summed else Cell(""))
    if found:
        found[0] = Cell(words("reports.total"))
    return found if page.rows else []
