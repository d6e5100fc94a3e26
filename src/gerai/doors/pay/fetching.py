"""What somebody who asks for a bought file wants of it: to look, its rest, or all of it."""

from __future__ import annotations

import re
from typing import Final

from gerai.domain.records import VariantFile
from gerai.doors.http.context import RequestContext

_RANGE: Final = re.compile(r"bytes=(?:([0-9]{1,18})-([0-9]{0,18})|-([0-9]{1,18}))", re.ASCII)
#: What chats and networks name themselves that open an address to draw a card of it; no buyer reads what they get.
_PREVIEWS: Final = re.compile(
    r"facebookexternalhit|facebot|^whatsapp/|telegrambot|twitterbot|slackbot|discordbot|linkedinbot|skypeuripreview|"
    r"pinterestbot|line-poker|googlebot|bingbot|applebot",
    re.IGNORECASE,
)
_AHEAD: Final = ("prefetch", "preview")


def tag_of(file: VariantFile) -> str:
    """Its ``ETag``."""
    return f'"{file.digest.hex()}"'


def is_only_looked_at(ctx: RequestContext) -> bool:
    """Whether nobody would keep what is sent: the request asks for headers alone, or a browser or chat draws a card of
    the address, or fetches it before anybody pressed it."""
    purposes = (ctx.headers.get(name) or "" for name in ("sec-purpose", "purpose", "x-purpose", "x-moz"))
    if ctx.method == "HEAD" or any(word in said.lower() for said in purposes for word in _AHEAD):
        return True
    return _PREVIEWS.search(ctx.headers.get("user-agent") or "") is not None


def is_there_already(ctx: RequestContext, file: VariantFile) -> bool:
    """Whether whoever asks has this very file (``If-None-Match``)."""
    said = ctx.headers.get("if-none-match")
    known = [] if said is None else [one.strip().removeprefix("W/") for one in said.split(",")]
    return "*" in known or tag_of(file) in known


def part_of(ctx: RequestContext, file: VariantFile) -> tuple[int, int] | None:
    """The one part that is asked for, from a byte to before another; None: all of it, or what is no part of it. Of
    another file than is meant (``If-Range``) all is wanted."""
    meant = ctx.headers.get("if-range")
    asked = _RANGE.fullmatch((ctx.headers.get("range") or "").replace(" ", ""))
    if asked is None or meant not in (None, tag_of(file)):
        return None
    first, last, of_end = asked.groups()
    begin = max(0, file.size_bytes - int(of_end)) if of_end else int(first)
    end = min(file.size_bytes, int(last) + 1) if last else file.size_bytes
    return (begin, end) if begin < end else None
