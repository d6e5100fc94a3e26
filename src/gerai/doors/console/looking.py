"""Looking at a shop: its home, a page of things, one thing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from gerai.domain.refusals import InputInvalid, NotFound
from gerai.doors.console import answers
from gerai.doors.console.cells import MOST_COLUMNS, Cell, columns_of, row_cells
from gerai.doors.console.inputs import inputs_of
from gerai.doors.console.menu import TABS, group_of, menu_of, page_of, tabs_of
from gerai.doors.console.order_words import method_name
from gerai.doors.console.picks import found_in, with_picks
from gerai.doors.console.proof_file import file_of
from gerai.doors.console.saved import saved_of
from gerai.doors.console.who import AtDesk
from gerai.doors.console.words import DeskWords
from gerai.doors.http.context import RequestContext
from gerai.engine.desk.export import MEDIA_TYPES
from gerai.engine.desk.fields import example_of
from gerai.engine.desk.importing import imports
from gerai.engine.desk.read import fields_of, read_form
from gerai.engine.desk.registry import Act, View, ViewPage, acts, look, views

#: What is also seen as its readers see it.
_PREVIEWED: Final = frozenset({"articles"})
#: What a shop has once for both environments: whole groups of the menu but for these, and some of the settings.
_GROUPS_OF_BOTH: Final = frozenset({"catalogue", "shipping"})
_OF_ONE: Final = frozenset({"stock", "code_pools", "codes"})
_OF_BOTH: Final = frozenset({"settings", "people", "invites"})
#: What is done to things one after the other, by the verb; and what undoes them.
_LIFE: Final = ("retry", "confirm", "process", "ready", "ship", "receipt", "deliver", "complete", "return")
_ENDS: Final = frozenset(
    {"return", "cancel", "fail", "dismiss", "hide", "remove", "reset", "close", "withdraw", "revoke", "empty", "unlink"}
)
#: Lists that an open page keeps true.
_LIVE: Final = frozenset({"waiting", "payments"})


async def more_page(ctx: RequestContext, desk: AtDesk) -> Response:
    """The whole menu, and what is switched rarely: a phone's bar has room for four."""
    return desk_page(ctx, desk, "more.html", "more")


async def list_page(ctx: RequestContext, desk: AtDesk) -> Response:
    """A page of things. Refuses NotFound and PermissionMissing."""
    things, words = ctx.path_params["things"], answers.words_for(ctx)
    view = view_named(f"{things}.list")
    asked = asked_of(ctx)
    page, faults = await looked(view, desk, asked)
    filters = await with_picks(desk, view.filter, inputs_of(view.filter, words, asked, faults, example_of), words)
    following = f"?{urlencode(asked | {'after': page.next})}" if page.next else ""
    columns = columns_of(view.row, words)
    return desk_page(
        ctx, desk, "list.html", things, 400 if faults else 200,
        title=words.of(view.title), columns=columns, wide=len(columns) > MOST_COLUMNS, filters=filters,
        following=following,
        rows=[(_link(desk, things, row), _cells(desk, row, columns, words), _in_list(desk, things, row, words),
               getattr(row, "id", "")) for row in page.rows],
        faults=faults, filtered=any(value for name, value in asked.items() if name != "after"),
        at_top=_acts(desk, things, words),
        files=files_of(desk, things, asked), importing=import_of(desk, things, words),
        bulk=bulk_of(desk, things, words), live=things if things in _LIVE else "", later="after" in asked,
        saved=await saved_of(ctx, desk, things),
    )  # fmt: skip


def bulk_of(desk: AtDesk, things: str, words: DeskWords) -> list[tuple[str, str]]:
    """Name and title of what the person may do to many of these at once, in the order of a thing's life; what ends it,
    or takes it away, last."""
    mine = [act for act in _of(desk, things) if act.bulk is not None]
    return [(act.name, words.of(act.title)) for act in sorted(mine, key=_step_of)]


def _step_of(act: Act) -> tuple[bool, int]:
    verb = act.name.rpartition(".")[2]
    return verb in _ENDS, _LIFE.index(verb) if verb in _LIFE else len(_LIFE)


async def looked(view: View, desk: AtDesk, asked: Mapping[str, str]) -> tuple[ViewPage, dict[str, list[str]]]:
    """What is seen with this filter, and what is wrong with it: then nothing is seen. Refuses what the view refuses."""
    found, unknown = await found_in(desk, view.filter, asked)
    if unknown:
        return ViewPage([]), unknown
    try:
        return await look(view, desk.within, read_form(view.filter, found), desk.caller), {}
    except InputInvalid as refusal:
        return ViewPage([]), refusal.fields


def files_of(desk: AtDesk, things: str, asked: Mapping[str, str]) -> list[tuple[str, str]]:
    """What the list is called as a file, and where that is: all that the same filter finds, not this page alone."""
    kept = urlencode({name: value for name, value in asked.items() if value and name not in ("after", "limit")})
    query = f"?{kept}" if kept else ""
    return [(kind.upper(), f"{desk.base}/{things}.{kind}{query}") for kind in MEDIA_TYPES]


def import_of(desk: AtDesk, things: str, words: DeskWords) -> tuple[str, str] | None:
    """Where a file is brought into this list, and what that is called; None: none is, or not by this person."""
    found = next((one for one in imports().values() if f"{things}.list" in (f"{one.things}.list", one.view)), None)
    if found is None or not desk.may(found.permission):
        return None
    return f"{desk.base}/{found.things}/import", words.of(found.title)


