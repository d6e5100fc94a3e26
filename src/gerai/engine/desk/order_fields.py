"""The form of an order's data as fields that a seller arranges, and the JSON Schema that stands behind them.

A schema that is written by hand may say more than fields can: then it has none, and stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from gerai.domain.refusals import InputInvalid
from gerai.engine.catalogue.services import compiled
from gerai.engine.desk.fields import END, words
from gerai.kit.json_values import is_array, is_object
from gerai.kit.schema import SchemaUnusable

FieldKind = Literal["text", "number", "integer", "yes_no", "choice", "list"]
_FieldName = Annotated[str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,39}" + END)]
_Label = Annotated[str, Meta(max_length=100)]
_Pattern = Annotated[str, Meta(max_length=500)]
_Choice = Annotated[str, Meta(min_length=1, max_length=100)]
_Choices = Annotated[tuple[_Choice, ...], Meta(max_length=100)]
_Bound = Annotated[int, Meta(ge=-1_000_000_000_000, le=1_000_000_000_000)]
_TYPES: Final[dict[str, str]] = {
    "text": "string", "choice": "string", "number": "number", "integer": "integer", "yes_no": "boolean",
    "list": "array",
}  # fmt: skip
_BOUNDS: Final = {
    "text": ("minLength", "maxLength"), "number": ("minimum", "maximum"), "integer": ("minimum", "maximum"),
    "list": ("minItems", "maxItems"),
}  # fmt: skip
#: Bounds that count something.
_COUNTS: Final = frozenset({"text", "list"})
#: Labels in a schema: its own word for the one language, ours for the other.
_TITLES: Final = {"label_id": "title", "label_en": "x-title-en"}


class OrderField(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A field of an order's data. ``choices``: what a choice, or each entry of a list, must be one of; ``least`` and
    ``most``: letters of a text, entries of a list, or the number itself; ``pattern``: of a text, or of each entry of a
    list; ``paid``: each entry of the list is paid for, and sent to the provider."""

    name: Annotated[_FieldName, words("Nama isian", "Name", "imeis")]
    label_id: Annotated[_Label, words("Label (Indonesia)", "Label (Indonesian)", "Nomor IMEI")] = ""
    label_en: Annotated[_Label, words("Label (Inggris)", "Label (English)", "IMEI numbers")] = ""
    kind: Annotated[FieldKind, words("Macam", "Kind", "list")] = "text"
    required: Annotated[bool, words("Wajib", "Required", True)] = False
    choices: Annotated[_Choices, words("Pilihan", "Choices", ("hitam", "putih"))] = ()
    least: Annotated[_Bound | None, words("Paling sedikit", "At least", 1)] = None
    most: Annotated[_Bound | None, words("Paling banyak", "At most", 20)] = None
    pattern: Annotated[_Pattern, words("Pola", "Pattern", "^[0-9]{15}$")] = ""
    paid: Annotated[bool, words("Dibayar per baris", "Paid for each", True)] = False


OrderFields = Annotated[tuple[OrderField, ...], Meta(min_length=1, max_length=40)]
#: Where nothing else is said: a list of texts, each of which is paid for.
USUAL: Final = (
    OrderField(
        name="items",
        label_id="Yang dipesan",
        label_en="What is ordered",
        kind="list",
        required=True,
        least=1,
        paid=True,
    ),
)


def schema_of(fields: Sequence[OrderField]) -> dict[str, Any]:
    """The JSON Schema of these fields. Refuses InputInvalid, by ``fields.<number>.<what>``: a name that stands twice, a
    choice without choices, what its kind has not, more at least than at most, a pattern that cannot be used, or two
    lists that are paid for."""
    faults: dict[str, list[str]] = {}
    for number, field in enumerate(fields):
        named = any(other.name == field.name for other in fields[:number])
        second = field.paid and any(other.paid for other in fields[:number])
        found = _faults(field) | ({"name": ["stands twice"]} if named else {})
        found |= {"paid": ["one list is paid for, not two"]} if second else {}
        faults |= {f"fields.{number}.{name}": texts for name, texts in found.items()}
    if faults:
        raise InputInvalid(faults)
    paid = next((f"/{field.name}" for field in fields if field.paid), None)
    return {
        "type": "object",
        "properties": {field.name: _property(field) for field in fields},
        "required": [field.name for field in fields if field.required],
        **({} if paid is None else {"x-quantityFrom": paid, "x-requestFrom": paid}),
    }


