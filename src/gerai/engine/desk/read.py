"""What somebody gave for a struct of the desk, read field by field: every fault is named at once, under its field.

Programs give JSON; people give texts (a query, a form, the terminal), in which an amount stands in rupiah.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import msgspec
from msgspec import UnsetType

from gerai.domain.money import display, parse_rupiah, typed_rupiah
from gerai.domain.refusals import InputInvalid
from gerai.engine.desk.fit import fit
from gerai.kit.closest import not_known
from gerai.kit.json_values import is_array, is_object
from gerai.kit.plain_errors import plain
from gerai.kit.wire import is_kept

Given = TypeVar("Given", bound=msgspec.Struct)
_YES: Final = frozenset({"true", "yes", "ya", "1", "on"})
#: How an amount is typed into a form.
AMOUNT_TYPED: Final = "an amount is written 75000 or 75.000: a dot for thousands, a comma for sen"
_BOUND: Final = re.compile(r"Expected `int` (>=|<=) (-?\d+)")
_NOT_KEPT: Final = "it holds a character that no text may hold"
_TOO_DEEP: Final = "it is nested too deeply"
#: As deep as nobody means it, and far from what an encoder or the database gives up at.
_DEEPEST: Final = 100
_NO: Final = frozenset({"false", "no", "tidak", "0", "off"})


class Field(msgspec.Struct, frozen=True):
    """A field of a struct: ``type`` without what marks it as not given, ``plain``: without bounds and without None;
    ``required``: it has no default."""

    name: str
    type: Any
    plain: Any
    required: bool
    takes_none: bool

    @property
    def is_amount(self) -> bool:
        """Whether it is in sen, which people give and see in rupiah."""
        return self.name.endswith("_sen")

    @property
    def is_list(self) -> bool:
        """Whether it takes several values."""
        return get_origin(self.plain) in (tuple, list)

    @property
    def is_file(self) -> bool:
        """Whether it takes a file: in JSON and as a text, its bytes in base64."""
        return self.plain is bytes

    @property
    def is_text(self) -> bool:
        """Whether any text is a value."""
        return self.plain is str


@cache
def fields_of(struct: type[msgspec.Struct]) -> tuple[Field, ...]:
    """The fields of a struct in order."""
    hints = get_type_hints(struct, include_extras=True)
    required = {field.encode_name for field in msgspec.structs.fields(struct) if field.required}
    found: list[Field] = []
    for name in struct.__struct_fields__:
        type_, parts = _without(hints[name], UnsetType), _parts(hints[name])
        found.append(Field(name, type_, _bare(_without(type_, NoneType)), name in required, NoneType in parts))
    return tuple(found)


def _parts(hint: Any) -> tuple[Any, ...]:
    """The types of a union, or the one there is."""
    if get_origin(hint) is Annotated:
        return _parts(get_args(hint)[0])
    if isinstance(hint, UnionType) or get_origin(hint) is Union:
        return tuple(inner for part in get_args(hint) for inner in _parts(part)) + tuple(get_args(hint))
    return (hint,)


def _without(hint: Any, unwanted: Any) -> Any:
    """The same type, but for this part of its union."""
    if get_origin(hint) is Annotated:
        inner, *marks = get_args(hint)
        left = _without(inner, unwanted)
        return Annotated[left, *marks] if left is not inner else hint
    if isinstance(hint, UnionType) or get_origin(hint) is Union:
        left = tuple(_without(part, unwanted) for part in get_args(hint) if part is not unwanted)
        return Union[left]  # noqa: UP007
    return hint


def _bare(hint: Any) -> Any:
    return _bare(get_args(hint)[0]) if get_origin(hint) is Annotated else hint


def choices_of(plain: Any) -> tuple[str, ...]:
    """The words that a field takes and nothing else; that it may be empty needs none."""
    if get_origin(plain) is Literal:
        return tuple(str(one) for one in get_args(plain) if one != "")
    if get_origin(plain) in (Union, UnionType) and all(get_origin(part) is Literal for part in get_args(plain)):
        return tuple(word for part in get_args(plain) for word in choices_of(part))
    return ()


def read_json(struct: type[Given], given: Any, besides: tuple[str, ...] = ()) -> Given:
    """A struct from decoded JSON; fields named ``besides`` are somebody else's. Refuses InputInvalid."""
    if not isinstance(given, dict):
        raise InputInvalid({"body": ["an object {…} is needed"]})
    return read_by(struct, {k: v for k, v in cast("dict[str, Any]", given).items() if k not in besides}, _from_json)


