"""One act for the ticked rows of a list: what will be done, then what came of each."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from starlette.responses import Response

from gerai.domain.refusals import InputInvalid, NotFound, PermissionMissing, Refusal
from gerai.doors.console import answers
from gerai.doors.console.about import NAMES
from gerai.doors.console.acting import AS_PAGES, require_proof
from gerai.doors.console.inputs import InputField, inputs_of
from gerai.doors.console.looking import desk_page, view_named
from gerai.doors.console.refused import problem
from gerai.doors.console.tones import tone_of
from gerai.doors.console.who import AtDesk, last_of
from gerai.doors.console.words import DeskWords
from gerai.doors.http.context import RequestContext
from gerai.engine.desk.bulk import MOST, BulkAnswer, perform_each, require_many
from gerai.engine.desk.fields import example_of
from gerai.engine.desk.read import fields_of, read_form
from gerai.engine.desk.registry import Act, acts, look, views
from gerai.kit.clock import real_now
from gerai.kit.ids import token

#: Of each row what it has for itself, and what is the same for all.
_MOST_FIELDS: Final = 4 * MOST
#: Of a form, beside the act's own fields.
_OURS: Final = frozenset({"act", "ids", "from", "reason", "once", "password", "app_code"})
_ID_DIGITS: Final = 18
_LONGEST_FROM: Final = 1000
#: Rows that are read one by one are read so many at a time.
_AT_ONCE: Final = 4
_TONES: Final = {"done": "good", "again": "calm", "refused": "bad", "busy": "wait"}


@dataclass(frozen=True)
class Ticked:
    """A row that was ticked: what it is called, how it stands (a word of its ``kind``), and what it has for itself."""

    id: int
    name: str
    kind: str = ""
    state: str = ""
    fields: Sequence[InputField] = ()


async def bulk_page(ctx: RequestContext, desk: AtDesk) -> Response:
    """What will be done, with what it takes. Refuses NotFound and PermissionMissing."""
    act = _act(desk, ctx.query.get("act", ""))
    ids = ids_of(ctx.query.getlist("id"))
    return await _form(ctx, desk, act, ids, {"from": ctx.query.get("from", "")}, _wrong(act, ids))


async def bulk_sent(ctx: RequestContext, desk: AtDesk) -> Response:
    """Done: one line for each row. The form again where nothing was begun. Refuses PermissionMissing, RateLimited,
    Busy."""
    sent = await desk.visitor.form(ctx, _MOST_FIELDS)
    act = _act(desk, last_of(sent, "act"))
    ids, given = ids_of(last_of(sent, "ids").split(",")), {name: texts[-1] for name, texts in sent.items()}
    try:
        require_many(act, ids)
        wanted = _read(act, ids, given)
        await require_proof(ctx, desk, act, sent)
        found = await perform_each(
            act, desk.within, wanted, desk.caller, reason=given.get("reason", ""), key=given.get("once", "")[:64]
        )
    except Refusal as refusal:
        if refusal.kind in AS_PAGES:
            raise
        return await _form(ctx, desk, act, ids, given, refusal)
    return await _done(ctx, desk, act, given, found)


def ids_of(texts: Sequence[str]) -> list[int]:
    """The ids among these, each once."""
    return [*dict.fromkeys(int(one) for one in texts if one.isascii() and one.isdigit() and len(one) <= _ID_DIGITS)]


async def named(desk: AtDesk, things: str, ids: Sequence[int]) -> dict[int, Any]:
    """Those of these things that are there, by their ids."""
    listed = views().get(f"{things}.list")
    if listed is not None and any(field.name == "ids" for field in fields_of(listed.filter)):
        listed_rows: list[Any] = [*(await look(listed, desk.within, listed.filter(ids=tuple(ids)), desk.caller)).rows]
        return {row.id: row for row in listed_rows}
    return {row.id: row for row in await shown_each(desk, things, ids)}


async def shown_each(desk: AtDesk, things: str, ids: Sequence[int]) -> list[Any]:
    """Those of these things that are there, whole."""
    view, places = view_named(f"{things}.show"), asyncio.Semaphore(_AT_ONCE)

    async def one(id: int) -> Sequence[Any]:
        async with places:
            return (await look(view, desk.within, view.filter(id=id), desk.caller)).rows

    return [row for rows in await asyncio.gather(*map(one, ids)) for row in rows]


def _act(desk: AtDesk, name: str) -> Act:
    act = acts().get(name)
    if act is None or act.bulk is None:
        raise NotFound("act", name)
    if not desk.may(act.permission):
        raise PermissionMissing(act.permission)
    return act


def _wrong(act: Act, ids: Sequence[int]) -> Refusal | None:
    try:
        require_many(act, ids)
    except InputInvalid as refusal:
        return refusal
    return None


def _read(act: Act, ids: Sequence[int], given: Mapping[str, str]) -> list[Any]:
    """The input of each row. Refuses InputInvalid: what a row has for itself is named ``<field>.<id>``."""
    own, found, faults = _own(act), list[Any](), dict[str, list[str]]()
    shared = {n: text for n, text in given.items() if n not in _OURS and "." not in n and n not in own and text}
    for id in ids:
        mine = {name: text for name in own if (text := given.get(f"{name}.{id}", ""))}
        try:
            found.append(read_form(act.input, {**shared, **mine, "id": str(id)}))
        except InputInvalid as refusal:
            faults |= {f"{name}.{id}" if name in own else name: texts for name, texts in refusal.fields.items()}
    if faults:
        raise InputInvalid(faults)
    return found


def _own(act: Act) -> tuple[str, ...]:
    return () if act.bulk is None else act.bulk.each


async def _form(
    ctx: RequestContext, desk: AtDesk, act: Act, ids: list[int], given: Mapping[str, str], refusal: Refusal | None
) -> Response:
    """``refusal``: what was wrong when it was sent."""
    words, things = answers.words_for(ctx), act.name.partition(".")[0]
    faults = refusal.fields if isinstance(refusal, InputInvalid) else {}
    ready = 0 < len(ids) <= MOST
    said = "" if refusal is None or faults else problem(refusal, words)
    if not ready:
        said = words("bulk.most", count=MOST) if ids else words("bulk.none")
    found = await named(desk, things, ids) if ready else {}
    rows = [_ticked(act, id, found.get(id), given, faults, words) for id in ids[:MOST]]
    every = inputs_of(act.input, words, dict(given), faults, example_of)
    shared = [field for field in every if field.name != "id" and field.name not in _own(act)]
    who = desk.visitor.who
    return desk_page(
        ctx, desk, "bulk.html", things, 200 if refusal is None else 400,
        title=words.of(act.title), act=act, rows=rows, fields=shared, problem=said, faults=faults,
        reason=given.get("reason", ""), once=given.get("once") or token(), ids=ids, came_from=given.get("from", ""),
        proven=not act.grave or who.has_proven(real_now()), has_codes=who.person.totp is not None, ready=ready,
        back=_back(desk, things, given.get("from", "")), tone=tone_of,
    )  # fmt: skip


def _ticked(
    act: Act, id: int, row: Any, given: Mapping[str, str], faults: Mapping[str, list[str]], words: DeskWords
) -> Ticked:
    """``given`` and ``faults``: of what a row has for itself as ``<field>.<id>``."""
    name = next((str(text) for field in NAMES if (text := getattr(row, field, ""))), str(id))
    own = _own(act)
    mine = inputs_of(
        act.input, words, {field: given.get(f"{field}.{id}", "") for field in own},
        {field: faults.get(f"{field}.{id}", []) for field in own}, example_of,
    )  # fmt: skip
    fields = [replace(field, name=f"{field.name}.{id}") for field in mine if field.name in own]
    kind = "order" if act.name.startswith("orders.") else "status"
    return Ticked(id, name, kind, str(getattr(row, "status", "")), fields)


async def _done(
    ctx: RequestContext, desk: AtDesk, act: Act, given: Mapping[str, str], found: Sequence[BulkAnswer]
) -> Response:
    words, things = answers.words_for(ctx), act.name.partition(".")[0]
    rows = await named(desk, things, [one.id for one in found])
    lines = [
        {
            "row": _ticked(act, one.id, rows.get(one.id), {}, {}, words),
            "state": one.state,
            "tone": _TONES[one.state],
            "why": "" if one.refusal is None else problem(one.refusal, words),
            "url": f"{desk.base}/{things}/{one.id}" if f"{things}.show" in views() else "",
        }
        for one in found
    ]
    busy = [one.id for one in found if one.state == "busy"]
    counts = [(state, sum(one.state == state for one in found)) for state in _TONES]
    kept = {name: text for name, text in given.items() if name not in ("ids", "password", "app_code")}
    return desk_page(
        ctx, desk, "bulk_done.html", things, title=words.of(act.title), lines=lines, tone=tone_of,
        counts=[(state, count) for state, count in counts if count], busy=",".join(map(str, busy)), kept=kept,
        back=_back(desk, things, given.get("from", "")),
        printed=[one.id for one in found if one.state in ("done", "again")] if things == "orders" else [],
    )  # fmt: skip


def _back(desk: AtDesk, things: str, query: str) -> str:
    """The list that the rows were ticked in, as it was narrowed there."""
    known = {field.name for field in fields_of(view_named(f"{things}.list").filter)}
    asked = [(name, text) for name, text in parse_qsl(query[:_LONGEST_FROM]) if name in known]
    return f"{desk.base}/{things}?{urlencode(asked)}" if asked else f"{desk.base}/{things}"
