"""What a value of a field must be beside its type: kept by a column, shown everywhere, and of one line where it is a
name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final, cast

from msgspec import inspect

from gerai.engine.desk.fields import LARGEST
from gerai.kit.clock import in_reach
from gerai.kit.wire import is_one_line

#: What may be longer is written in lines.
_LINE: Final = 300


def fit(type: Any, value: Any) -> Any:
    """The same value. Raises ValueError: a time that cannot be kept and shown everywhere; a number, also of a list,
    that no column holds, whatever else bounds it; a text of one line with something else in it."""
    if isinstance(value, datetime) and not in_reach(value):
        raise ValueError("there is no such time")
    for one in _each(value):
        if isinstance(one, int) and not -LARGEST <= one <= LARGEST:
            raise ValueError(f"a number is {LARGEST} or less" if one > 0 else f"a number is {-LARGEST} or more")
    _require_lines(_inspected(type), value)
    return value


def _each(value: Any) -> Sequence[Any]:
    """What a list holds, or the one value."""
    return cast("Sequence[Any]", value) if isinstance(value, (list, tuple)) else (value,)


@cache
def _inspected(type: Any) -> inspect.Type:
    """The type as msgspec sees it."""
    return inspect.type_info(type)


def _require_lines(type: inspect.Type, value: Any) -> None:
    """Raises ValueError: a text of one line has something else in it, wherever in the value it stands."""
    match type:
        case inspect.StrType(max_length=int(most)) if isinstance(value, str):
            if most <= _LINE and not is_one_line(value):
                raise ValueError("it holds a line break, or a character that is not seen")
        case inspect.Metadata(type=inner):
            _require_lines(inner, value)
        case inspect.UnionType(types=types):
            for inner in types:
                _require_lines(inner, value)
        case inspect.ListType(item_type=inner) | inspect.VarTupleType(item_type=inner) if isinstance(
            value, list | tuple
        ):
            for one in cast("list[Any]", value):
                _require_lines(inner, one)
        case inspect.StructType(cls=struct, fields=fields) if isinstance(value, struct):
            for one in fields:
                _require_lines(one.type, getattr(value, one.name))
        case _:
            pass
