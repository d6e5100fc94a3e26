"""Responses of the console: pages with strict headers, redirects after an act, refusals in the same look."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from gerai.domain.refusals import (
    RateLimited,
    Refusal,
)
from gerai.doors.console.draw import draw
from gerai.doors.console.words import DeskWords
from gerai.doors.http import browser
from gerai.doors.http.browser import PRIVATE, SAFETY
from gerai.doors.http.context import RequestContext
from gerai.doors.http.errors import status_on_a_page
from gerai.doors.http.language import DEFAULT_LANGUAGE, language_for


def words_for(ctx: RequestContext) -> DeskWords:
    """The language of this request."""
    return DeskWords(language_for(ctx))


def page(ctx: RequestContext, template: str, status: int = 200, **facts: Any) -> Response:
    """A page of this template."""
    words = words_for(ctx)
    return browser.page(ctx, draw(template, words, path=ctx.path, **facts), words.language, status)


def see(address: str) -> Response:
    """After a form: look at this address (303), so that reloading does not send the form again."""
    return Response(None, 303, SAFETY | PRIVATE | {"location": address})


def refuse(refusal: Refusal, request_id: str) -> Response:
    """A refusal as a page, in the default language: of the request nothing is known here."""
    status = status_on_a_page(refusal)
    html = draw("error.html", DeskWords(DEFAULT_LANGUAGE), path="/console", code=status, request_id=request_id)
    headers = (
        SAFETY | PRIVATE | ({"retry-after": str(refusal.retry_after_s)} if isinstance(refusal, RateLimited) else {})
    )
    return Response(html, status, headers, media_type="text/html")
