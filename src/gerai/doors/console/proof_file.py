"""What a payer sent to show that they transferred, as it came. A stranger made it: a browser may show it and do nothing
else with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgspec
from starlette.responses import Response

from gerai.domain.refusals import NotFound
from gerai.doors.console.who import AtDesk
from gerai.doors.http.browser import PRIVATE, SAFETY
from gerai.doors.http.context import RequestContext
from gerai.engine.desk.fields import ById
from gerai.engine.desk.registry import look, views
from gerai.engine.proofs import content_of

_VIEW: Final = "proofs.show"
_ENDINGS: Final = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}
_LARGEST_ID: Final = 18


@dataclass(frozen=True)
class ProofFile:
    """Where a file is; ``is_picture``: a page can show it."""

    url: str
    is_picture: bool


def file_of(desk: AtDesk, things: str, row: msgspec.Struct) -> ProofFile | None:
    """The file of a row that is a proof; None: it is none."""
    if things != _VIEW.partition(".")[0]:
        return None
    kind, number = str(getattr(row, "file", "")), getattr(row, "id", 0)
    return ProofFile(f"{desk.base}/{things}/{number}/file", kind.startswith("image/"))


async def proof_file(ctx: RequestContext, desk: AtDesk) -> Response:
    """The file, for whoever may see the proof. Refuses NotFound and PermissionMissing."""
    number, view = ctx.path_params["id"], views()[_VIEW]
    if not (number.isascii() and number.isdigit() and 0 < len(number) <= _LARGEST_ID and int(number)):
        raise NotFound("proof", number)
    page = await look(view, desk.within, ById(id=int(number)), desk.caller)
    if not page.rows:
        raise NotFound("proof", number)
    kind = str(getattr(page.rows[0], "file", ""))
    ending = _ENDINGS.get(kind)
    # Only pictures are shown by the browser itself; a document may hold a program.
    shown = "inline" if ending in ("jpg", "png") else "attachment"
    headers = SAFETY | PRIVATE | {
        "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
        "content-disposition": f'{shown}; filename="bukti-{number}.{ending or "bin"}"',
    }  # fmt: skip
    content = await content_of(desk.within.engine, desk.within.merchant_id, int(number))
    return Response(content, 200, headers, media_type=kind if ending else "application/octet-stream")