def fields_in(schema: Mapping[str, Any]) -> tuple[OrderField, ...]:
    """The fields of a schema; none: it says something that fields cannot."""
    properties = schema.get("properties")
    if not is_object(properties) or not properties:
        return ()
    needed: Any = schema.get("required", [])
    paid = schema.get("x-requestFrom")
    try:
        fields = tuple(
            msgspec.convert(_read(name, of, required=name in needed, paid=paid == f"/{name}"), OrderField)
            for name, of in properties.items()
        )
        same = _plain(schema_of(fields)) == _plain(schema)
    # Whatever else is said there, in whichever shape, is more than fields know.
    except (msgspec.ValidationError, InputInvalid, TypeError, KeyError, AttributeError):
        return ()
    return fields if same else ()


def _faults(field: OrderField) -> dict[str, list[str]]:
    """What is wrong with one of them, by what it is wrong with."""
    found: dict[str, list[str]] = {}
    if field.kind == "choice" and not field.choices:
        found["choices"] = ["is required"]
    if field.choices and field.kind not in ("choice", "list"):
        found["choices"] = ["only a choice or a list has choices"]
    if len(set(field.choices)) < len(field.choices):
        found["choices"] = ["stands twice"]
    for name in ("least", "most"):
        bound: int | None = getattr(field, name)
        if bound is not None and field.kind not in _BOUNDS:
            found[name] = ["only a text, a number or a list has bounds"]
        elif bound is not None and bound < 0 and field.kind in _COUNTS:
            found[name] = ["a number is 0 or more"]
    if field.least is not None and field.most is not None and field.most < field.least:
        found["most"] = [f"less than {field.least}, which is the least"]
    if field.pattern and (fault := _pattern_fault(field)):
        found["pattern"] = [fault]
    if field.paid and field.kind != "list":
        found["paid"] = ["only the entries of a list are paid for"]
    return found


def _pattern_fault(field: OrderField) -> str:
    if field.kind not in ("text", "list"):
        return "only a text or a list has a pattern"
    try:
        compiled({"type": "string", "pattern": field.pattern})
    except SchemaUnusable as problem:
        return str(problem)
    return ""


def _property(field: OrderField) -> dict[str, Any]:
    found: dict[str, Any] = {"type": _TYPES[field.kind]}
    found |= {word: text for name, word in _TITLES.items() if (text := getattr(field, name))}
    bounds = zip(_BOUNDS.get(field.kind, ()), (field.least, field.most), strict=False)
    found |= {word: bound for word, bound in bounds if bound is not None}
    entry: dict[str, Any] = {"enum": list(field.choices)} if field.choices else {}
    entry |= {"pattern": field.pattern} if field.pattern else {}
    return found | ({"items": {"type": "string", **entry}} if field.kind == "list" else entry)


def _read(name: str, of: Mapping[str, Any], *, required: bool, paid: bool) -> dict[str, Any]:
    """A property as a field, of what fields know."""
    entry: Any = of.get("items", {}) if of["type"] == "array" else of
    kinds: dict[str, Callable[[], str]] = {
        "array": lambda: "list", "boolean": lambda: "yes_no", "number": lambda: "number", "integer": lambda: "integer",
        "string": lambda: "choice" if "enum" in of else "text",
    }  # fmt: skip
    kind = kinds[of["type"]]() if isinstance(of["type"], str) and of["type"] in kinds else ""
    least, most = _BOUNDS.get(kind, ("", ""))
    return {
        "name": name, "kind": kind, "required": required, "paid": paid, "choices": entry.get("enum", ()),
        "pattern": entry.get("pattern", ""), "least": of.get(least), "most": of.get(most),
        **{field: of.get(word, "") for field, word in _TITLES.items()},
    }  # fmt: skip


def _plain(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The same schema where nothing is said that holds anyway."""
    found = {name: value for name, value in schema.items() if (name, value) != ("additionalProperties", True)}
    needed = found.get("required", [])
    return found | {"required": sorted(needed) if is_array(needed) else needed}
