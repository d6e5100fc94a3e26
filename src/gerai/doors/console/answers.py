"""Responses of the console: pages with strict headers, redirects after an act, refusals in the same look."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import Response

from gerai.domain.refusals import (
    BodyIncomplete,
    BodyTooLarge,
    EncodingUnsupported,
    HostUnknown,
    Kind,
    MethodNotAllowed,
    RateLimited,
    Refusal,
)
from gerai.doors.console.draw import draw
from gerai.doors.console.words import DeskWords
from gerai.doors.http.browser import PRIVATE, SAFETY
from gerai.doors.http.context import RequestContext
from gerai.doors.http.language import DEFAULT_LANGUAGE, LANGUAGE_COOKIE, language_for

_YEAR_S: Final = 365 * 24 * 3600
_STATUS: Final = {
    Kind.NOT_AUTHENTICATED: 403,
    Kind.NOT_ALLOWED: 403,
    Kind.NOT_FOUND: 404,
    Kind.INVALID: 400,
    Kind.CONFLICT: 409,
    Kind.FUNDS: 409,
    Kind.TOO_MANY: 429,
    Kind.UNAVAILABLE: 503,
    Kind.INTERNAL: 500,
}
_OWN: Final[dict[type[Refusal], int]] = {
    MethodNotAllowed: 405, BodyIncomplete: 408, BodyTooLarge: 413, EncodingUnsupported: 415, HostUnknown: 421,
}  # fmt: skip


def words_for(ctx: RequestContext) -> DeskWords:
    """The language of this request."""
    return DeskWords(language_for(ctx))


def page(ctx: RequestContext, template: str, status: int = 200, **facts: Any) -> Response:
    """A page. A language chosen by the switch is remembered for a year."""
    words = words_for(ctx)
    html = draw(template, words, path=ctx.path, **facts)
    response = Response(html, status, SAFETY | PRIVATE, media_type="text/html")
    response.headers["content-language"] = words.language
    secure = ctx.base_url.startswith("https://")
    if secure:
        response.headers["strict-transport-security"] = f"max-age={_YEAR_S}"
    if ctx.query.get("lang") == words.language:
        response.set_cookie(
            LANGUAGE_COOKIE, words.language, max_age=_YEAR_S, secure=secure, httponly=True, samesite="lax"
        )
    return response


def see(address: str) -> Response:
    """After a form: look at this address (303), so that reloading does not send the form again."""
    return Response(None, 303, SAFETY | PRIVATE | {"location": address})


def refuse(refusal: Refusal, request_id: str) -> Response:
    """A refusal as a page, in the default language: of the request nothing is known here."""
    status = status_of(refusal)
    html = draw("error.html", DeskWords(DEFAULT_LANGUAGE), path="/console", code=status, request_id=request_id)
    headers = (
        SAFETY | PRIVATE | ({"retry-after": str(refusal.retry_after_s)} if isinstance(refusal, RateLimited) else {})
    )
    return Response(html, status, headers, media_type="text/html")


def status_of(refusal: Refusal) -> int:
    """The HTTP status of a refusal on a page."""
    return _OWN.get(type(refusal), _STATUS[refusal.kind])
