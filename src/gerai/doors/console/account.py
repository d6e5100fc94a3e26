"""A person's own account: password, one-time codes, and where they are signed in."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import Response

from gerai.domain.refusals import InputInvalid, NotAuthenticated
from gerai.doors.console import answers
from gerai.doors.console.guesses import guess, proofs_of
from gerai.doors.console.who import Visitor, last_of
from gerai.doors.http.context import RequestContext
from gerai.engine.desk.house import House
from gerai.engine.people import codes
from gerai.engine.people.sign_in import (
    change_password,
    drop_codes,
    end_session,
    prove,
    sessions_of,
    use_codes,
)

#: What the page shows where nothing was sent to it.
_NOTHING: Final[dict[str, Any]] = {"faults": {}, "backups": [], "saved": False}


async def account_page(ctx: RequestContext, house: House, visitor: Visitor) -> Response:
    """All of it."""
    return await _page(ctx, house, visitor, saved=ctx.query.get("saved", "") == "1")


async def password_sent(ctx: RequestContext, house: House, visitor: Visitor) -> Response:
    """Another password, or what is wrong with it."""
    form = await visitor.form(ctx)
    try:
        with guess(ctx, proofs_of(visitor.who)) as was_right:
            await change_password(house.engine, visitor.who, last_of(form, "old"), last_of(form, "new"))
            was_right()
    except InputInvalid as refusal:
        return await _page(ctx, house, visitor, 400, faults=refusal.fields)
    return answers.see("/console/account?saved=1")


async def codes_sent(ctx: RequestContext, house: House, visitor: Visitor) -> Response:
    """One-time codes from now on: the backup codes, shown this once."""
    form = await visitor.form(ctx)
    secret = last_of(form, "secret")
    if len(secret) != 40 or any(figure not in "0123456789abcdef" for figure in secret):
        secret = codes.new_secret()
    try:
        backups = await use_codes(house.engine, house.sealer, visitor.who, secret, last_of(form, "code"))
    except InputInvalid as refusal:
        return await _page(ctx, house, visitor, 400, faults=refusal.fields, secret=secret)
    return await _page(ctx, house, visitor, backups=backups)


async def codes_off_sent(ctx: RequestContext, house: House, visitor: Visitor) -> Response:
    """No codes any more; whoever wants that gives one once more."""
    form = await visitor.form(ctx)
    try:
        with guess(ctx, proofs_of(visitor.who)) as was_right:
            await prove(house.engine, house.sealer, visitor.who, visitor.token, "", last_of(form, "code"))
            was_right()
    except NotAuthenticated:
        return await _page(ctx, house, visitor, 403, faults={"code": ["is not what the app shows now"]})
    await drop_codes(house.engine, visitor.who.person.person_id)
    return answers.see("/console/account?saved=1")


async def session_sent(ctx: RequestContext, house: House, visitor: Visitor) -> Response:
    """Sign out at another browser. Refuses NotFound."""
    form = await visitor.form(ctx)
    named = last_of(form, "session")
    await end_session(house.engine, visitor.who, int(named) if named.isascii() and named.isdigit() else 0)
    return answers.see("/console/account?saved=1")


async def _page(ctx: RequestContext, house: House, visitor: Visitor, status: int = 200, **facts: Any) -> Response:
    person = visitor.who.person
    secret: str = facts.pop("secret", "") or codes.new_secret()
    facts = {**_NOTHING, **facts}
    return answers.page(
        ctx, "account.html", status, visitor=visitor, person=person, secret=secret,
        address=codes.address_of(secret, person.login), sessions=await sessions_of(house.engine, visitor.who), **facts,
    )  # fmt: skip