def read_texts(struct: type[Given], given: Mapping[str, str | list[str]], *, rupiah: bool) -> Given:
    """A struct from texts; a list has one text for each value, or one with commas. ``rupiah``: amounts are given so,
    else in sen. An empty text is nothing where something is required, and else leaves what is no text as it is by
    default. Refuses InputInvalid."""
    return read_by(struct, _filled(struct, given), _from_rupiah if rupiah else from_text)


def read_form(struct: type[Given], given: Mapping[str, str | list[str]]) -> Given:
    """A struct from the texts of a form, as :func:`read_texts`; amounts as they are typed in Indonesia. Refuses
    InputInvalid."""
    return read_by(struct, _filled(struct, given), _from_form)


def _filled(struct: type[msgspec.Struct], given: Mapping[str, str | list[str]]) -> dict[str, Any]:
    """What was given: an empty text only where it is one."""
    filled: dict[str, Any] = {name: value for name, value in given.items() if value not in ("", [])}
    empty = {f.name: "" for f in fields_of(struct) if given.get(f.name) == "" and f.is_text and not f.required}
    return {**empty, **filled}


def read_by(struct: type[Given], given: Mapping[str, Any], convert: Callable[[Field, Any], Any]) -> Given:
    """A struct from values that ``convert`` reads, each for its field; it raises ValueError, or msgspec's own, for one
    that does not fit. Refuses InputInvalid."""
    fields = {field.name: field for field in fields_of(struct)}
    faults = {name: [not_known("field", name, fields, listed=len(fields))] for name in given if name not in fields}
    values: dict[str, Any] = {}
    for name, field in fields.items():
        if name in given:
            try:
                values[name] = fit(field.type, convert(field, given[name]))
            except msgspec.ValidationError as error:
                faults[name] = [plain(str(error), field.type)]
            except ValueError as error:
                faults[name] = [str(error)]
        elif field.required:
            faults[name] = ["is required"]
    if faults:
        raise InputInvalid(faults)
    return struct(**values)


def _from_json(field: Field, value: Any) -> Any:
    return msgspec.convert(value, field.type)


def _from_form(field: Field, value: Any) -> Any:
    """As people type it; of an amount that is out of bounds, the bound in rupiah."""
    if not field.is_amount or not isinstance(value, str):
        return from_text(field, value)
    try:
        amount_sen = typed_rupiah(value)
    except ValueError:
        raise ValueError(AMOUNT_TYPED) from None
    try:
        return msgspec.convert(amount_sen, field.type)
    except msgspec.ValidationError as error:
        if (bound := _BOUND.fullmatch(str(error))) is None:
            raise
        if bound[1] == ">=":
            raise ValueError("an amount is more than nothing") from None
        raise ValueError(f"an amount is at most {display(int(bound[2]))}") from None


def _from_rupiah(field: Field, value: Any) -> Any:
    if field.is_amount and isinstance(value, str):
        try:
            value = parse_rupiah(value)
        except ValueError:
            raise ValueError("an amount is written 15000 or Rp15.000") from None
    return from_text(field, value)


def from_text(field: Field, value: Any) -> Any:
    """The field's value of a text, or of several. Raises ValueError, or msgspec's own."""
    texts: list[str] = value if is_array(value) else [value] if isinstance(value, str) else []
    if not all(map(is_kept, texts)):
        raise ValueError(_NOT_KEPT)
    if field.is_list:
        return msgspec.convert(_listed(value), field.type, strict=False)
    if is_array(value):
        raise ValueError("one value, not several")
    if field.plain is bool:
        word = str(value).casefold()
        if word not in _YES | _NO:
            raise ValueError("yes or no")
        return word in _YES
    if isinstance(value, str) and not field.is_text and value.lstrip().startswith(("{", "[")):
        value = _json(value)
    return msgspec.convert(value, field.type, strict=False)


def _listed(value: Any) -> Any:
    if isinstance(value, str):
        if value.lstrip().startswith("["):
            return _json(value)
        return [part.strip() for part in value.split(",") if part.strip()]
    return [_json(one) if one.lstrip().startswith("{") else one for one in value]


def _json(text: str) -> Any:
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise ValueError(f"no valid JSON ({error})") from error
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    _require_kept(found, _DEEPEST)
    return found


def _require_kept(value: Any, deeper: int) -> None:
    """Raises ValueError: a text in it, or the name of one, holds what no text may hold; or it is nested too deeply."""
    if isinstance(value, str) and not is_kept(value):
        raise ValueError(_NOT_KEPT)
    inner: list[Any] = value if is_array(value) else [*value, *value.values()] if is_object(value) else []
    if inner and not deeper:
        raise ValueError(_TOO_DEEP)
    for one in inner:
        _require_kept(one, deeper - 1)
