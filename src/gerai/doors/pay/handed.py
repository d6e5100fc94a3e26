"""What an order's buyer was handed without a parcel: the codes and files of their page, and the files themselves."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

import structlog
from starlette.responses import Response, StreamingResponse

from gerai.domain.records import VariantFile
from gerai.doors.http.browser import PRIVATE, SAFETY
from gerai.doors.http.context import RequestContext
from gerai.doors.pay import answers
from gerai.doors.pay.fetching import is_only_looked_at, is_there_already, part_of, tag_of
from gerai.doors.pay.goods import CodeToUse, Download, Handed
from gerai.doors.pay.links import web_address
from gerai.doors.pay.names import shown
from gerai.doors.pay.resolve import ResolvedOrder
from gerai.engine.digital.bought import Bought, BoughtFile, bought, fetch, file_of, is_handed_over, pieces
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
    """The file itself, or on to where it is; either is counted when it is sent, and no other answer is. The rest of one
    whose beginning was sent within the hour is not counted again. An order of the sandbox gets a text instead. Not
    found: there is none, the order's buyer may not have it, or fetched it as often as they may."""
    named = ctx.path_params["file"]
    if opened.private or not (named.isascii() and named.isdigit() and len(named) <= _LONGEST_ID):
        return answers.not_found(ctx)
    file_id = int(named)
    return await _uncounted(ctx, opened, file_id) or await _fetched(ctx, opened, file_id) or answers.not_found(ctx)


async def _uncounted(ctx: RequestContext, opened: ResolvedOrder, file_id: int) -> Response | None:
    """What is sent without counting a download; None: the file itself is wanted."""
    engine, view = ctx.services.engine, opened.view
    if ctx.headers.get("range") is not None:
        rest = await file_of(engine, view, file_id, begun=True)
        part = None if rest is None or rest.url or _is_play(opened) else part_of(ctx, rest)
        # From its first byte it is fetched anew.
        if rest is not None and part is not None and part[0] > 0 and ctx.method == "GET":
            return _part(ctx, opened, rest, *part)
    there = await file_of(engine, view, file_id)
    if there is None:
        return None if ctx.method == "GET" else answers.not_found(ctx)
    if is_only_looked_at(ctx):
        return Response(None, 204, SAFETY | PRIVATE) if ctx.method == "GET" else _head(opened, there)
    if not there.url and is_there_already(ctx, there):
        return Response(None, 304, SAFETY | PRIVATE | {"etag": tag_of(there)})
    return None


async def _fetched(ctx: RequestContext, opened: ResolvedOrder, file_id: int) -> Response | None:
    """The file, counted; None: it may not be fetched."""
    engine = ctx.services.engine
    found = await fetch(engine, opened.view, file_id)
    if found is None:
        return None
    if _is_play(opened):
        return Response(_sample_text(found), 200, _headers(opened, found))
    if found.url:
        return Response(None, 303, SAFETY | PRIVATE | {"location": web_address(found.url)})
    if (part := part_of(ctx, found)) is not None:
        return _part(ctx, opened, found, *part)
    return StreamingResponse(pieces(engine, found), 200, _headers(opened, found))


def _head(opened: ResolvedOrder, file: VariantFile) -> Response:
    return Response(None, 200, _headers(opened, file))


def _is_play(opened: ResolvedOrder) -> bool:
    """Files are of both environments, and the money of the sandbox is nobody's."""
    return opened.view.order.environment == "sandbox"


def _sample_text(file: VariantFile) -> bytes:
    return (
        f"Contoh berkas: {file.name}\nPesanan sandbox tidak mendapat berkas yang sebenarnya.\n\n"
        f"Sample of a file: {file.name}\nAn order of the sandbox does not get the file itself.\n"
    ).encode()


def _headers(opened: ResolvedOrder, file: VariantFile) -> dict[str, str]:
    """Of the whole file, or of what stands for it."""
    play = _is_play(opened)
    name, kind = (f"contoh {file.name}.txt", "text/plain; charset=utf-8") if play else (file.name, file.kind)
    kept = SAFETY | PRIVATE | _KEPT
    if file.url and not play:
        # Where it is, is told to whoever fetches it.
        return kept
    size = len(_sample_text(file)) if play else file.size_bytes
    own = {} if play else {"etag": tag_of(file), "accept-ranges": "bytes"}
    disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return kept | own | {"content-disposition": disposition, "content-type": kind, "content-length": str(size)}


def _part(ctx: RequestContext, opened: ResolvedOrder, file: VariantFile, begin: int, end: int) -> Response:
    range_ = {"content-range": f"bytes {begin}-{end - 1}/{file.size_bytes}", "content-length": str(end - begin)}
    content = pieces(ctx.services.engine, file, begin, end)
    return StreamingResponse(content, 206, _headers(opened, file) | range_)
