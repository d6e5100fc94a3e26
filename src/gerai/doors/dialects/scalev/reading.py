"""Reading a JSON object field by field, gathering every mistake in the contract's words before refusing."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any, Final

from gerai.domain.money import MAX_SEN, SEN_PER_RUPIAH
from gerai.domain.refusals import BodyUnreadable, InputInvalid
from gerai.doors.dialects.scalev.formats import exact, plain_phone, timestamp, whole

BLANK: Final = "can't be blank"
INVALID: Final = "is invalid"
#: Ids and quantities beyond this are nonsense; it also fits every column.
MAX_ID: Final = 2**53 - 1
MAX_AMOUNT: Final = MAX_SEN // SEN_PER_RUPIAH // 1000

_FIRST_YEAR: Final = 1000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_EMAIL = re.compile(r"[^@\s,;<>()\"]{1,64}@[^@\s,;<>()\"]{1,189}")
_PHONE = re.compile(r"\+?[0-9][0-9 ().-]{4,24}")


class Reader:
    """One object of a request body. ``path`` is where it stands; nested readers share the list of mistakes.

    ``null`` and ``""`` mean absent; unknown fields are ignored.
    """

    def __init__(self, data: dict[str, Any], path: str = "", mistakes: dict[str, list[str]] | None = None) -> None:
        self._data = data
        self._path = path
        self.mistakes: dict[str, list[str]] = {} if mistakes is None else mistakes

    def wrong(self, name: str, text: str) -> None:
        """Note a mistake in a field."""
        self.mistakes.setdefault(f"{self._path}{name}", []).append(text)

    def finish(self) -> None:
        """InputInvalid with every mistake noted so far, if there is one."""
        if self.mistakes:
            raise InputInvalid(self.mistakes)

    def raw(self, name: str, *, required: bool = False) -> Any:
        """The value, or None when absent (a mistake when ``required``)."""
        value = self._data.get(name)
        if value is None or value == "":
            if required:
                self.wrong(name, BLANK)
            return None
        return value

    def has(self, name: str) -> bool:
        """Whether the field is there at all."""
        return self._data.get(name) not in (None, "")

    def text(self, name: str, *, required: bool = False, minimum: int = 1, maximum: int = 255) -> str | None:
        """Text without control characters, its ends trimmed, of so many characters."""
        value = self.raw(name, required=required)
        if value is None:
            return None
        if not isinstance(value, str) or _CONTROL.search(value):
            self.wrong(name, INVALID)
            return None
        value = value.strip()
        if not value and required:
            self.wrong(name, BLANK)
        elif value and len(value) < minimum:
            self.wrong(name, f"should be at least {minimum} character(s)")
        elif len(value) > maximum:
            self.wrong(name, f"should be at most {maximum} character(s)")
        return value or None

    def integer(self, name: str, *, required: bool = False, minimum: int = 1, maximum: int = MAX_ID) -> int | None:
        """A whole number in bounds (``1.0`` is one)."""
        value = self.raw(name, required=required)
        if value is None:
            return None
        number = whole(value)
        if number is None:
            self.wrong(name, INVALID)
        elif number < minimum:
            self.wrong(name, f"must be greater than or equal to {minimum}")
        elif number > maximum:
            self.wrong(name, f"must be less than or equal to {maximum}")
        else:
            return number
        return None

    def amount(self, name: str, *, required: bool = False) -> int | None:
        """Rupiah, not negative, at most two decimals; in sen."""
        value = self.raw(name, required=required)
        if value is None:
            return None
        number = exact(value)
        if number is None:
            self.wrong(name, INVALID)
        elif number < 0:
            self.wrong(name, "must be greater than or equal to 0")
        elif number > MAX_AMOUNT:
            self.wrong(name, f"must be less than or equal to {MAX_AMOUNT}")
        elif (sen := number * SEN_PER_RUPIAH) != int(sen):
            self.wrong(name, "must have at most 2 decimals")
        else:
            return int(sen)
        return None

    def flag(self, name: str) -> bool:
        """A boolean, false when absent."""
        value = self.raw(name)
        if value is None or isinstance(value, bool):
            return bool(value)
        self.wrong(name, INVALID)
        return False

    def choice(self, name: str, allowed: Collection[str], *, required: bool = False) -> str | None:
        """One of these texts."""
        value = self.raw(name, required=required)
        if value is None or (isinstance(value, str) and value in allowed):
            return value
        self.wrong(name, INVALID)
        return None

    def mapping(self, name: str, *, limit: int = 4096) -> dict[str, Any]:
        """A free object; empty when absent. ``limit`` bounds its length as text."""
        value = self.raw(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.wrong(name, INVALID)
            return {}
        if len(repr(value)) > limit:
            self.wrong(name, f"should be at most {limit} character(s)")
        return value

    def objects(self, name: str, *, maximum: int, required: bool = False) -> list[Reader]:
        """A list of objects, each as a reader; a required one is not empty."""
        found = self._list(name, maximum, required=required)
        readers: list[Reader] = []
        for index, item in enumerate(found):
            if isinstance(item, dict):
                readers.append(Reader(item, f"{self._path}{name}.{index}.", self.mistakes))
            else:
                self.wrong(f"{name}.{index}", INVALID)
        return readers

    def texts(self, name: str, *, maximum: int, required: bool = False) -> list[str]:
        """A list of short texts; whole numbers are taken as their digits."""
        texts: list[str] = []
        for index, item in enumerate(self._list(name, maximum, required=required)):
            number = whole(item)
            if isinstance(item, str) and 0 < len(item) <= 64 and not _CONTROL.search(item):
                texts.append(item)
            elif number is not None and 0 < number <= MAX_ID:
                texts.append(str(number))
            else:
                self.wrong(f"{name}.{index}", INVALID)
        return texts

    def postal_code(self, name: str) -> str | None:
        """Digits, at most ten."""
        value = self.text(name, maximum=10)
        if value is not None and not re.fullmatch(r"[0-9]{1,10}", value):
            self.wrong(name, INVALID)
            return None
        return value

    def moment(self, name: str) -> str | None:
        """An ISO 8601 time with or without an offset (then UTC), as the contract writes times."""
        at = self.instant(name)
        return None if at is None else timestamp(at)

    def instant(self, name: str) -> datetime | None:
        """An ISO 8601 time with or without an offset (then UTC)."""
        value = self.text(name, maximum=40)
        if value is None:
            return None
        try:
            at = datetime.fromisoformat(value)
            at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            at = None
        # Times of three-digit years have no ISO form that everybody writes alike.
        if at is None or at.year < _FIRST_YEAR:
            self.wrong(name, INVALID)
            return None
        return at

    def email(self, name: str) -> str | None:
        """An e-mail address, as far as its form goes."""
        value = self.text(name, maximum=254)
        if value is not None and not _EMAIL.fullmatch(value):
            self.wrong(name, "has invalid format")
            return None
        return value

    def phone(self, name: str) -> str | None:
        """A telephone number; Indonesian ones (08…, 8…, +62…) are written 62…, digits only."""
        value = self.text(name, maximum=25)
        if value is None:
            return None
        if not _PHONE.fullmatch(value) or not value.isascii():
            self.wrong(name, "has invalid format")
            return None
        return plain_phone(value)

    def _list(self, name: str, maximum: int, *, required: bool) -> list[Any]:
        value = self.raw(name, required=required)
        if value is None:
            return []
        if not isinstance(value, list):
            self.wrong(name, INVALID)
            return []
        if required and not value:
            self.wrong(name, BLANK)
        if len(value) > maximum:
            self.wrong(name, f"should have at most {maximum} item(s)")
            return []
        return value


def body_object(data: Any) -> Reader:
    """The reader of a whole body. BodyUnreadable when it is not an object."""
    if not isinstance(data, dict):
        raise BodyUnreadable("not_object")
    return Reader(data)
