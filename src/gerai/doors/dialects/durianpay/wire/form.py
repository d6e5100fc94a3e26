"""Reads JSON objects the way this contract's clients need it (contract §21.1, §21.6).

Keys match whatever their case, at every level; unknown keys are ignored; ``""`` and ``null`` are absent; an empty list
stands for an absent object (PHP encodes empty maps so); numbers may come as text and text as numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NoReturn, cast

import msgspec

from gerai.domain.refusals import BodyUnreadable, InputInvalid
from gerai.doors.dialects.durianpay.wire.formats import read_money, read_timestamp

BLANK: Final = "can't be blank"
INVALID: Final = "is invalid"
_TRUE: Final = frozenset({True, "true", "1"})
_FALSE: Final = frozenset({False, "false", "0"})
_JSON: Final = msgspec.json.Encoder(decimal_format="number")
_PLAIN: Final = (str, int, Decimal)


def _absent(value: Any) -> bool:
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


class Form:
    """One object. Problems are collected under the path of the field (``items[0].price``); ``check`` refuses."""

    def __init__(self, data: dict[str, Any], path: str = "", problems: dict[str, list[str]] | None = None) -> None:
        self._data = {key.lower(): value for key, value in data.items() if not _absent(value)}
        self._path = path
        self._problems: dict[str, list[str]] = {} if problems is None else problems

    @classmethod
    def of(cls, body: Any) -> Form:
        """The body of a request. BodyUnreadable when it is no object."""
        if not isinstance(body, dict):
            raise BodyUnreadable("not_object")
        return cls(cast("dict[str, Any]", body))

    def check(self) -> None:
        """InputInvalid when anything was wrong, with all of it."""
        if self._problems:
            raise InputInvalid(fields=self._problems)

    def complain(self, name: str, message: str) -> None:
        self._problems.setdefault(self._path + name, []).append(message)

    def refuse(self, name: str, message: str) -> NoReturn:
        """Complain and refuse at once, when reading on makes no sense."""
        self.complain(name, message)
        raise InputInvalid(fields=self._problems)

    def has(self, name: str) -> bool:
        return name in self._data

    def require(self, *names: str) -> None:
        """Complain of each that is absent."""
        for name in names:
            if name not in self._data:
                self.complain(name, BLANK)

    def text(self, name: str, longest: int = 255) -> str:
        """Text, or a number as text; empty when absent."""
        value = self._data.get(name, "")
        if isinstance(value, bool) or not isinstance(value, _PLAIN):
            return self._wrong(name, "")
        text = value if isinstance(value, str) else str(value)
        if len(text) > longest:
            self.complain(name, f"is too long (maximum is {longest} characters)")
            return ""
        return text

    def loose_text(self, name: str, longest: int) -> str:
        """Text, or any JSON as its text: the contract calls some fields a string and shows an object."""
        value = self._data.get(name)
        if isinstance(value, (dict, list)):
            self._data[name] = _JSON.encode(value).decode()
        return self.text(name, longest)

    def choice(self, name: str, allowed: tuple[str, ...], otherwise: str) -> str:
        """One of ``allowed``, whatever its case; ``otherwise`` when absent."""
        text = self.text(name)
        for option in allowed:
            if option.lower() == text.lower():
                return option
        return self._wrong(name, otherwise) if text else otherwise

    def flag(self, name: str) -> bool:
        """true and false, also as text or 1 and 0; false when absent."""
        value = self._data.get(name, False)
        value = value.lower() if isinstance(value, str) else value
        if isinstance(value, (bool, str, int)):
            if value in _TRUE:
                return True
            if value in _FALSE:
                return False
        return self._wrong(name, False)

    def integer(self, name: str, lowest: int, highest: int) -> int | None:
        """A whole number, also as text or as ``1.0``; None when absent."""
        return self._read(name, lambda value: _whole(value, lowest, highest))

    def amount(self, name: str) -> int | None:
        """An amount in sen, rounded half-up to whole rupiah; None when absent."""
        return self._read(name, read_money, f"{name} invalid")

    def moment(self, name: str) -> datetime | None:
        """An RFC 3339 time; None when absent or Go's zero time."""
        if not isinstance(self._data.get(name, ""), str):
            return self._wrong(name, None)
        return self._read(name, read_timestamp)

    def form(self, name: str) -> Form | None:
        """An object; None when absent."""
        value = self._data.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            return self._wrong(name, None)
        return Form(cast("dict[str, Any]", value), f"{self._path}{name}.", self._problems)

    def unnamed(self, name: str) -> Form:
        """An object whose fields are complained of without its name in front; empty when absent."""
        inner = self.form(name)
        return Form({} if inner is None else inner._data, self._path, self._problems)

    def forms(self, name: str, most: int) -> list[Form]:
        """A list of objects; empty when absent."""
        value = self._data.get(name, [])
        if not isinstance(value, list):
            return self._wrong(name, list[Form]())
        rows = cast("list[Any]", value)
        if len(rows) > most:
            self.complain(name, f"is too long (maximum is {most} entries)")
            return []
        found: list[Form] = []
        for index, row in enumerate(rows):
            if isinstance(row, dict):
                inner = cast("dict[str, Any]", row)
                found.append(Form(inner, f"{self._path}{name}[{index}].", self._problems))
            else:
                self.complain(f"{name}[{index}]", INVALID)
        return found

    def strings(self, name: str) -> dict[str, str]:
        """An object of strings, its keys as sent. Other values become their JSON text, plain text becomes ``note``."""
        value = self._data.get(name)
        if value is None:
            return {}
        if isinstance(value, str):
            return {"note": value}
        if not isinstance(value, dict):
            return self._wrong(name, dict[str, str]())
        entries = cast("dict[str, Any]", value)
        return {key: _as_text(entry) for key, entry in entries.items()}

    def _read(self, name: str, reader: Callable[[Any], Any], message: str = INVALID) -> Any:
        value = self._data.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, _PLAIN):
            return self._wrong(name, None, message)
        try:
            return reader(value)
        except ValueError:
            return self._wrong(name, None, message)

    def _wrong(self, name: str, instead: Any, message: str = INVALID) -> Any:
        self.complain(name, message)
        return instead


def _whole(value: str | int | Decimal, lowest: int, highest: int) -> int:
    text = value.strip() if isinstance(value, str) else str(value)
    whole, _, fraction = text.partition(".")
    if not (whole.removeprefix("-").isascii() and whole.removeprefix("-").isdigit()) or fraction.strip("0"):
        raise ValueError("not a whole number")
    if len(whole) > len(str(highest)) + 1 or not lowest <= int(whole) <= highest:
        raise ValueError("out of range")
    return int(whole)


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else _JSON.encode(value).decode()
