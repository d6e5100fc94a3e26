"""The texts of one decoded object: plain ones, choices, addresses, telephones, digits that are a name."""

from __future__ import annotations

import re
from collections.abc import Collection
from decimal import Decimal
from typing import Any, Final

from gerai.doors.http.field_values import digits_sent, text_of, visible
from gerai.doors.http.links import WEB_ADDRESS
from gerai.doors.http.sent_object import SentObject

_EMAIL: Final = re.compile(r"[^@\s,;<>()\"\x00-\x1f\x7f]{1,64}@[^@\s,;<>()\"\x00-\x1f\x7f]{1,189}")
_ZERO_FRACTION: Final = re.compile(r"(?<=[0-9])\.0{1,2}$", re.ASCII)


class SentTexts(SentObject):
    """Reads the fields of one object that are texts."""

    __slots__ = ()

    def text(self, name: str, *, required: bool = False, least: int = 1, most: int = 255, numbers: bool = True) -> str:
        """A text of so many characters, or a number as text; ``""`` when absent. ``numbers`` false: for words that are
        never digits, so that a number is a mistake."""
        value = self._value(name, "string", required=required)
        if value is not None and not numbers and not isinstance(value, str):
            self._fault(name, "not_text", expected="string")
            return ""
        return "" if value is None else self._text(name, value, least, most)

    def _text(self, name: str | int, value: Any, least: int, most: int) -> str:
        text, refused = text_of(value), self._rules.refused_characters
        if text is None:
            kind = "not_whole_text" if isinstance(value, float | Decimal) else "not_text"
            self._fault(name, kind, expected="string")
        elif len(text) > most:
            self._fault(name, "too_long", most=most)
        elif len(text) < least:
            self._fault(name, "too_short", least=least)
        elif refused is not None and not text.isprintable() and refused.search(text):
            self._fault(name, "unprintable")
        else:
            return text
        return ""

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
        return self._matched(name, self.text(name, required=required, most=254), _EMAIL, "email")

    def remark(self, name: str, *, most: int = 255) -> str:
        """A text that decides nothing (a note, the address of a picture, which nothing here opens or draws): nobody's
        order is refused for its form. ``false`` is absent, as PHP's functions return it for "there is none"."""
        return "" if self._data.get(name) is False else self.text(name, most=most)

    def picture(self, name: str, *, most: int = 2_000) -> str:
        """The same of a picture; one that is too long, as a picture itself in ``data:`` is, is left out."""
        value = self._data.get(name)
        return "" if isinstance(value, str) and len(visible(value)) > most else self.remark(name, most=most)

    def link(self, name: str, *, most: int = 500) -> str:
        """The address of a web page (http or https, nothing else); ``""`` when absent, as in :meth:`remark`."""
        return self._matched(name, self.remark(name, most=most), WEB_ADDRESS, "link")

    def phone(self, name: str, *, required: bool = False) -> str:
        """A telephone number in the rules' form; ``""`` when absent."""
        text = self.digits_text(name, required=required)
        if not text:
            return ""
        try:
            return self._rules.phone(text)
        except ValueError:
            self._fault(name, "not_phone", expected="phone")
            return ""

    def digits(self, name: str, *, required: bool = False, most: int = 10) -> str:
        """Digits that are a name and no number (postal codes), blanks between them left out; ``""`` when absent."""
        text = self.digits_text(name, required=required, most=most + 10).replace(" ", "")
        # A column of decimals, exported: "40115.0".
        text = _ZERO_FRACTION.sub("", text)
        if text and not (text.isascii() and text.isdigit() and len(text) <= most):
            self._fault(name, "not_digits", expected="string", most=most)
            return ""
        return text

    def digits_text(self, name: str, *, required: bool = False, most: int = 255) -> str:
        """A text in which only digits count, so that a number which went through a float is read, too."""
        value = self._value(name, "string", required=required)
        return "" if value is None else self._text(name, digits_sent(value), 1, most)
