"""The language of the terminal: chosen once, at the start. English is what stands in the code; Bahasa Indonesia stands
in the tables of ``texts/``, by the English text, in which ``{}`` is whatever stands there."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from gerai.engine.desk.fault_words import in_indonesian
from gerai.kit.bilingual import Bilingual

LANGUAGES: Final = ("id", "en")
_OPTION: Final = "--lang"
#: What says which language somebody reads, the first that is there.
_LOCALE: Final = ("LC_ALL", "LC_MESSAGES", "LANG")
_FOLDED: Final = re.compile(r"(?<!\n)\n(?!\n)")


class LanguageUnknown(Exception):
    """There is none of this name. The text is fit for who typed it."""


class _Chosen:
    language = "en"


def choose(language: str) -> None:
    """From now on this is the language."""
    _Chosen.language = language


def language() -> str:
    """``id`` or ``en``."""
    return _Chosen.language


def asked_for(arguments: Sequence[str], environ: Mapping[str, str] = os.environ) -> tuple[str, list[str]]:
    """The language, and the arguments without the option that says it (wherever it stands before ``--``): ``--lang``,
    else GERAI_LANG, else the locale. Raises LanguageUnknown."""
    rest, wanted, words = list[str](), "", iter(arguments)
    for word in words:
        if word == "--":
            return _known(wanted, environ), [*rest, word, *words]
        name, equals, value = word.partition("=")
        if name == _OPTION:
            wanted = value if equals else next(words, "")
            if not wanted:
                raise LanguageUnknown(f"{_OPTION} takes a language: {' or '.join(LANGUAGES)}")
        else:
            rest.append(word)
    return _known(wanted, environ), rest


def _known(wanted: str, environ: Mapping[str, str]) -> str:
    named = wanted or environ.get("GERAI_LANG", "")
    if named:
        if named not in LANGUAGES:
            raise LanguageUnknown(f"no such language: {named}; one of {', '.join(LANGUAGES)}")
        return named
    locale = next((environ[name] for name in _LOCALE if environ.get(name)), "")
    # "id_ID.UTF-8"; what begins otherwise, or is nothing, is English.
    return "id" if re.match(r"id([_.@]|$)", locale) else "en"


def of(words: Bilingual) -> str:
    """The text in the chosen language."""
    return words.in_language(language())


def said(text: str) -> str:
    """A line for people in the chosen language, as far as its table has it."""
    return text if language() == "en" else _found(text, "said")


def title(text: str) -> str:
    """A column's title, likewise."""
    return text if language() == "en" else exact("titles").get(text, text)


def help_text(text: str) -> str:
    """What stands in a help, likewise."""
    return text if language() == "en" else _found(_FOLDED.sub(" ", text), "help")


def _found(text: str, table: str) -> str:
    known = exact(table).get(text)
    if known is not None:
        return known
    for pattern, indonesian in _patterns(table):
        if found := pattern.fullmatch(text):
            return indonesian.format(*map(Slot, found.groups()))
    return in_indonesian(text)


class Slot(str):
    """What stands in a place of a text; as a word of the desk where the table asks for it (``{0:w}``)."""

    def __format__(self, spec: str) -> str:
        return exact("words").get(self, self) if spec == "w" else str(self)


@cache
def exact(table: str) -> dict[str, str]:
    """A table's texts by the English ones, those with places left out of neither."""
    read = msgspec.json.decode(files("gerai.cli").joinpath(f"texts/{table}.id.json").read_bytes(), type=dict[str, str])
    return {_FOLDED.sub(" ", english): indonesian for english, indonesian in read.items()}


@cache
def _patterns(table: str) -> list[tuple[re.Pattern[str], str]]:
    """Those with places, what says most first."""
    placed = [(english, indonesian) for english, indonesian in exact(table).items() if "{}" in english]
    placed.sort(key=lambda pair: len(pair[0]), reverse=True)
    return [(re.compile(re.escape(english).replace(r"\{\}", "(.*)"), re.DOTALL), text) for english, text in placed]
