"""The fields of an order's data as rows of a form that is sent, and the form that a schema makes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec

from gerai.domain.refusals import InputInvalid
from gerai.doors.console.inputs import InputField, inputs_of, typed
from gerai.doors.console.words import DeskWords
from gerai.engine.desk.fields import example_of
from gerai.engine.desk.order_fields import OrderField
from gerai.engine.desk.read import fields_of, read_texts
from gerai.kit.json_values import is_array, is_object
from gerai.kit.schema_sample import sample_of

Texts = Mapping[str, str]
#: ``f3.pattern``: of the fourth row.
_NAMED: Final = re.compile(r"f([0-9]{1,2})\.([a-z_]{1,20})")
#: ``fields.3.pattern``: as the act calls it.
_FAULTED: Final = re.compile(r"fields\.([0-9]{1,3})\.([a-z_]{1,20})")
_KINDS: Final = {"integer": "number", "number": "number", "boolean": "yes_no", "string": "text"}
Faults = dict[str, list[str]]


@dataclass(frozen=True)
class FieldRow:
    """A row of the form. ``title``: what it is called there; ``inputs``: its fields, named by its number."""

    title: str
    inputs: Sequence[InputField]


def rows_sent(sent: Texts) -> list[dict[str, str]]:
    """The rows in which something stands, in their order; without those that are to be taken out."""
    rows: dict[int, dict[str, str]] = {}
    for name, text in sent.items():
        if (found := _NAMED.fullmatch(name)) is not None:
            rows.setdefault(int(found[1]), {})[found[2]] = text.strip()
    kept = [rows[number] for number in sorted(rows) if rows[number].pop("remove", "") != "yes"]
    return [row for row in kept if any(text for name, text in row.items() if name != "kind")]


def rows_of(fields: Sequence[OrderField]) -> list[dict[str, str]]:
    """The same rows of fields that are there; what is not so is left empty."""
    known = fields_of(OrderField)
    return [{one.name: typed(one, _said(getattr(field, one.name))) for one in known} for field in fields]


def _said(value: Any) -> Any:
    """None for what is not so."""
    return None if value is False else value


def fields_sent(rows: Sequence[Texts]) -> tuple[OrderField, ...]:
    """The fields. Refuses InputInvalid, by ``fields.<number>.<what>``."""
    found: list[OrderField] = []
    faults: Faults = {}
    for number, row in enumerate(rows):
        try:
            found.append(read_texts(OrderField, row, rupiah=False))
        except InputInvalid as refusal:
            faults |= {f"fields.{number}.{name}": texts for name, texts in refusal.fields.items()}
    if not rows:
        faults["fields.0.name"] = ["is required"]
    if faults:
        raise InputInvalid(faults)
    return tuple(found)


def rows_shown(rows: Sequence[Texts], words: DeskWords, faults: Faults, spare: int) -> list[FieldRow]:
    """The rows of the form, with empty ones behind them. ``faults``: as the act names them."""
    shown: list[FieldRow] = []
    for number in range(len(rows) + spare):
        row = dict(rows[number]) if number < len(rows) else {}
        own = {
            found[2]: texts
            for name, texts in faults.items()
            if (found := _FAULTED.fullmatch(name)) is not None and int(found[1]) == number
        }
        inputs = [
            # A row that is left empty is none: nothing of it has to be filled in.
            replace(one, name=f"f{number}.{one.name}", required=False)
            for one in inputs_of(OrderField, words, row, own, example_of)
        ]
        shown.append(FieldRow(row.get("name", ""), inputs))
    return shown


def unplaced(faults: Faults) -> list[str]:
    """What stands at no field of a row."""
    return [text for name, texts in faults.items() if _FAULTED.fullmatch(name) is None for text in texts]


def form_of(schema: Mapping[str, Any], words: DeskWords) -> list[InputField]:
    """The form that a schema makes, with an example in each field."""
    properties: Any = schema.get("properties", {})
    needed: Any = schema.get("required", [])
    if not is_object(properties):
        return []
    return [
        _input(name, of if is_object(of) else {}, words, required=is_array(needed) and name in needed)
        for name, of in properties.items()
    ]


def _input(name: str, of: Mapping[str, Any], words: DeskWords, *, required: bool) -> InputField:
    title = of.get("x-title-en") if words.language == "en" else None
    label = str(title or of.get("title") or of.get("x-title-en") or name)
    entry: Any = of.get("items") if of.get("type") == "array" else of
    choices: Any = entry.get("enum", []) if is_object(entry) else []
    kind = _KINDS.get(str(of.get("type")), "long")
    shown = tuple((str(one), str(one)) for one in choices) if is_array(choices) else ()
    if kind == "yes_no":
        shown = (("yes", words("yes")), ("no", words("no")))
    sample = sample_of(of)
    if is_array(sample) and all(isinstance(one, str) for one in sample):
        text = "\n".join(map(str, sample))
    else:
        text = sample if isinstance(sample, str) else msgspec.json.encode(sample).decode()
    is_choice = bool(shown) and of.get("type") != "array"
    value = "yes" if kind == "yes_no" else text
    return InputField(f"x.{name}", label, "choice" if is_choice else kind, value, required, "", shown, ())
