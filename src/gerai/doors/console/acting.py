"""Doing an act: its form, what was wrong with it, and what came of it."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from msgspec import UNSET
from msgspec.structs import fields as fields_in
from starlette.responses import Response

from gerai.domain.refusals import (
    InputInvalid,
    Kind,
    NotAuthenticated,
    NotFound,
    PermissionMissing,
    Refusal,
    StateConflict,
)
from gerai.doors.console import answers
from gerai.doors.console.about import Subject, subjects_of
from gerai.doors.console.act_form import as_it_is, begun_at, form, not_now, seen_at
from gerai.doors.console.cells import cell
from gerai.doors.console.guesses import guess, proofs_of
from gerai.doors.console.looking import desk_page
from gerai.doors.console.picks import found_in
from gerai.doors.console.refused import problem
from gerai.doors.console.rows import found_in_rows, gathered
from gerai.doors.console.who import AtDesk, last_of
from gerai.doors.console.words import DeskWords
from gerai.doors.http.context import RequestContext
from gerai.doors.http.errors import status_on_a_page
from gerai.doors.http.uploads import taking_file
from gerai.engine.desk.read import fields_of, read_form
from gerai.engine.desk.registry import Act, acts, perform
from gerai.engine.people.sign_in import prove
from gerai.kit.clock import real_now

#: Of a form, beside the act's own fields: no act has a field called so.
OURS = frozenset({"reason", "once", "password", "app_code"})
AS_PAGES = frozenset({Kind.NOT_ALLOWED, Kind.UNAVAILABLE, Kind.TOO_MANY, Kind.INTERNAL})


async def act_page(ctx: RequestContext, desk: AtDesk) -> Response:
    """The form; of an act about something that is there, filled with how that looks now. What its state does not allow
    has none, but what it allows instead. Refuses NotFound (also: what it is about is not named, or not here) and
    PermissionMissing."""
    act = _act(ctx, desk)
    given = {f.name: text for f in fields_of(act.input) if (text := ctx.query.get(f.name))}
    subjects = await subjects_of(desk, act, given, answers.words_for(ctx))
    if any(one.refuses(act) for one in subjects):
        return not_now(ctx, desk, act, subjects)
    return await form(ctx, desk, act, as_it_is(act, subjects) | given, subjects)


async def act_sent(ctx: RequestContext, desk: AtDesk) -> Response:
    """Done, and on to where it is seen; or the form again with what is wrong. Refuses PermissionMissing, RateLimited,
    Busy."""
    act = _act(ctx, desk)
    with taking_file(act, desk.within):
        return await _sent(ctx, desk, act)


async def _sent(ctx: RequestContext, desk: AtDesk, act: Act) -> Response:
    sent = await _fields_sent(ctx, desk, act)
    lists = {field.name for field in fields_of(act.input) if field.is_list}
    given = {name: ", ".join(texts) if name in lists else texts[-1] for name, texts in sent.items() if name not in OURS}
    given = gathered(act.input, given)
    try:
        await require_proof(ctx, desk, act, sent)
        wanted = await _read(desk, act, given)
        done = await perform(
            act, desk.within, wanted, desk.caller, reason=last_of(sent, "reason"), key=last_of(sent, "once")[:64]
        )
    except Refusal as refusal:
        if refusal.kind in AS_PAGES:
            raise
        subjects = await _subjects_of_sent(ctx, desk, act, given)
        if isinstance(refusal, StateConflict) and any(one.refuses(act) for one in subjects):
            return not_now(ctx, desk, act, subjects, problem(refusal, answers.words_for(ctx)))
        return await form(ctx, desk, act, given | {"reason": last_of(sent, "reason")}, subjects, refusal)
    things = act.name.partition(".")[0]
    came_from = begun_at(ctx, desk)
    back = came_from or seen_at(desk, things, done.id)
    # Whoever began at a page sees there what came of it.
    if done.secret or (done.details and not came_from):
        words = answers.words_for(ctx)
        facts = [(words.word("detail", name), cell(name, value, words)) for name, value in done.details.items()]
        return desk_page(ctx, desk, "done.html", things, title=act.title, result=done, facts=facts, back=back)
    asked = "&" if "?" in back else "?"
    return answers.see(f"{back}{asked}done={act.name}{'&again=1' if done.replayed else ''}")


async def _read(desk: AtDesk, act: Act, given: dict[str, str]) -> Any:
    """What was sent. Refuses InputInvalid: every fault at once."""
    found, unknown = await found_in(desk, act.input, _without_untouched(act, given))
    found, lost = await found_in_rows(desk, act.input, found)
    unknown |= lost
    try:
        wanted = read_form(act.input, found)
    except InputInvalid as refusal:
        raise InputInvalid(refusal.fields | unknown) from None
    if unknown:
        raise InputInvalid(unknown)
    return wanted


async def _subjects_of_sent(ctx: RequestContext, desk: AtDesk, act: Act, given: dict[str, str]) -> list[Subject]:
    """What the refused form is about; nothing where it is gone: the refusal says so."""
    try:
        return await subjects_of(desk, act, {"id": given.get("id", "")}, answers.words_for(ctx))
    except NotFound:
        return []


async def _fields_sent(ctx: RequestContext, desk: AtDesk, act: Act) -> dict[str, list[str]]:
    """The fields of the form; the file of an act that takes one as a text of base64, where one was chosen."""
    if not act.file_bytes:
        return await desk.visitor.form(ctx)
    fields, content = await desk.visitor.form_with_file(ctx, act.file_bytes)
    sent = {name: [text] for name, text in fields.items()}
    if content:
        sent |= {field.name: [b64encode(content).decode()] for field in fields_of(act.input) if field.is_file}
    return sent


def _act(ctx: RequestContext, desk: AtDesk) -> Act:
    act = acts().get(ctx.path_params["act"])
    if act is None or act.outside:
        raise NotFound("act", ctx.path_params["act"])
    if not desk.may(act.permission):
        raise PermissionMissing(act.permission)
    return act


async def require_proof(ctx: RequestContext, desk: AtDesk, act: Act, sent: dict[str, list[str]]) -> None:
    """Of a grave act: whoever has not just proved who they are does it now. Refuses InputInvalid, RateLimited."""
    if not act.grave or desk.visitor.who.has_proven(real_now()):
        return
    who = desk.visitor.who
    house, password, code = desk.within.house, last_of(sent, "password"), last_of(sent, "app_code")
    try:
        with guess(ctx, proofs_of(who)) as was_right:
            await prove(house.engine, house.sealer, who, desk.visitor.token, password, code)
            was_right()
    except NotAuthenticated:
        name, text = ("password", "is not your password") if who.person.totp is None else ("app_code", _CODE)
        raise InputInvalid({name: [text]}) from None


_CODE = "is not what the app shows now"


def at_form(refusal: Refusal, words: DeskWords) -> tuple[int, str]:
    """Status and sentence of what stands above a form that was sent. Raises it again where it is a page of its own."""
    if refusal.kind in AS_PAGES:
        raise refusal
    return status_on_a_page(refusal), problem(refusal, words)


def _without_untouched(act: Act, given: dict[str, str]) -> dict[str, str]:
    """What was filled in: an empty field that need not be given is not."""
    kept = {field.name for field in fields_in(act.input) if field.default is UNSET}
    return {name: text for name, text in given.items() if text or name not in kept}
