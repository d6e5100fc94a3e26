"""The console's texts, amounts and times in one language. Catalogues: ``texts/<language>.json``, same keys in each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from gerai.domain.money import display
from gerai.doors.http.language import Language, catalogues
from gerai.engine.desk.fault_words import in_indonesian
from gerai.kit.bilingual import Bilingual
from gerai.kit.clock import JAKARTA

_TIME: Final[dict[Language, str]] = {"id": "d MMM y, HH.mm", "en": "d MMM y, HH:mm"}
_OF_YEAR: Final[dict[Language, str]] = {"id": "d MMM, HH.mm", "en": "d MMM, HH:mm"}
CATALOGUES: Final = catalogues(__package__ or "")


@dataclass(frozen=True)
class DeskWords:
    """Texts and formats of one language."""

    language: Language

    def __call__(self, key: str, **facts: object) -> str:
        """The text under ``key`` with its places filled. KeyError for a key the catalogue lacks."""
        text = CATALOGUES[self.language][key]
        return text.format_map(facts) if facts else text

    def of(self, text: Bilingual) -> str:
        """A text of the registry."""
        return text.in_language(self.language)

    def word(self, kind: str, value: str) -> str:
        """A word of the shop's own (a state, a role), translated where the catalogue knows it."""
        return CATALOGUES[self.language].get(f"{kind}.{value}", value.replace("_", " "))

    def knows(self, kind: str, value: str) -> bool:
        """Whether the catalogue has this word."""
        return f"{kind}.{value}" in CATALOGUES[self.language]

    def who(self, by: str) -> str:
        """Who did something, ``person:7`` or ``operator``: what they are, and which."""
        kind, _, named = by.partition(":")
        return f"{self.word('who', kind)} {named}".rstrip()

    def account(self, name: str) -> str:
        """An account of the books: ``wallet 22`` as ``Saldo 22``."""
        kind, _, number = name.partition(" ")
        return f"{self.word('account', kind)} {number}".rstrip()

    def fault(self, text: str) -> str:
        """What is wrong with a field, translated where the catalogue knows it."""
        known = CATALOGUES[self.language].get(f"fault.{text}")
        return known or (in_indonesian(text) if self.language == "id" else text)

    def amount(self, sen: int) -> str:
        """``Rp15.000``."""
        return display(sen)

    def time(self, at: datetime) -> str:
        """``30 Nov 2026, 08.06``, Jakarta time."""
        return format_datetime(at, _TIME[self.language], tzinfo=JAKARTA, locale=self.language)

    def short_time(self, at: datetime, today: date) -> str:
        """``30 Nov, 08.06`` of this year, else as :meth:`time`. Jakarta time."""
        if at.astimezone(JAKARTA).year != today.year:
            return self.time(at)
        return format_datetime(at, _OF_YEAR[self.language], tzinfo=JAKARTA, locale=self.language)

    def date(self, day: date) -> str:
        """``30 Nov 2026``."""
        return format_date(day, "d MMM y", locale=self.language)

    def short_date(self, day: date) -> str:
        """``30 Nov``."""
        return format_date(day, "d MMM", locale=self.language)

    def number(self, count: int) -> str:
        """``1.262``."""
        return format_decimal(count, locale=self.language)

    def percent(self, bp: int) -> str:
        """Basis points as whole percent: ``63%``."""
        return f"{self.number((bp + 50) // 100)}%"

    def short_amount(self, sen: int) -> str:
        """An amount with one digit behind its comma at most: ``Rp2,5 jt``."""
        rupiah = sen // 100
        for size, unit in ((10**9, "billion"), (10**6, "million"), (10**3, "thousand")):
            if rupiah >= size:
                tenths = rupiah * 10 // size
                whole, rest = divmod(tenths, 10)
                shown = self.number(whole) + (f"{self('amount.comma')}{rest}" if rest else "")
                return f"Rp{shown} {self(f'amount.{unit}')}"
        return f"Rp{rupiah}"

    def duration(self, seconds: int) -> str:
        """``2 j 5 mnt``: the two largest units."""
        found, left = list[str](), seconds
        for size, unit in ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
            if left >= size and len(found) < 2:
                found.append(f"{left // size} {self(f'duration.{unit}')}")
                left %= size
        return " ".join(found) or f"0 {self('duration.second')}"
