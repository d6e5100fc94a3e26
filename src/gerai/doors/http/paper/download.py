"""What a view of the desk has on paper, as an answer."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from starlette.responses import Response

from gerai.domain.refusals import NotFound
from gerai.doors.http.context import RequestContext
from gerai.doors.http.download import attachment
from gerai.doors.http.language import Language
from gerai.doors.http.paper.sheet import PDF_TYPE, sheet_name, sheet_pdf
from gerai.doors.http.paper.typesetter import can_set
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import DeskCaller, View, look


async def paper_answer(
    ctx: RequestContext,
    view: View,
    within: Within,
    wanted: msgspec.Struct,
    caller: DeskCaller,
    language: Language,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The PDF to keep. Refuses NotFound (the view has no paper, or no PDF can be made here), Busy, and as
    :func:`look`."""
    caller.require(view.permission)
    if view.paper is None or not can_set():
        raise NotFound("paper", view.name)
    sheet = view.paper(within, wanted, await look(view, within, wanted, caller))
    pdf = await sheet_pdf(sheet, within, language, ctx.services.settings.pages.documents_waiting)
    kept = {"content-language": language, "cache-control": "no-store"}
    return attachment(pdf, sheet_name(sheet, within), PDF_TYPE, {**(headers or {}), **kept})
