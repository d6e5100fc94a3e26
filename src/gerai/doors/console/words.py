"""The console's texts, amounts and times in one language. Catalogues: ``texts/<language>.json``, same keys in each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from babel.dates import format_datetime

from gerai.domain.money import display
from gerai.doors.http.language import Language, catalogues
from gerai.engine.desk.fault_words import in_indonesian
from gerai.kit.bilingual import Bilingual
from gerai.kit.clock import JAKARTA

_TIME: Final[dict[Language, str]] = {"id": "d MMM y, HH.mm", "en": "d MMM y, HH:mm"}
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
