"""Responses to browsers: pages with strict headers, redirects after an act, and refusals in the same look."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, urlencode

from starlette.responses import Response

from gerai.domain.refusals import (
    Broken,
    Kind,
    RateLimited,
    Refusal,
)
from gerai.doors.http import browser
from gerai.doors.http.browser import PRIVATE, SAFETY
from gerai.doors.http.context import RequestContext
from gerai.doors.http.errors import status_on_a_page
from gerai.doors.http.field_values import visible
from gerai.doors.http.language import DEFAULT_LANGUAGE, language_for
from gerai.doors.pay import draw
from gerai.doors.pay.address import Address
from gerai.doors.pay.words import Words

#: What may have passed when the same is asked for again.
_PASSING: Final = frozenset({408, 409, 429, 500, 503})


def words_for(ctx: RequestContext) -> Words:
    """The language of this request: switch on the page, cookie, browser."""
    return Words(language_for(ctx))


def page(ctx: RequestContext, html: str, words: Words, status: int = 200) -> Response:
    """An HTML answer in these words."""
    return browser.page(ctx, html, words.language, status)


def see(address: Address, notice: str = "") -> Response:
    """After an act: look at the page again (303), perhaps with a notice to show once."""
    # 303: reloading what follows must not post the form again.
    target = address.at(notice=notice) if notice else address.at()
    return Response(None, 303, SAFETY | PRIVATE | {"location": target})


def not_found(ctx: RequestContext) -> Response:
    """The 404 page. Returned, not raised: a refusal would be logged with its path, and paths here hold secrets."""
    words = words_for(ctx)
    return page(ctx, draw.error_page(words, Address(("",)), 404), words, 404)


def missing(ctx: RequestContext) -> Response:
    """The answer to an address that opens nothing. One that was copied with a slash or blanks at its end is redirected
    to the address without them; any other is the 404 page."""
    path, query = tidy(ctx.path), {key: tidy(value) for key, value in ctx.query.items()}
    if ctx.method not in ("GET", "HEAD") or (path, query) == (ctx.path, dict(ctx.query)):
        return not_found(ctx)
    # Quoted whole: a backslash in what browsers take for a path would lead to another host.
    target = "/" + quote(path.lstrip("/"), safe="/") + (f"?{urlencode(query)}" if query else "")
    return Response(None, 303, SAFETY | PRIVATE | {"location": target})


def tidy(address: str) -> str:
    """A path or parameter without the blanks, invisible marks and slashes at its end."""
    while (shorter := visible(address).rstrip("/")) != address:
        address = shorter
    return address


def problem(ctx: RequestContext, refusal: Refusal) -> Response:
    """A refusal as a page in the reader's language."""
    words, status = words_for(ctx), status_on_a_page(refusal)
    request_id = ctx.request_id if status >= 500 else ""
    posted = ctx.method not in ("GET", "HEAD")
    address = _asked_for(ctx, posted=posted)
    way = draw.WayOn("error.back", address.at()) if posted else _again(status, address.at())
    response = page(ctx, draw.error_page(words, address, status, request_id, way), words, status)
    response.headers.update(_retry(refusal))
    return response


def refuse(refusal: Refusal, request_id: str) -> Response:
    """A refusal without its request, from the shared layer: in the default language."""
    words, status = Words(DEFAULT_LANGUAGE), status_on_a_page(refusal)
    shown_id = request_id if isinstance(refusal, Broken) else ""
    # Nothing is known of the request here, but its browser does know the address; that of a form leads to its page.
    html = draw.error_page(words, Address(("",)), status, shown_id, _again(status, ""))
    headers = SAFETY | PRIVATE | {"content-language": words.language} | _retry(refusal)
    return Response(html, status, headers, media_type="text/html")


def _again(status: int, url: str) -> draw.WayOn:
    """To ``url`` once more where that may help; else the front page."""
    return draw.WayOn("error.again", url) if status in _PASSING else draw.HOME


def _asked_for(ctx: RequestContext, *, posted: bool) -> Address:
    """The address of a request; of a form that was ``posted``, its page, which is one step up."""
    segments = ctx.path.strip("/").split("/")
    return Address(tuple(segments[:-1] if posted else segments) or ("",), ctx.query.get("t", ""))


def _retry(refusal: Refusal) -> dict[str, str]:
    if isinstance(refusal, RateLimited):
        return {"retry-after": str(refusal.retry_after_s)}
    return {"retry-after": "2"} if refusal.kind is Kind.UNAVAILABLE else {}
