"""A refusal within a shop: what is wrong, with the menu around it, and where to go from here."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from gerai.doors.console import answers
from gerai.doors.console.looking import desk_page
from gerai.doors.console.who import AtDesk
from gerai.doors.http.context import RequestContext
from gerai.engine.desk.registry import views

_OTHER: Final = {"production": "sandbox", "sandbox": "production"}


def wrong_page(ctx: RequestContext, desk: AtDesk, status: int) -> Response:
    """The page of a refusal with this status. What is not there may be in the other environment: a link is followed
    from a message long after somebody switched."""
    words, path = answers.words_for(ctx), ctx.path.removeprefix(desk.base)
    things = path.strip("/").partition("/")[0]
    view = views().get(f"{things}.list")
    places = [(desk.base, words("home"))]
    if view is not None and desk.may(view.permission) and path != f"/{things}":
        places.insert(0, (f"{desk.base}/{things}", words.of(view.title)))
    if status == 404 and ctx.method == "GET":
        other = _OTHER[desk.within.environment]
        there = words("error.elsewhere", environment=words(f"environment.{other}"))
        places.append((f"/console/{desk.merchant.code}/{other}{path}", there))
    return desk_page(
        ctx, desk, "wrong.html", things if view is not None else "", status,
        title=words(f"error.{status}", request_id=ctx.request_id), places=places, told="",
    )  # fmt: skip
