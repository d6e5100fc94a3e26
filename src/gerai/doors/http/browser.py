"""What every door for browsers does alike: strict headers, and forms that only our own pages may send."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qs

from starlette.responses import Response

from gerai.domain.refusals import BodyUnreadable, PermissionMissing
from gerai.doors.http.context import RequestContext
from gerai.doors.http.language import LANGUAGE_COOKIE, Language

#: On every answer of the pages. The referrer stays within the site: with none at all, browsers would also hide the
#: origin of our own forms, which :func:`from_our_own_page` looks at.
SAFETY: Final = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex",
}
#: Of a page with what a seller wrote: its pictures are where they have them.
THEIR_PICTURES: Final = {
    "content-security-policy": SAFETY["content-security-policy"].replace("img-src 'self'", "img-src 'self' https:")
}
_YEAR_S: Final = 365 * 24 * 3600
PRIVATE: Final = {"cache-control": "no-store"}


def from_our_own_page(ctx: RequestContext) -> bool:
    """Whether a form was sent from a page of ours. Browsers send one of these headers; a client without is none."""
    site = ctx.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = ctx.headers.get("origin")
    return origin is None or origin == ctx.base_url or origin.partition("://")[2] == ctx.headers.get("host", "")


async def form_lists(ctx: RequestContext, most_fields: int) -> dict[str, list[str]]:
    """The fields of a posted form with all their values, empty ones too. BodyTooLarge, BodyUnreadable.

    PermissionMissing when another site sent it.
    """
    if not from_our_own_page(ctx):
        raise PermissionMissing("same_origin")
    try:
        text = (await ctx.body()).decode("utf-8-sig")
        return parse_qs(text, keep_blank_values=True, max_num_fields=most_fields)
    except ValueError:
        raise BodyUnreadable("form") from None


def page(ctx: RequestContext, html: str, language: Language, status: int = 200) -> Response:
    """An HTML answer. A language chosen by the switch is remembered for a year."""
    response = Response(html, status, SAFETY | PRIVATE, media_type="text/html")
    response.headers["content-language"] = language
    # One address in two languages: a cache between must keep them apart.
    response.headers["vary"] = "Accept-Language, Cookie"
    if ctx.base_url.startswith("https://"):
        response.headers["strict-transport-security"] = f"max-age={_YEAR_S}"
    if ctx.query.get("lang") == language:
        remember(ctx, response, LANGUAGE_COOKIE, language)
    return response


def remember(ctx: RequestContext, response: Response, name: str, value: str) -> None:
    """Have the browser keep a choice of its reader for a year."""
    secure = ctx.base_url.startswith("https://")
    response.set_cookie(name, value, max_age=_YEAR_S, secure=secure, httponly=True, samesite="lax")
