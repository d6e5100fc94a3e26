"""Fields of a form that hold several things of a few fields each (the parts of a bundle): a row for each, with empty
ones behind them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, get_args

import msgspec

from gerai.doors.console.inputs import InputField, inputs_of
from gerai.doors.console.picks import found_in, with_picks
from gerai.doors.console.who import AtDesk
from gerai.doors.console.words import DeskWords
from gerai.engine.desk.fields import example_of
from gerai.engine.desk.read import fields_of
from gerai.kit.json_values import is_array, is_object

#: ``parts.3.variant_id``: of the fourth row.
_NAMED: Final = re.compile(r"([a-z_]{1,40})\.([0-9]{1,3})\.([a-z_]{1,40})")
#: Empty rows behind those that are filled in.
_SPARE: Final = 3
Rows = list[dict[str, str]]


def rows_in(struct: type[msgspec.Struct]) -> dict[str, type[msgspec.Struct]]:
    """The fields that hold several things, and what each of those is."""
    found: dict[str, type[msgspec.Struct]] = {}
    for field in fields_of(struct):
        inner: Any = get_args(field.plain)[0] if field.is_list and get_args(field.plain) else None
        if isinstance(inner, type) and issubclass(inner, msgspec.Struct):
            found[field.name] = inner
    return found


def gathered(struct: type[msgspec.Struct], given: Mapping[str, str]) -> dict[str, str]:
    """What was sent, each such field as one text of JSON; a row in which nothing says which thing it is, is none."""
    known, rows = rows_in(struct), dict[str, dict[int, dict[str, str]]]()
    left = {name: text for name, text in given.items() if (at := _NAMED.fullmatch(name)) is None or at[1] not in known}
    for name, text in given.items():
        at = _NAMED.fullmatch(name)
        if at is not None and at[1] in known and text.strip():
            rows.setdefault(at[1], {}).setdefault(int(at[2]), {})[at[3]] = text.strip()
    for name, each in rows.items():
        needed = {field.name for field in fields_of(known[name]) if field.required}
        kept = [each[number] for number in sorted(each) if needed & each[number].keys()]
        if kept:
            left[name] = msgspec.json.encode(kept).decode()
    return left


async def found_in_rows(
    desk: AtDesk, struct: type[msgspec.Struct], given: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The same, with the numbers of what the rows name; and what is wrong with names that nothing has."""
    found, faults = dict(given), dict[str, list[str]]()
    for name, inner in rows_in(struct).items():
        rows = _read(given.get(name, ""))
        if not rows:
            continue
        told: Rows = []
        for row in rows:
            numbers, wrong = await found_in(desk, inner, row)
            told.append(numbers)
            for texts in wrong.values():
                faults.setdefault(name, []).extend(texts)
        found[name] = msgspec.json.encode(told).decode()
    return found, faults


async def with_rows(
    desk: AtDesk, struct: type[msgspec.Struct], fields: Sequence[InputField], words: DeskWords
) -> list[InputField]:
    """The fields, with a row for each thing that stands in one."""
    known = rows_in(struct)
    return [await _rows(desk, known[one.name], one, words) if one.name in known else one for one in fields]


async def _rows(desk: AtDesk, inner: type[msgspec.Struct], field: InputField, words: DeskWords) -> InputField:
    told, rows = _read(field.value), list[Sequence[InputField]]()
    # What there is to choose from is the same in every row.
    spare = await with_picks(desk, inner, inputs_of(inner, words, {}, {}, example_of), words)
    for row in told:
        rows.append(await with_picks(desk, inner, inputs_of(inner, words, row, {}, example_of), words))
    rows += [spare] * _SPARE
    # A row that is left empty is none: nothing of it has to be filled in, nor is there one thing alone to be named.
    rows = [
        [
            replace(
                one, name=f"{field.name}.{number}.{one.name}", required=False,
                kind="choice" if one.kind == "only" else one.kind,
            )
            for one in row
        ]
        for number, row in enumerate(rows)
    ]  # fmt: skip
    return replace(field, kind="rows", rows=rows, many=False)


def _read(text: str) -> Rows:
    """The rows of a text of JSON, each value as it would be typed."""
    try:
        found: Any = msgspec.json.decode(text) if text else []
    except msgspec.DecodeError:
        return []
    rows = [row for row in found if is_object(row)] if is_array(found) else []
    return [{name: str(value) for name, value in row.items() if isinstance(value, str | int)} for row in rows]
