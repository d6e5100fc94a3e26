"""The help of all commands in the chosen language: put into the finished tree, so that no command does it itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Final

import typer

from gerai.cli.language import exact, help_text, of
from gerai.kit.bilingual import Bilingual

#: The options that show a command's help.
HELP_NAMES: Final = ("-h", "--help")


def translate_all(command: Any, titles: Callable[[], Mapping[str, Bilingual]]) -> None:
    """Translate a tree of commands, and what the library itself says around it. ``titles``: of groups that the registry
    made."""
    shown = import_module("typer.rich_utils")
    for name, text in [*vars(shown).items()]:
        if name.isupper() and isinstance(text, str):
            setattr(shown, name, exact("help").get(text, text))
    _translate(command, titles())


def _translate(command: Any, titles: Mapping[str, Bilingual]) -> None:
    words: Mapping[str, Bilingual] = getattr(command.callback, "desk_words", {})
    command.help = _help_of(command, words, titles)
    if command.epilog:
        command.epilog = command.epilog.replace("Example:", "Contoh:", 1)
    for parameter in command.params:
        text = getattr(parameter, "help", None)
        if text:
            parameter.help = of(words[parameter.name]) if parameter.name in words else help_text(text)
    if (option := command.get_help_option(typer.Context(command, help_option_names=[*HELP_NAMES]))) is not None:
        option.help = help_text(option.help)
    for inner in getattr(command, "commands", {}).values():
        _translate(inner, titles)


def _help_of(command: Any, words: Mapping[str, Bilingual], titles: Mapping[str, Bilingual]) -> str | None:
    if "" in words:
        return of(words[""])
    text = command.help
    if not text:
        return text
    # Written by hand it has a text of its own, which the table knows.
    known = help_text(text)
    return of(titles[command.name]) if known == text and command.name in titles else known
