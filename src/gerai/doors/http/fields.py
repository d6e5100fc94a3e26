"""The one reader of decoded JSON objects and queries: tolerant where the meaning is clear, strict where it is not.

A door describes itself once with :class:`FieldRules` (its texts, how it writes a path) and then reads field by field::

    form = Fields.of_body(await ctx.json(exact=True), RULES)
    wanted = NewOrder(name=form.text("name", required=True), amount_sen=form.amount("amount") or 0)
    form.check()

Every method notes what is wrong under the field's path and returns an empty stand-in, so that reading goes on and
``check`` refuses with all of it. Alike in all doors: ``null``, ``""`` and blanks are absent; ``[]`` is an empty object
where one is expected, as PHP writes it, and absent elsewhere; digits are read from text and text from whole numbers;
``"true"``, ``"false"``, ``1``, ``0`` are booleans; texts lose blanks and invisible marks around them; a telephone
number has one form; a time without offset is Jakarta's.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, cast

import msgspec

from gerai.domain.money import MAX_SEN, decimal_string
from gerai.domain.refusals import BodyUnreadable
from gerai.doors.http.amounts import AmountFault, read_amount
from gerai.doors.http.field_rules import FieldRules
from gerai.doors.http.field_values import MAX_ID, flag_of, is_absent, visible, whole_number
from gerai.doors.http.sent_object import SEVERAL, NotedFaults, as_object
from gerai.doors.http.sent_texts import SentTexts
from gerai.doors.http.times import EARLIEST, LATEST, TimeOutOfReach, read_time

#: What libraries add to a query so that no cache answers it (jQuery's ``_`` with the time).
_CACHE_BUSTERS: Final = frozenset({"_", "_t", "_ts", "nocache"})
_encode: Final = msgspec.json.Encoder(decimal_format="number").encode


class Fields(SentTexts):
    """Reads the fields of one object. Made by :meth:`of_body` or :meth:`of_query`."""

    __slots__ = ()

    @classmethod
    def of_body(cls, body: Any, rules: FieldRules) -> Fields:
        """A decoded body. BodyUnreadable (not_object) when it is neither an object nor ``[]``, PHP's empty one."""
        found = as_object(body)
        if found is None:
            raise BodyUnreadable("not_object")
        return cls(found, rules, (), NotedFaults("body"))

    @classmethod
    def of_query(cls, items: Iterable[tuple[str, str]], rules: FieldRules, where: str = "query") -> Fields:
        """A query, or the parts of a path (``where``: params). Empty values are not there (PHP sends every filter of a
        form), nor what only keeps caches away. A name that is repeated with another value is refused where it is read:
        a list that took one of them would show what nobody asked for."""
        data: dict[str, Any] = {}
        for sent_name, value in items:
            name = sent_name.lower() if rules.fold_case else sent_name
            if is_absent(value) or name in _CACHE_BUSTERS:
                continue
            first = data.setdefault(name, value)
            if first is not SEVERAL and visible(first) != visible(value):
                data[name] = SEVERAL
        return cls(data, rules, (), NotedFaults(where))

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
            kinds = {"negative": "too_small", "too_large": "too_large", "too_precise": "too_precise"}
            kind = kinds.get(fault.reason, "not_amount")
            self._fault(name, kind, least=least, most=most, expected="amount")
            return None
        if sen < least_sen:
            self._fault(name, "too_small", least=least, most=most)
            return None
        return sen

    def flag(self, name: str, *, otherwise: bool = False) -> bool:
        """A boolean, also as 1, 0 or text; ``otherwise`` when absent."""
        value = self._value(name, "boolean", required=False)
        if value is None:
            return otherwise
        known = flag_of(value)
        if known is None:
            self._fault(name, "not_flag", expected="boolean")
            return otherwise
        return known

    def moment(
        self, name: str, *, required: bool = False, past_the_end: bool = False, bound: bool = False
    ) -> datetime | None:
        """An ISO 8601 date or time as an instant (``times.read_time``); None when absent. ``bound``: it only says until
        when or since when, so that one out of reach (``9999-12-31``, how many write "for ever") is the nearest in
        reach."""
        value = self._value(name, "date", required=required)
        if value is None:
            return None
        kind = "not_time"
        try:
            if isinstance(value, str):
                return read_time(visible(value), past_the_end=past_the_end)
        except TimeOutOfReach as far:
            if bound:
                return far.nearest
            kind = "time_out_of_reach"
        except ValueError:
            pass
        self._fault(name, kind, expected="date", least=EARLIEST.year, most=LATEST.year)
        return None

    # --- what holds others -----------------------------------------------------------------

    def object(self, name: str, *, required: bool = False, unnamed: bool = False) -> Fields | None:
        """An object; None when absent. ``unnamed``: its faults are noted without its name in front."""
        value = self._object(name, required=required)
        if value is None:
            return None
        path = self._path if unnamed else (*self._path, name)
        return Fields(value, self._rules, path, self._faults)

    def objects(self, name: str, *, required: bool = False, most: int) -> list[Fields]:
        """A list of objects; a required one is not empty."""
        found: list[Fields] = []
        path = (*self._path, name)
        for index, row in enumerate(self._list(name, most, required=required)):
            inner = as_object(row)
            if inner is None:
                Fields({}, self._rules, path, self._faults)._fault(index, "not_object", expected="object")
            else:
                found.append(Fields(inner, self._rules, (*path, index), self._faults))
        return found

    def texts(self, name: str, *, required: bool = False, most_items: int, most: int = 255) -> list[str]:
        """A list of texts; numbers are taken as their digits."""
        rows = self._list(name, most_items, required=required)
        inner = Fields({}, self._rules, (*self._path, name), self._faults)
        return [inner._text(index, row, 1, most) for index, row in enumerate(rows)]

    def mapping(self, name: str, *, required: bool = False, most: int | None = 4096) -> dict[str, Any]:
        """A free object as it came; ``{}`` when absent. ``most`` bounds its length as JSON."""
        value = self._object(name, required=required)
        if value is not None and most is not None and len(_encode(value)) > most:
            self._fault(name, "too_long", most=most)
            return {}
        return value or {}

    def _object(self, name: str, *, required: bool) -> dict[str, Any] | None:
        found = as_object(self._data.get(name))
        if found is None and self._value(name, "object", required=required) is not None:
            self._fault(name, "not_object", expected="object")
        return found

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