async def show_page(ctx: RequestContext, desk: AtDesk) -> Response:
    """One thing. Refuses NotFound and PermissionMissing."""
    things, words = ctx.path_params["things"], answers.words_for(ctx)
    view = view_named(f"{things}.show")
    try:
        wanted = read_form(view.filter, {"id": ctx.path_params["id"]})
    except InputInvalid:
        raise NotFound(things, ctx.path_params["id"]) from None
    page = await look(view, desk.within, wanted, desk.caller)
    if not page.rows:
        raise NotFound(things, ctx.path_params["id"])
    [row] = page.rows
    columns = columns_of(view.row, words)
    back = desk.base if _has_no_list(things) else f"{desk.base}/{things}"
    shown = list(zip([title for _, title in columns], _cells(desk, row, columns, words), strict=True))
    return desk_page(
        ctx, desk, "show.html", things, title=words.of(view.title), facts=shown,
        acts=_on_row(desk, things, row, words), back=back, file=file_of(desk, things, row),
        preview=f"{back}/{ctx.path_params['id']}/preview" if things in _PREVIEWED else "",
    )  # fmt: skip


def _cells(desk: AtDesk, row: msgspec.Struct, columns: Sequence[tuple[str, str]], words: DeskWords) -> list[Cell]:
    """The values of a row; ways to pay by their names."""
    found = zip(columns, row_cells(row, columns, words), strict=True)
    return [replace(c, text=method_name(desk, words, c.text)) if name == "method" else c for (name, _), c in found]


def desk_page(ctx: RequestContext, desk: AtDesk, template: str, here: str, status: int = 200, **facts: Any) -> Response:
    """A page with the desk around it. ``here``: the things it is about."""
    words = answers.words_for(ctx)
    done = acts().get(ctx.query.get("done", ""))
    menu = menu_of(desk, words)
    around = {
        "desk": desk, "menu": menu, "here": here, "group": group_of(here), "menu_page": page_of(here),
        "elsewhere": "" if here == "home" or _has_no_list(here) else f"/{here}",
        "tabs": [group for group in menu if group.name in TABS], "lists": tabs_of(menu, here),
        "told": told_of(desk, here),
        "done": "" if done is None else words.of(done.title), "again": ctx.query.get("again") == "1",
        "live": "", "later": False,
    }  # fmt: skip
    return answers.page(ctx, template, status, **around | facts)


def told_of(desk: AtDesk, here: str) -> str:
    """What is to be known wherever things of both environments are looked at: ``shared``, production has them, too, and
    this is the sandbox; ``sample``, this is production of a shop whose payers are played. Empty: nothing."""
    of_both = here in _OF_BOTH or (group_of(here) in _GROUPS_OF_BOTH and here not in _OF_ONE)
    if not of_both:
        return ""
    if desk.within.environment == "sandbox":
        return "shared"
    return "sample" if desk.merchant.simulated else ""


def _has_no_list(things: str) -> bool:
    """Whether these are seen one by one alone."""
    return f"{things}.show" in views() and f"{things}.list" not in views()


def asked_of(ctx: RequestContext) -> dict[str, str]:
    """What of an address is a list's filter."""
    return {name: value for name, value in ctx.query.items() if name not in answers.LOOKS}


def view_named(name: str) -> View:
    """Refuses NotFound."""
    found = views().get(name)
    if found is None:
        raise NotFound("page", name)
    return found


def _link(desk: AtDesk, things: str, row: msgspec.Struct) -> str:
    """Where a row is seen whole, which may be among other things; empty: nowhere."""
    seen_in = getattr(row, "things", things)
    return f"{desk.base}/{seen_in}/{getattr(row, 'id', '')}" if f"{seen_in}.show" in views() else ""


def _acts(desk: AtDesk, things: str, words: DeskWords) -> Sequence[tuple[str, str]]:
    """What the person may do that is about no thing that is there: address and title; what takes away last."""
    mine = sorted((act for act in _of(desk, things) if not _takes_id(act)), key=_step_of)
    return [(f"{desk.base}/do/{act.name}", words.of(act.title)) for act in mine]


def _in_list(desk: AtDesk, things: str, row: msgspec.Struct, words: DeskWords) -> Sequence[tuple[str, str]]:
    """What the person may do with a row of a list: nothing that its own page offers, where it has one."""
    own_page = f"{things}.show" in views() and not hasattr(row, "things")
    return [] if own_page else _on_row(desk, things, row, words)


def _on_row(desk: AtDesk, things: str, row: msgspec.Struct, words: DeskWords) -> Sequence[tuple[str, str]]:
    """What the person may do with this one."""
    number = getattr(row, "id", None)
    if number is None:
        return []
    can: Sequence[str] | None = getattr(row, "can", None)
    if can is None:
        mine = sorted((act for act in _of(desk, things) if _takes_id(act)), key=_step_of)
    else:
        every = acts()
        mine = [every[name] for name in can if desk.may(every[name].permission)]
    # What is listed among others is done with, and back to the list.
    back = f"&back={things}" if hasattr(row, "things") else ""
    return [(f"{desk.base}/do/{act.name}?id={number}{back}", words.of(act.title)) for act in mine]


def _of(desk: AtDesk, things: str) -> list[Act]:
    found = [act for act in acts().values() if act.name.partition(".")[0] == things]
    return [act for act in found if desk.may(act.permission) and not act.outside]


def _takes_id(act: Act) -> bool:
    return any(field.name == "id" and field.required for field in fields_of(act.input))
