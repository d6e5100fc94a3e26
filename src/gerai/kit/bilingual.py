"""A text in both languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Bilingual:
    """A text in Bahasa Indonesia and in English."""

    id: str
    en: str

    def in_language(self, code: str) -> str:
        """``id`` or ``en``; Indonesian for any other code."""
        return self.en if code == "en" else self.id

    @property
    def both(self) -> str:
        """Where nobody says which language is read: one behind the other, or the one there is."""
        return self.id if self.id == self.en else f"{self.id} / {self.en}"
