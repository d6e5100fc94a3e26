"""Lists as files: the same filter, all rows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.responses import Response

from gerai.domain.refusals import InputInvalid
from gerai.doors.console import answers
from gerai.doors.console.looking import asked_of, view_named
from gerai.doors.console.picks import found_in
from gerai.doors.console.who import AtDesk
from gerai.doors.http.browser import SAFETY
from gerai.doors.http.context import RequestContext
from gerai.doors.http.download import download
from gerai.engine.desk.export import open_export
from gerai.engine.desk.importing import is_brought_back
from gerai.engine.desk.read import read_form


def list_file(kind: str) -> Callable[[RequestContext, AtDesk], Awaitable[Response]]:
    """The endpoint of files of this kind."""

    async def answer(ctx: RequestContext, desk: AtDesk) -> Response:
        """Refuses NotFound, PermissionMissing and InputInvalid."""
        view = view_named(f"{ctx.path_params['things']}.list")
        desk.caller.require(view.permission)
        found, unknown = await found_in(desk, view.filter, asked_of(ctx))
        if unknown:
            raise InputInvalid(unknown)
        wanted = read_form(view.filter, found)
        # What is brought back names its columns as the fields are called.
        language = "" if is_brought_back(view) else answers.words_for(ctx).language
        return download(await open_export(view, desk.within, wanted, desk.caller, kind, language), SAFETY)

    return answer
