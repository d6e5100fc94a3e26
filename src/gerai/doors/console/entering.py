"""The way in: signing in, joining a shop by a link, and out again."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import Response

from gerai.domain.refusals import InputInvalid, NotAuthenticated, NotFound
from gerai.doors.console import answers
from gerai.doors.console.guesses import guess
from gerai.doors.console.who import Visitor, forget, last_of, remember, visitor_of
from gerai.doors.http.browser import form_lists
from gerai.doors.http.context import RequestContext
from gerai.engine.desk.house import House
from gerai.engine.people.join import accept, invitation
from gerai.engine.people.sign_in import login_of, sign_in, sign_out

#: Wrong guesses in a minute: from one address, and for one login from one address. Whoever guesses from elsewhere locks
#: nobody out: there is no limit on a login alone.
_OF_ADDRESS: Final = 20
_OF_LOGIN: Final = 5
_FIELDS: Final = 10


async def sign_in_page(ctx: RequestContext, house: House) -> Response:
    """The form."""
    if await visitor_of(ctx, house) is not None:
        return answers.see(_next(ctx))
    return answers.page(ctx, "sign_in.html", next=_next(ctx), login="", fault="")


async def sign_in_sent(ctx: RequestContext, house: House) -> Response:
    """In, and on to where they wanted; or the form again with what is wrong. Refuses RateLimited."""
    form = await form_lists(ctx, _FIELDS)
    login = last_of(form, "login")
    limits = {f"sign-in:{login_of(login)[:100]}": _OF_LOGIN, "sign-in": _OF_ADDRESS}
    try:
        with guess(ctx, limits) as was_right:
            token = await sign_in(
                house.engine, house.sealer, login, last_of(form, "password"), last_of(form, "code"),
                address=ctx.client_address, agent=ctx.headers.get("user-agent", ""),
            )  # fmt: skip
            was_right()
    except NotAuthenticated as refusal:
        fault = "sign_in.code_wrong" if refusal.reason == "code" else "sign_in.wrong"
        return answers.page(ctx, "sign_in.html", 403, next=_next(ctx), login=login, fault=fault)
    response = answers.see(_next(ctx))
    remember(ctx, response, token)
    return response


async def sign_out_sent(ctx: RequestContext, house: House, visitor: Visitor) -> Response:
    """Out."""
    await visitor.form(ctx)
    await sign_out(house.engine, visitor.who)
    response = answers.see("/console/sign-in")
    forget(ctx, response)
    return response


async def join_page(ctx: RequestContext, house: House) -> Response:
    """What the link invites to, and the form."""
    return await _join(ctx, house, {}, {})


async def join_sent(ctx: RequestContext, house: House) -> Response:
    """Joined, and on to the way in; or the form again with what is wrong. Refuses RateLimited."""
    form = await form_lists(ctx, _FIELDS)
    given = {name: last_of(form, name) for name in ("login", "name", "password")}
    try:
        with guess(ctx, {"join": _OF_ADDRESS}) as was_right:
            await accept(house.engine, ctx.path_params["secret"], given["login"], given["name"], given["password"])
            was_right()
    except InputInvalid as refusal:
        return await _join(ctx, house, given, refusal.fields)
    except NotFound:
        return await _join(ctx, house, {}, {})
    return answers.see("/console/sign-in")


async def _join(ctx: RequestContext, house: House, given: dict[str, str], faults: dict[str, list[str]]) -> Response:
    facts: dict[str, Any] = {"given": given, "faults": faults, "shop": "", "role": ""}
    try:
        found = await invitation(house.engine, ctx.path_params["secret"])
    except NotFound:
        return answers.page(ctx, "join.html", 404, **facts)
    facts |= {"shop": house.engine.directory.merchant(found.merchant_id).name, "role": found.role}
    return answers.page(ctx, "join.html", 400 if faults else 200, **facts)


def _next(ctx: RequestContext) -> str:
    """Where somebody wanted to go: a page of the console, and nowhere else."""
    wanted = ctx.query.get("next", "")
    inside = wanted.startswith("/console/") and not wanted.startswith("/console/sign")
    return wanted if inside and "\\" not in wanted and wanted.isprintable() else "/console"
