"""One decoded object: which fields it has, and what was wrong with them."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, Final, NoReturn, cast

from gerai.domain.refusals import FieldsForbidden, InputInvalid
from gerai.doors.http.field_rules import FieldRules, Path
from gerai.doors.http.field_values import is_absent

#: How many unknown names are listed at the most, and how much of each.
_NAMES_TOLD, _NAME_TOLD = 50, 64
#: Stands in a query for a name that is repeated with another value.
SEVERAL: Final = object()


class NotedFaults:
    """What was wrong so far; shared by a body and all its parts."""

    __slots__ = ("by_path", "where")

    def __init__(self, where: str) -> None:
        self.where = where
        self.by_path: dict[str, list[str]] = {}


class SentObject:
    """What a client sent under names. Its parts share the list of faults; ``check`` refuses with all of them."""

    __slots__ = ("_data", "_faults", "_path", "_rules")

    def __init__(self, data: dict[str, Any], rules: FieldRules, path: Path, faults: NotedFaults) -> None:
        self._data = {name.lower(): value for name, value in data.items()} if rules.fold_case else data
        self._rules = rules
        self._path = path
        self._faults = faults

    # --- faults ----------------------------------------------------------------------------

    def check(self) -> None:
        """InputInvalid when anything was wrong anywhere, with all of it."""
        if self._faults.by_path:
            raise InputInvalid(self._faults.by_path, self._faults.where)

    def complain(self, name: str | int, text: str) -> None:
        """Note a fault of a field in the caller's own words."""
        self._faults.by_path.setdefault(self._rules.path((*self._path, name)), []).append(text)

    def refuse(self, name: str, text: str) -> NoReturn:
        """Note a fault and refuse at once, where reading on makes no sense."""
        self.complain(name, text)
        raise InputInvalid(self._faults.by_path, self._faults.where)

    @property
    def faulty(self) -> bool:
        """Whether anything was wrong so far."""
        return bool(self._faults.by_path)

    def _fault(self, name: str | int, kind: str, **values: Any) -> None:
        texts = self._rules.texts
        sentence: str = getattr(texts, kind) or texts.invalid
        self.complain(name, sentence.format(name=name, **values))

    def _matched(self, name: str, text: str, pattern: re.Pattern[str], kind: str) -> str:
        """The text, or ``""`` where it has not this form, which is noted."""
        if not text or pattern.fullmatch(text):
            return text
        self._fault(name, f"not_{kind}", expected=kind)
        return ""

    # --- which fields there are ------------------------------------------------------------

    def raw(self, name: str) -> Any:
        """The value as it came, or None when absent."""
        value = self._data.get(name)
        return None if is_absent(value) else value

    def has(self, name: str) -> bool:
        """Whether the field is there and not empty."""
        return self.raw(name) is not None

    @property
    def empty(self) -> bool:
        """Whether no field was sent at all."""
        return not self._data

    def require(self, *names: str) -> None:
        """Note each that is absent."""
        for name in names:
            if not self.has(name):
                self._fault(name, "required", expected="value")

    def only(self, known: Collection[str]) -> None:
        """FieldsForbidden, with the names of all others (bounded)."""
        if others := self._others(known):
            raise FieldsForbidden(others)

    def note_unknown(self, known: Collection[str]) -> None:
        """Note each field that is not known, with the text ``unknown_field``."""
        for name in self._others(known):
            self._fault(name, "unknown_field")

    def _others(self, known: Collection[str]) -> tuple[str, ...]:
        others = [name[:_NAME_TOLD] for name in self._data if name not in known]
        return tuple(others[:_NAMES_TOLD])

    def _value(self, name: str, expected: str, *, required: bool) -> Any:
        """The value, None when absent; notes a required one that is."""
        value = self._data.get(name)
        if value is SEVERAL:
            self._fault(name, "repeated", expected=expected)
            # Noted once, however often it is read.
            self._data[name] = None
            return None
        if not is_absent(value):
            return value
        if required:
            blank = isinstance(value, str) and self._rules.texts.blank
            self._fault(name, "blank" if blank else "required", expected=expected, least=1)
        return None


def as_object(value: Any) -> dict[str, Any] | None:
    """The value where it is an object; ``[]`` is an empty one. None for anything else."""
    if isinstance(value, dict):
        return cast("dict[str, Any]", value)
    return {} if value == [] else None
