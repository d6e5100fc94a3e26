"""The pages' texts, dates and numbers in one language. Catalogues: ``texts/<language>.json``, same keys in each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from babel.dates import format_datetime

from gerai.doors.http.language import Language, catalogues
from gerai.kit.clock import JAKARTA
from gerai.ports.channel_titles import channel_title

_LONG: Final[dict[Language, str]] = {"id": "d MMMM y, HH.mm 'WIB'", "en": "d MMMM y, HH:mm 'WIB'"}
_SHORT: Final[dict[Language, str]] = {"id": "d MMM, HH.mm", "en": "d MMM, HH:mm"}
_CATALOGUES: Final = catalogues(__package__ or "")


@dataclass(frozen=True)
class Words:
    """Texts and formats of one language."""

    language: Language

    @property
    def texts(self) -> Mapping[str, str]:
        return _CATALOGUES[self.language]

    def __call__(self, key: str, **facts: object) -> str:
        """The text under ``key`` with its placeholders filled. KeyError for a key the catalogue lacks."""
        text = self.texts[key]
        return text.format_map(facts) if facts else text

    def of_method(self, key: str, name: str, **facts: object) -> str:
        """The text under ``key`` for the payment method ``name``: its own (``pay.heading.card``), else everybody's."""
        own = f"{key}.{name}"
        return self(own if own in self.texts else key, **facts)

    def known(self, key: str) -> str:
        """The text under ``key``, or an empty string: for keys made from data (a method's name)."""
        return self.texts.get(key, "")

    def channel(self, code: str) -> str:
        """How a payment channel is called: our own text for it, else :func:`channel_title`."""
        return self.known(f"channel.{code.lower()}") or channel_title(code)

    def long_time(self, at: datetime) -> str:
        """``22 November 2026, 08.06 WIB``: Jakarta time, whatever zone ``at`` carries."""
        return format_datetime(at, _LONG[self.language], tzinfo=JAKARTA, locale=self.language)

    def short_time(self, at: datetime) -> str:
        """``22 Nov, 08.06`` in Jakarta time, for the timeline."""
        return format_datetime(at, _SHORT[self.language], tzinfo=JAKARTA, locale=self.language)


def clock(seconds: int) -> str:
    """A stretch of time as ``HH:MM:SS``; hours go beyond 24 (``49:00:05``), never below zero."""
    minutes, second = divmod(max(seconds, 0), 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02d}:{minute:02d}:{second:02d}"
