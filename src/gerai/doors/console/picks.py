"""Fields of a form that name another thing of the shop: a list to choose from while it is short, else what people know
the thing by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import msgspec

from gerai.doors.console.inputs import InputField
from gerai.doors.console.who import AtDesk
from gerai.doors.console.words import DeskWords
from gerai.engine.desk.fields import Refers, refers_of
from gerai.engine.desk.pick import Pick, choices, meant, named
from gerai.engine.desk.read import fields_of
from gerai.engine.desk.registry import views

#: It stands in for what could not be found, so that the other fields are read all the same.
_ANY: Final = "1"


async def with_picks(
    desk: AtDesk, struct: type[msgspec.Struct], fields: Sequence[InputField], words: DeskWords
) -> list[InputField]:
    """The fields, with what there is to choose from; one that may be left out is, where there is nothing."""
    refers = {name: of for name, of in refers_of(struct).items() if name != "id"}
    found = [await _picked(desk, refers[one.name], one, words) if one.name in refers else one for one in fields]
    return [one for one in found if one.required or one.value or one.kind not in ("choice", "ticks") or one.choices]


async def found_in(
    desk: AtDesk, struct: type[msgspec.Struct], given: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """What was sent, with the numbers of the things that it names; and what is wrong with names that nothing has."""
    lists = {field.name for field in fields_of(struct) if field.is_list}
    found, faults = dict(given), dict[str, list[str]]()
    for name, of in refers_of(struct).items():
        text = given.get(name, "").strip()
        if name == "id" or not text:
            continue
        try:
            each = [one for one in text.split(",") if one.strip()] if name in lists else [text]
            found[name] = ", ".join([await meant(desk.within, desk.caller, of, one) for one in each])
        except ValueError as error:
            found[name], faults[name] = _ANY, [str(error)]
    return found, faults


async def _picked(desk: AtDesk, of: Refers, field: InputField, words: DeskWords) -> InputField:
    there = await choices(desk.within, desk.caller, of)
    if there is None:
        return replace(field, kind="text", example="", hint=words("pick.known"), many=False)
    if there.more:
        return await _named(desk, of, replace(field, example=""), there.first, words)
    shown = [(one.value, one.text) for one in there.first]
    if len(shown) == 1 and not field.faults and (of.alone or (field.required and not field.many)):
        value = shown[0][0] if field.required else ""
        return replace(field, kind="only", value=value, choices=shown)
    value = next((one.value for one in there.first if field.value in (one.typed, one.text)), field.value)
    return replace(
        field, kind="ticks" if field.many else "choice", value=value.removeprefix("#"), choices=shown,
        hint="" if shown else words("pick.none"), url="" if shown else _list_of(desk, of),
    )  # fmt: skip


async def _named(desk: AtDesk, of: Refers, field: InputField, first: Sequence[Pick], words: DeskWords) -> InputField:
    """As people know it: what stands there as a number is shown so, too."""
    value = field.value
    if value and not field.many:
        one = await named(desk.within, desk.caller, of, value.removeprefix("#"))
        value = value if one is None else one.typed
    return replace(
        field, kind="pick", value=value, choices=[(one.typed, one.text) for one in first], hint=words("pick.first"),
        url=_list_of(desk, of),
    )  # fmt: skip


def _list_of(desk: AtDesk, of: Refers) -> str:
    """Where all of them are seen; empty: nowhere."""
    return f"{desk.base}/{of.things[0]}" if f"{of.things[0]}.list" in views() else ""
