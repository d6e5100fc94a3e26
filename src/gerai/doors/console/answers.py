"""Responses of the console: pages with strict headers, redirects after an act, refusals in the same look."""

from __future__ import annotations

from functools import partial
from typing import Any, Final
from urllib.parse import quote, urlencode

from starlette.responses import Response

from gerai.domain.refusals import (
    RateLimited,
    Refusal,
)
from gerai.doors.console.draw import draw
from gerai.doors.console.theme import THEMES, remember_theme, theme_of
from gerai.doors.console.words import DeskWords
from gerai.doors.http import browser
from gerai.doors.http.browser import PRIVATE, SAFETY
from gerai.doors.http.context import RequestContext
from gerai.doors.http.errors import status_on_a_page
from gerai.doors.http.language import DEFAULT_LANGUAGE, language_for

#: Of an address: how a page looks, and what was just done. Neither says what is on it.
LOOKS: Final = frozenset({"lang", "theme", "done", "again"})
#: What an address is made of; anything else in one is quoted.
_OF_ADDRESS: Final = "%/?#[]@:!$&'()*+,;=~"


def words_for(ctx: RequestContext) -> DeskWords:
    """The language of this request."""
    return DeskWords(language_for(ctx))


def page(ctx: RequestContext, template: str, status: int = 200, **facts: Any) -> Response:
    """A page of this template."""
    words = words_for(ctx)
    around = {"theme": theme_of(ctx), "themes": THEMES, "at": partial(address, ctx)}
    html = draw(template, words, path=ctx.path, **around, **facts)
    response = browser.page(ctx, html, words.language, status)
    remember_theme(ctx, response)
    return response


def address(ctx: RequestContext, **changes: str) -> str:
    """The address of this page with ``changes`` in its query; an empty one is left out."""
    asked = {name: value for name, value in ctx.query.items() if name not in LOOKS} | changes
    asked = {name: value for name, value in asked.items() if value}
    return f"{ctx.path}?{urlencode(asked)}" if asked else ctx.path


def _at_the_start(**looks: str) -> str:
    return f"/console?{urlencode(looks)}"


def see(address: str) -> Response:
    """After a form: look at this address (303), so that reloading does not send the form again. What is quoted already
    stays so; other letters than a header holds are."""
    return Response(None, 303, SAFETY | PRIVATE | {"location": quote(address, safe=_OF_ADDRESS)})


def refuse(refusal: Refusal, request_id: str) -> Response:
    """A refusal as a page, in the default language: of the request nothing is known here."""
    status = status_on_a_page(refusal)
    html = draw(
        "error.html", DeskWords(DEFAULT_LANGUAGE), path="/console", theme="system", themes=THEMES,
        at=_at_the_start, code=status, request_id=request_id,
    )  # fmt: skip
    headers = (
        SAFETY | PRIVATE | ({"retry-after": str(refusal.retry_after_s)} if isinstance(refusal, RateLimited) else {})
    )
    return Response(html, status, headers, media_type="text/html")
