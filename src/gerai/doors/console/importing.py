"""Bringing a file into a shop: a file to fill in, a trial with every fault by its row, and then the same file for good.

The trial keeps nothing here: whoever goes on chooses the file once more, and it must be the one that was tried.
"""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.responses import Response

from gerai.domain.refusals import InputInvalid, NotFound, PermissionMissing
from gerai.doors.console import answers
from gerai.doors.console.looking import desk_page
from gerai.doors.console.who import AtDesk
from gerai.doors.http.browser import SAFETY
from gerai.doors.http.context import RequestContext
from gerai.doors.http.download import attachment
from gerai.doors.http.uploads import UPLOADS
from gerai.engine.desk.bring_in import LARGEST_FILE_BYTES, bring_in
from gerai.engine.desk.export import MEDIA_TYPES, column_of
from gerai.engine.desk.fields import words_of
from gerai.engine.desk.importing import Import, ImportReport, imports, template
from gerai.engine.desk.registry import views
from gerai.kit.ids import token


async def import_page(ctx: RequestContext, desk: AtDesk) -> Response:
    """The form. Refuses NotFound and PermissionMissing."""
    return _page(ctx, desk, _import(ctx, desk))


async def import_sent(ctx: RequestContext, desk: AtDesk) -> Response:
    """What would come of the file, or what came of it. Refuses NotFound, PermissionMissing, BodyTooLarge, Busy."""
    one = _import(ctx, desk)
    with UPLOADS.one(merchant=str(desk.within.merchant_id)):
        fields, content = await desk.visitor.form_with_file(ctx, LARGEST_FILE_BYTES)
        trial = fields.get("do") != "import"
        how: dict[str, Any] = {"per_row": fields.get("mode") == "per_row", "reason": fields.get("reason", "")}
        if not content:
            return _page(ctx, desk, one, faults=["choose a file"], checked=fields.get("checked", ""), **how)
        try:
            report = await bring_in(
                one, desk.within, desk.caller, io.BytesIO(content), dry_run=trial, key=fields.get("once", "")[:64],
                expected="" if trial else fields.get("checked", "-"), **how,
            )  # fmt: skip
        except InputInvalid as refusal:
            texts = [
                f"{name}: {text}" if name != "file" else text for name, all in refusal.fields.items() for text in all
            ]
            return _page(ctx, desk, one, faults=texts, **how)
    fits = trial and bool(report.added or report.changed) and (how["per_row"] or not report.faulty)
    return _page(ctx, desk, one, report=report, trial=trial, checked=report.digest if fits else "", **how)


def template_file(kind: str) -> Callable[[RequestContext, AtDesk], Awaitable[Response]]:
    """The endpoint of files to fill in."""

    async def answer(ctx: RequestContext, desk: AtDesk) -> Response:
        """Refuses NotFound and PermissionMissing."""
        one = _import(ctx, desk)
        return attachment(template(one, kind), f"{one.things}.{kind}", MEDIA_TYPES[kind], SAFETY)

    return answer


def _import(ctx: RequestContext, desk: AtDesk) -> Import:
    found = imports().get(ctx.path_params["things"])
    if found is None:
        raise NotFound("import", ctx.path_params["things"])
    if not desk.may(found.permission):
        raise PermissionMissing(found.permission)
    return found


def _page(
    ctx: RequestContext, desk: AtDesk, one: Import, *, faults: list[str] | None = None,
    report: ImportReport | None = None, trial: bool = True, checked: str = "", per_row: bool = False, reason: str = "",
) -> Response:  # fmt: skip
    words, titles = answers.words_for(ctx), words_of(one.line)
    things = one.things if f"{one.things}.list" in views() else one.view.partition(".")[0]
    bad = bool(faults) or (report is not None and report.faulty > 0 and not report.applied and not checked)
    return desk_page(
        ctx, desk, "import.html", things, 400 if bad else 200,
        title=words.of(one.title), faults=faults or [], report=report,
        outcome="" if report is None else _outcome(report, trial=trial), checked=checked, per_row=per_row,
        reason=reason, reasoned=one.reasoned, once=token(), back=f"{desk.base}/{things}",
        templates=[(kind.upper(), f"{desk.base}/{one.things}/import.{kind}") for kind in MEDIA_TYPES],
        columns=[(column_of(name), words.of(text)) for name, text in titles.items()],
    )  # fmt: skip


def _outcome(report: ImportReport, *, trial: bool) -> str:
    """Which sentence says what came of it."""
    if trial:
        return "tried"
    if report.replayed:
        return "replayed"
    return "applied" if report.applied else "nothing"
