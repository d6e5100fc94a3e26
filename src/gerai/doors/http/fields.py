"""The one reader of decoded JSON objects and queries: tolerant where the meaning is clear, strict where it is not.

A door describes itself once with :class:`FieldRules` (its texts, how it writes a path) and then reads field by field::

    form = Fields.of_body(await ctx.json(exact=True), RULES)
    wanted = NewOrder(name=form.text("name", required=True), amount_sen=form.amount("amount") or 0)
    form.check()

Every method notes what is wrong under the field's path and returns an empty stand-in, so that reading goes on and
``check`` refuses with all of it. Alike in all doors: ``null``, ``""`` and blanks are absent; so is ``[]``, PHP's form
of an empty map; digits are read from text and text from digits; ``"true"``, ``"false"``, ``1``, ``0`` are booleans;
texts lose blanks and invisible marks around them; a telephone number has one form; a time without offset is Jakarta's.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NoReturn, cast

import msgspec

from gerai.domain.money import MAX_SEN, decimal_string
from gerai.domain.refusals import BodyUnreadable, FieldsForbidden, InputInvalid
from gerai.doors.http.amounts import AmountFault, read_amount
from gerai.doors.http.field_rules import FieldRules, Path
from gerai.doors.http.field_values import MAX_ID, is_absent, visible, whole_digits, whole_number
from gerai.doors.http.times import read_time

_EMAIL: Final = re.compile(r"[^@\s,;<>()\"\x00-\x1f\x7f]{1,64}@[^@\s,;<>()\"\x00-\x1f\x7f]{1,189}")
_ZERO_FRACTION: Final = re.compile(r"(?<=[0-9])\.0{1,2}$", re.ASCII)
_FLAGS: Final[dict[Any, bool]] = {"true": True, "1": True, "false": False, "0": False, 1: True, 0: False}
_NAMES_TOLD, _NAME_TOLD = 50, 64
_encode: Final = msgspec.json.Encoder(decimal_format="number").encode


class _Faults:
    """What was wrong so far; shared by a body and all its parts."""

    __slots__ = ("by_path", "where")

    def __init__(self, where: str) -> None:
        self.where = where
        self.by_path: dict[str, list[str]] = {}


class Fields:
    """One object. Made by :meth:`of_body` or :meth:`of_query`; parts of it share the list of faults."""

    __slots__ = ("_data", "_faults", "_path", "_rules")

    def __init__(self, data: dict[str, Any], rules: FieldRules, path: Path, faults: _Faults) -> None:
        self._data = {name.lower(): value for name, value in data.items()} if rules.fold_case else data
        self._rules = rules
        self._path = path
        self._faults = faults

    @classmethod
    def of_body(cls, body: Any, rules: FieldRules) -> Fields:
        """A decoded body. BodyUnreadable (not_object) when it is neither an object nor ``[]``, PHP's empty one."""
        if body == []:
            body = {}
        if not isinstance(body, dict):
            raise BodyUnreadable("not_object")
        return cls(cast("dict[str, Any]", body), rules, (), _Faults("body"))

    @classmethod
    def of_query(cls, items: Iterable[tuple[str, str]], rules: FieldRules, where: str = "query") -> Fields:
        """A query, or the parts of a path (``where``: params). Empty values are not there (PHP sends every filter of a
        form); of a repeated name the first counts."""
        data: dict[str, Any] = {}
        for name, value in items:
            if not is_absent(value):
                data.setdefault(name, value)
        return cls(data, rules, (), _Faults(where))

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
        if not is_absent(value):
            return value
        if required:
            blank = isinstance(value, str) and self._rules.texts.blank
            self._fault(name, "blank" if blank else "required", expected=expected, least=1)
        return None

    # --- texts -----------------------------------------------------------------------------

    def text(self, name: str, *, required: bool = False, least: int = 1, most: int = 255, numbers: bool = True) -> str:
        """A text of so many characters, or a number as text; ``""`` when absent. ``numbers`` false: for words that are
        never digits, so that a number is a mistake."""
        value = self._value(name, "string", required=required)
        if value is not None and not numbers and not isinstance(value, str):
            self._fault(name, "not_text", expected="string")
            return ""
        return "" if value is None else self._text(name, value, least, most)

    def _text(self, name: str | int, value: Any, least: int, most: int) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
            self._fault(name, "not_text", expected="string")
            return ""
        if isinstance(value, float) and abs(value) > MAX_ID:
            # Its last digits are lost already: what is left would be another text.
            self._fault(name, "not_text", expected="string")
            return ""
        if isinstance(value, str):
            text = visible(value)
        else:
            text = (isinstance(value, float | Decimal) and whole_digits(value)) or _encode(value).decode()
        refused = self._rules.refused_characters
        if len(text) > most:
            self._fault(name, "too_long", most=most)
        elif len(text) < least:
            self._fault(name, "too_short", least=least)
        elif refused is not None and not text.isprintable() and refused.search(text):
            self._fault(name, "unprintable")
        else:
            return text
        return ""

    def texts(self, name: str, *, required: bool = False, most_items: int, most: int = 255) -> list[str]:
        """A list of texts; numbers are taken as their digits."""
        rows = self._list(name, most_items, required=required)
        inner = Fields({}, self._rules, (*self._path, name), self._faults)
        return [inner._text(index, row, 1, most) for index, row in enumerate(rows)]

    def choice(self, name: str, allowed: Collection[str], *, required: bool = False, otherwise: str = "") -> str:
        """One of these words; ``otherwise`` when absent or wrong."""
        value = self._value(name, "string", required=required)
        if value is None:
            return otherwise
        word = visible(value) if isinstance(value, str) else value
        for option in allowed:
            if word == option or (self._rules.fold_case and isinstance(word, str) and word.lower() == option.lower()):
                return option
        self._fault(name, "unknown_choice", choices=self._rules.choices(allowed))
        return otherwise

    def email(self, name: str, *, required: bool = False) -> str:
        """An e-mail address, as far as its form goes; ``""`` when absent."""
        text = self.text(name, required=required, most=254)
        if text and not _EMAIL.fullmatch(text):
            self._fault(name, "not_email", expected="email")
            return ""
        return text

    def phone(self, name: str, *, required: bool = False) -> str:
        """A telephone number in the rules' form; ``""`` when absent."""
        text = self.text(name, required=required)
        if not text:
            return ""
        try:
            return self._rules.phone(text)
        except ValueError:
            self._fault(name, "not_phone", expected="phone")
            return ""

    def digits(self, name: str, *, required: bool = False, most: int = 10) -> str:
        """Digits that are a name and no number (postal codes), blanks between them left out; ``""`` when absent."""
        text = self.text(name, required=required, most=most + 10).replace(" ", "")
        # A column of decimals, exported: "40115.0".
        text = _ZERO_FRACTION.sub("", text)
        if text and not (text.isascii() and text.isdigit() and len(text) <= most):
            self._fault(name, "not_digits", expected="string", most=most)
            return ""
        return text

    # --- numbers, booleans, times ----------------------------------------------------------

    def integer(self, name: str, *, required: bool = False, least: int = 1, most: int = MAX_ID) -> int | None:
        """A whole number in bounds; None when absent."""
        value = self._value(name, "number", required=required)
        if value is None:
            return None
        number = whole_number(visible(value) if isinstance(value, str) else value)
        if number is None:
            self._fault(name, "not_whole", expected="number")
        elif number < least:
            self._fault(name, "too_small", least=least)
        elif number > most:
            self._fault(name, "too_large", most=most)
        else:
            return number
        return None

    def amount(self, name: str, *, required: bool = False, least_sen: int = 0, most_sen: int = MAX_SEN) -> int | None:
        """An amount in sen; None when absent. Bounds are shown as ``{least}`` and ``{most}`` in rupiah."""
        value = self._value(name, "amount", required=required)
        if value is None:
            return None
        least, most = (decimal_string(sen).removesuffix(".00") for sen in (least_sen, most_sen))
        try:
            sen = read_amount(value, self._rules.rounding, most_sen)
        except AmountFault as fault:
            kinds = {"negative": "amount_too_small", "too_large": "amount_too_large", "too_precise": "too_precise"}
            kind = kinds.get(fault.reason, "not_amount")
            self._fault(name, kind, least=least, most=most, expected="amount")
            return None
        if sen < least_sen:
            self._fault(name, "amount_too_small", least=least, most=most)
            return None
        return sen

    def flag(self, name: str, *, otherwise: bool = False) -> bool:
        """A boolean, also as 1, 0 or text; ``otherwise`` when absent."""
        value = self._value(name, "boolean", required=False)
        if value is None:
            return otherwise
        if isinstance(value, str):
            value = visible(value).lower()
        known = _FLAGS.get(value) if isinstance(value, str | int) else None
        if known is None:
            self._fault(name, "not_flag", expected="boolean")
            return otherwise
        return known

    def moment(self, name: str, *, required: bool = False, past_the_end: bool = False) -> datetime | None:
        """An ISO 8601 date or time as an instant (``times.read_time``); None when absent."""
        value = self._value(name, "date", required=required)
        if value is None:
            return None
        try:
            if isinstance(value, str):
                return read_time(visible(value), past_the_end=past_the_end)
        except ValueError:
            pass
        self._fault(name, "not_time", expected="date")
        return None

    # --- what holds others -----------------------------------------------------------------

    def object(self, name: str, *, required: bool = False, unnamed: bool = False) -> Fields | None:
        """An object; None when absent. ``unnamed``: its faults are noted without its name in front."""
        value = self._value(name, "object", required=required)
        if value is None:
            return None
        if not isinstance(value, dict):
            self._fault(name, "not_object", expected="object")
            return None
        path = self._path if unnamed else (*self._path, name)
        return Fields(cast("dict[str, Any]", value), self._rules, path, self._faults)

    def objects(self, name: str, *, required: bool = False, most: int) -> list[Fields]:
        """A list of objects; a required one is not empty."""
        found: list[Fields] = []
        path = (*self._path, name)
        for index, row in enumerate(self._list(name, most, required=required)):
            inner = Fields(cast("dict[str, Any]", row) if isinstance(row, dict) else {}, self._rules,
                           (*path, index), self._faults)  # fmt: skip
            if isinstance(row, dict):
                found.append(inner)
            else:
                Fields({}, self._rules, path, self._faults)._fault(index, "not_object", expected="object")
        return found

    def mapping(self, name: str, *, required: bool = False, most: int | None = 4096) -> dict[str, Any]:
        """A free object as it came; ``{}`` when absent. ``most`` bounds its length as JSON."""
        value = self._value(name, "object", required=required)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self._fault(name, "not_object", expected="object")
            return {}
        if most is not None and len(_encode(value)) > most:
            self._fault(name, "object_too_large", most=most)
            return {}
        return cast("dict[str, Any]", value)

    def _list(self, name: str, most: int, *, required: bool) -> list[Any]:
        value = self._value(name, "array", required=required)
        if value is None:
            return []
        if not isinstance(value, list):
            self._fault(name, "not_list", expected="array")
            return []
        rows = cast("list[Any]", value)
        if len(rows) > most:
            self._fault(name, "too_many_items", most=most)
            return []
        return rows
