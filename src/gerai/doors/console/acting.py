"""Doing an act: its form, what was wrong with it, and what came of it."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec
from msgspec import UNSET
from starlette.responses import Response

from gerai.domain.refusals import InputInvalid, Kind, NotAuthenticated, NotFound, PermissionMissing, Refusal
from gerai.doors.console import answers
from gerai.doors.console.cells import cell, inputs_of, typed
from gerai.doors.console.guesses import guess, proofs_of
from gerai.doors.console.looking import desk_page
from gerai.doors.console.refused import problem
from gerai.doors.console.who import AtDesk, last_of
from gerai.doors.console.words import DeskWords
from gerai.doors.http.context import RequestContext
from gerai.doors.http.errors import status_on_a_page
from gerai.doors.http.uploads import taking_file
from gerai.engine.desk.fields import example_of
from gerai.engine.desk.read import fields_of, read_texts
from gerai.engine.desk.registry import Act, acts, look, perform, views
from gerai.engine.people.sign_in import prove
from gerai.kit.clock import real_now
from gerai.kit.ids import token

#: Of a form, beside the act's own fields.
_OURS = frozenset({"reason", "once", "password", "code"})
#: So many fields that may be left out are not too many at once.
_FEW = 4
#: A page of the desk: things, or one of them.
_PLACE = re.compile(r"[a-z_]{1,40}(/[0-9]{1,19})?")
#: What things are called, the best name first.
NAMES = ("number", "name", "title", "code", "sku", "public_id")
AS_PAGES = frozenset({Kind.NOT_ALLOWED, Kind.UNAVAILABLE, Kind.TOO_MANY, Kind.INTERNAL})


async def act_page(ctx: RequestContext, desk: AtDesk) -> Response:
    """The form; of an act about something that is there, filled with how that looks now. Refuses NotFound and
    PermissionMissing."""
    act = _act(ctx, desk)
    filled, about = await _as_it_is(act, desk, ctx.query.get("id", ""))
    filled |= {f.name: text for f in fields_of(act.input) if (text := ctx.query.get(f.name))}
    return _form(ctx, desk, act, filled, about)


async def act_sent(ctx: RequestContext, desk: AtDesk) -> Response:
    """Done, and on to where it is seen; or the form again with what is wrong. Refuses PermissionMissing, RateLimited,
    Busy."""
    act = _act(ctx, desk)
    with taking_file(act, desk.within):
        return await _sent(ctx, desk, act)


async def _sent(ctx: RequestContext, desk: AtDesk, act: Act) -> Response:
    sent = await _fields_sent(ctx, desk, act)
    given = {name: texts[-1] for name, texts in sent.items() if name not in _OURS}
    try:
        await require_proof(ctx, desk, act, sent)
        wanted = read_texts(act.input, _without_untouched(act, given), rupiah=True)
        done = await perform(
            act, desk.within, wanted, desk.caller, reason=last_of(sent, "reason"), key=last_of(sent, "once")[:64]
        )
    except Refusal as refusal:
        if refusal.kind in AS_PAGES:
            raise
        _, about = await _as_it_is(act, desk, given.get("id", ""))
        return _form(ctx, desk, act, given | {"reason": last_of(sent, "reason")}, about, refusal)
    things = act.name.partition(".")[0]
    came_from = _from(ctx, desk)
    back = came_from or _shown(desk, things, done.id)
    # Whoever began at a page sees there what came of it.
    if done.secret or (done.details and not came_from):
        words = answers.words_for(ctx)
        facts = [(words.word("detail", name), cell(name, value, words)) for name, value in done.details.items()]
        return desk_page(ctx, desk, "done.html", things, title=act.title, result=done, facts=facts, back=back)
    asked = "&" if "?" in back else "?"
    return answers.see(f"{back}{asked}done={act.name}{'&again=1' if done.replayed else ''}")


async def _fields_sent(ctx: RequestContext, desk: AtDesk, act: Act) -> dict[str, list[str]]:
    """The fields of the form; the file of an act that takes one as a text of base64, where one was chosen."""
    if not act.file_bytes:
        return await desk.visitor.form(ctx)
    fields, content = await desk.visitor.form_with_file(ctx, act.file_bytes)
    sent = {name: [text] for name, text in fields.items()}
    if content:
        sent |= {field.name: [b64encode(content).decode()] for field in fields_of(act.input) if field.is_file}
    return sent


def _from(ctx: RequestContext, desk: AtDesk) -> str:
    """The page of this desk that an act was begun from, where its link names one (``back=orders/17``, or a list as it
    was narrowed: ``back=orders?status=ready``): what is done there is seen there. Empty: it names none."""
    named, _, query = ctx.query.get("back", "").partition("?")
    if not _PLACE.fullmatch(named) or (query and "/" in named):
        return ""
    asked = urlencode([one for one in parse_qsl(query) if one[0] not in answers.LOOKS])
    return f"{desk.base}/{named}?{asked}" if asked else f"{desk.base}/{named}"


def _shown(desk: AtDesk, things: str, number: str) -> str:
    """Where these things are seen."""
    if f"{things}.list" not in views():
        return desk.base
    return f"{desk.base}/{things}/{number}" if f"{things}.show" in views() and number else f"{desk.base}/{things}"


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
    house, password, code = desk.within.house, last_of(sent, "password"), last_of(sent, "code")
    try:
        with guess(ctx, proofs_of(who)) as was_right:
            await prove(house.engine, house.sealer, who, desk.visitor.token, password, code)
            was_right()
    except NotAuthenticated:
        name, text = ("password", "is not your password") if who.person.totp is None else ("code", _CODE)
        raise InputInvalid({name: [text]}) from None


_CODE = "is not what the app shows now"


async def _as_it_is(act: Act, desk: AtDesk, number: str) -> tuple[dict[str, str], str]:
    """How the thing of this id looks now, as it would be typed, and what it is called; nothing where there is no such
    view."""
    things = act.name.partition(".")[0]
    if not number.isascii() or not number.isdigit():
        return {}, ""
    fields = {field.name: field for field in fields_of(act.input)}
    filled = {"id": number} if "id" in fields else {}
    row = await _row(desk, things, number)
    if row is None:
        return filled, ""
    # What must be given is the act's own; what may be left out stays as it is, and is shown so.
    kept = [f for name, f in fields.items() if not f.required and name in row.__struct_fields__]
    about = next((str(name) for field in NAMES if (name := getattr(row, field, ""))), "")
    return filled | {f.name: typed(f, getattr(row, f.name)) for f in kept}, about


async def _row(desk: AtDesk, things: str, number: str) -> msgspec.Struct | None:
    # Things without a view of one are so few that their list has all.
    view = views().get(f"{things}.show") or views().get(f"{things}.list")
    if view is None or not desk.may(view.permission):
        return None
    asked = {"id": number} if view.name.endswith(".show") else {}
    page = await look(view, desk.within, read_texts(view.filter, asked, rupiah=True), desk.caller)
    return next((row for row in page.rows if str(getattr(row, "id", "")) == number), None)


def at_form(refusal: Refusal, words: DeskWords) -> tuple[int, str]:
    """Status and sentence of what stands above a form that was sent. Raises it again where it is a page of its own."""
    if refusal.kind in AS_PAGES:
        raise refusal
    return status_on_a_page(refusal), problem(refusal, words)


def _without_untouched(act: Act, given: dict[str, str]) -> dict[str, Any]:
    """What was filled in: an empty field that need not be given is not."""
    kept = {field.name for field in msgspec.structs.fields(act.input) if field.default is UNSET}
    return {name: text for name, text in given.items() if text or name not in kept}


def _form(
    ctx: RequestContext,
    desk: AtDesk,
    act: Act,
    filled: dict[str, str],
    about: str,
    refusal: Refusal | None = None,
) -> Response:
    """``about``: what the thing is called that it is done to; ``refusal``: what was wrong when it was sent."""
    words = answers.words_for(ctx)
    things = act.name.partition(".")[0]
    faults = refusal.fields if isinstance(refusal, InputInvalid) else {}
    said = "" if refusal is None or faults else problem(refusal, words)
    status = 200 if refusal is None else 400 if faults else status_on_a_page(refusal)
    proven = not act.grave or desk.visitor.who.has_proven(real_now())
    fields = inputs_of(act.input, words, filled, faults, example_of)
    needed = [f for f in fields if f.required or f.kind == "hidden"]
    others = [f for f in fields if f not in needed]
    # What need not be given is folded where there is much of it, unless something stands in it.
    folded = len(others) > _FEW and len(needed) > 1 and not any(f.value or f.faults for f in others)
    return desk_page(
        ctx, desk, "act.html", things, status, title=words.of(act.title), act=act,
        fields=sorted(needed, key=lambda f: f.name != "name"), others=others, folded=folded,
        reason=filled.get("reason", ""), faults=faults, about=about,
        problem=said, once=token(), proven=proven, has_codes=desk.visitor.who.person.totp is not None,
        back=_from(ctx, desk) or _shown(desk, things, ""),
    )  # fmt: skip
