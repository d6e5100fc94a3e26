"""What an order's buyer was handed without a parcel: the codes and files of their page, and the files themselves."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

import structlog
from starlette.responses import Response, StreamingResponse

from gerai.doors.http.browser import PRIVATE, SAFETY
from gerai.doors.http.context import RequestContext
from gerai.doors.pay import answers
from gerai.doors.pay.goods import CodeToUse, Download, Handed
from gerai.doors.pay.links import web_address
from gerai.doors.pay.names import shown
from gerai.doors.pay.resolve import ResolvedOrder
from gerai.engine.digital.bought import Bought, BoughtFile, bought, fetch, is_handed_over, pieces
from gerai.kit.secret_box import SecretBox, SecretBoxError

log = structlog.get_logger("gerai.pages")
_LONGEST_ID: Final = 18
#: A file is whatever its seller likes: a browser keeps it and does nothing else with it.
_KEPT: Final = {"content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'"}


async def handed(ctx: RequestContext, opened: ResolvedOrder) -> Handed:
    """What the page of the order shows of it: nothing where its address can be guessed, or where its buyer may not have
    it now."""
    if opened.private or not is_handed_over(opened.view):
        return Handed()
    found = await bought(ctx.services.engine, opened.view)
    waiting = found.delivery is not None and found.delivery.status == "waiting"
    files = tuple(_download(opened, file) for file in found.files)
    try:
        return Handed("", files, _codes(ctx, found), waiting=waiting)
    except SecretBoxError as error:
        # The rest of the page is worth having.
        log.error("page.codes_unreadable", order_id=opened.view.order.order_id, error=str(error))
        return Handed("", files, waiting=True)


def _codes(ctx: RequestContext, found: Bought) -> tuple[CodeToUse, ...]:
    box = SecretBox(ctx.services.settings.webhooks.seal_key)
    return tuple(CodeToUse(shown(name), box.open(code.sealed)) for name, code in found.codes)


def _download(opened: ResolvedOrder, file: BoughtFile) -> Download:
    """One that was fetched as often as it may has no address."""
    url = opened.address.at(f"files/{file.file.file_id}") if file.left != 0 else ""
    return Download(shown(file.file.name), url, file.left)


async def file(ctx: RequestContext, opened: ResolvedOrder) -> Response:
    """The file itself, or on to where it is; either is counted. Not found: there is none, the order's buyer may not
    have it, or fetched it as often as they may."""
    named = ctx.path_params["file"]
    if opened.private or not (named.isascii() and named.isdigit() and len(named) <= _LONGEST_ID):
        return answers.not_found(ctx)
    found = await fetch(ctx.services.engine, opened.view, int(named))
    if found is None:
        return answers.not_found(ctx)
    if found.url:
        return Response(None, 303, SAFETY | PRIVATE | {"location": web_address(found.url)})
    headers = SAFETY | PRIVATE | _KEPT | {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(found.name, safe='')}",
        "content-length": str(found.size_bytes),
    }  # fmt: skip
    return StreamingResponse(pieces(ctx.services.engine, found), 200, headers, media_type=found.kind)
