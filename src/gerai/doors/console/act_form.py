"""The form of an act: what it is about, what it takes, and what was wrong with what was sent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import parse_qsl, urlencode

from starlette.responses import Response

from gerai.domain.refusals import InputInvalid, Refusal
from gerai.doors.console import answers
from gerai.doors.console.about import Subject, can_instead, whole_sen
from gerai.doors.console.inputs import InputField, inputs_of, typed
from gerai.doors.console.looking import desk_page
from gerai.doors.console.picks import with_picks
from gerai.doors.console.refused import problem, state_of
from gerai.doors.console.rows import with_rows
from gerai.doors.console.who import AtDesk
from gerai.doors.console.words import DeskWords
from gerai.doors.http.context import RequestContext
from gerai.doors.http.errors import status_on_a_page
from gerai.engine.desk.fields import example_of
from gerai.engine.desk.read import fields_of
from gerai.engine.desk.registry import Act, views
from gerai.kit.clock import real_now
from gerai.kit.ids import token

#: So many fields that may be left out are not too many at once.
_FEW: Final = 4
#: A page of the desk: things, or one of them.
_PLACE: Final = re.compile(r"[a-z_]{1,40}(/[0-9]{1,19})?")


async def form(
    ctx: RequestContext, desk: AtDesk, act: Act, filled: dict[str, str], subjects: Sequence[Subject],
    refusal: Refusal | None = None,
) -> Response:  # fmt: skip
    """``subjects``: what it is about; ``refusal``: what was wrong when it was sent."""
    words = answers.words_for(ctx)
    things = act.name.partition(".")[0]
    faults = refusal.fields if isinstance(refusal, InputInvalid) else {}
    said = "" if refusal is None or faults else problem(refusal, words)
    status = 200 if refusal is None else 400 if faults else status_on_a_page(refusal)
    fields = await with_picks(desk, act.input, inputs_of(act.input, words, filled, faults, example_of), words)
    fields = await with_rows(desk, act.input, fields, words)
    fields = _with_whole(fields, await whole_sen(desk, act, filled.get("id", "")), words)
    needed = [f for f in fields if f.required or f.kind == "hidden"]
    others = [f for f in fields if f not in needed]
    # What need not be given is folded where there is much of it, unless something stands in it.
    folded = len(others) > _FEW and len(needed) > 1 and not any(f.value or f.faults for f in others)
    moves_sen = max((one.amount_sen(act) for one in subjects), default=0)
    title = words.of(act.title)
    return desk_page(
        ctx, desk, "act.html", things, status, title=title, act=act,
        fields=sorted(needed, key=lambda f: f.name != "name"), others=others, folded=folded,
        reason=filled.get("reason", ""), faults=faults, subjects=subjects,
        sends=f"{title} · {words.amount(moves_sen)}" if moves_sen else title,
        problem=said, once=token(), proven=not act.grave or desk.visitor.who.has_proven(real_now()),
        has_codes=desk.visitor.who.person.totp is not None, back=begun_at(ctx, desk) or seen_at(desk, things, ""),
    )  # fmt: skip


def not_now(ctx: RequestContext, desk: AtDesk, act: Act, subjects: Sequence[Subject], said: str = "") -> Response:
    """What the thing is, that the act cannot be done to it now (``said``: in these words), and what can be done
    instead."""
    words, things = answers.words_for(ctx), act.name.partition(".")[0]
    back = begun_at(ctx, desk)
    other = f"&{urlencode({'back': ctx.query['back']})}" if back else ""
    [subject] = [one for one in subjects if one.refuses(act)][:1]
    instead = [
        (f"{desk.base}/do/{one.name}?id={subject.row.id}{other}", words.of(one.title))
        for one in can_instead(desk, subject)
    ]
    if not said:
        state = state_of(subject.things, getattr(subject.row, "status", ""), words)
        said = words("form.not_now", state=state) if state else words("form.not_now_at_all")
    return desk_page(
        ctx, desk, "not_now.html", things, 409, title=words.of(act.title), subjects=subjects, instead=instead,
        said=said, back=back or subject.url or seen_at(desk, things, ""),
    )  # fmt: skip


def as_it_is(act: Act, subjects: Sequence[Subject]) -> dict[str, str]:
    """How the thing that the act is about looks now, as it would be typed; nothing where it is not seen."""
    fields = fields_of(act.input)
    if not subjects or subjects[0].things != act.name.partition(".")[0]:
        return {}
    row = subjects[0].row
    # What must be given is the act's own; what may be left out stays as it is, and is shown so.
    kept = [field for field in fields if not field.required and field.name in row.__struct_fields__]
    return {field.name: typed(field, getattr(row, field.name)) for field in kept}


def begun_at(ctx: RequestContext, desk: AtDesk) -> str:
    """The page of this desk that an act was begun from, where its link names one (``back=orders/17``, or a list as it
    was narrowed: ``back=orders?status=ready``): what is done there is seen there. Empty: it names none."""
    named, _, query = ctx.query.get("back", "").partition("?")
    if not _PLACE.fullmatch(named) or (query and "/" in named):
        return ""
    asked = urlencode([one for one in parse_qsl(query) if one[0] not in answers.LOOKS])
    return f"{desk.base}/{named}?{asked}" if asked else f"{desk.base}/{named}"


def seen_at(desk: AtDesk, things: str, number: str) -> str:
    """Where these things are seen."""
    if f"{things}.list" not in views():
        return desk.base
    return f"{desk.base}/{things}/{number}" if f"{things}.show" in views() and number else f"{desk.base}/{things}"


def _with_whole(fields: Sequence[InputField], whole: int | None, words: DeskWords) -> list[InputField]:
    """``whole``: how much an amount is that is left empty."""
    if whole is None:
        return [*fields]
    hint = words("form.whole", amount=words.amount(whole))
    return [replace(f, hint=hint, example="") if f.kind == "amount" and not f.required else f for f in fields]
