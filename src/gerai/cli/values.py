"""Values somebody types: amounts, negative numbers, JSON. What cannot be read is refused in a sentence that says how it
is written."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, Final

import msgspec
import typer
from typer.core import TyperCommand

from gerai.cli import language
from gerai.cli.terminal import fail
from gerai.domain.money import MAX_SEN, SEN_PER_RUPIAH, display, parse_rupiah
from gerai.kit.terminal_text import in_one_line

#: No option begins with a figure: ``-5``, ``-.5`` and ``-5.000`` are values, and refused (or not) for what they are.
_NEGATIVE: Final = re.compile(r"-[\d.,]")
#: An amount as it is written, however long.
_FIGURES: Final = re.compile(r"[0-9]+|Rp[0-9]+|Rp[0-9]{1,3}(?:\.[0-9]{3})+")
_JSON_BEGINS: Final = ("{", "[")
#: What a shell does to JSON that stands between no quotes, with an example of JSON.
_QUOTES: Final = "between single quotes, or the shell takes it apart: "
QUOTES: Final = _QUOTES + '\'{"va": {"fixed_rupiah": 4000}}\''
_QUOTES_RESULT: Final = _QUOTES + '\'{"code": "1234"}\''


class ValueCommand(TyperCommand):
    """A command that reads negative numbers as values, and whose complaint about what it cannot place says how such a
    value is written."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The arguments as typer reads them. Raises its usage error, exit code 2."""
        try:
            rest = super().parse_args(ctx, self._values_last(list(args)))
        except typer.TyperException as error:
            # Where typer knows what was meant, that is hint enough.
            if not getattr(error, "possibilities", None) and (hint := _hint(error.message, args)):
                error.message = f"{error.message.rstrip('.')}. {hint}"
            # Scripts hand texts of strangers on, and its message quotes them.
            error.message = in_one_line(error.message)
            whole = error.format_message()
            if (translated := language.said(whole)) != whole:
                # The library puts its sentence together only when it is shown.
                setattr(error, "format_message", lambda: translated)  # noqa: B010
            raise
        self._require_filled(ctx)
        return rest

    def _require_filled(self, ctx: Any) -> None:
        """Leave with exit code 2 when an option was given with nothing: a script's variable was not set, and what is
        done as if the option had been left out would be done again and again."""
        for parameter in self.params:
            given = ctx.get_parameter_source(parameter.name)
            if parameter.param_type_name != "option" or given is None or given.name != "COMMANDLINE":
                continue
            value = ctx.params.get(parameter.name)
            if isinstance(value, str) and not value.strip():
                fail(f"{parameter.opts[0]} is empty: give it a value, or leave it out", 2)

    def _values_last(self, args: list[str]) -> list[str]:
        """The same arguments; when one is a negative number, options first and after ``--`` what is no option."""
        if not any(_NEGATIVE.match(word) for word in args):
            return args
        takers = [parameter for parameter in self.params if not getattr(parameter, "is_flag", False)]
        valued = {name for taker in takers for name in taker.opts}
        options, values, rest = list[str](), list[str](), iter(args)
        for word in rest:
            if word == "--":
                values += rest
            elif word in valued:
                options.append(word)
                # Its value, whatever it looks like; without one, typer complains.
                if (value := next(rest, None)) is not None:
                    options.append(value)
            elif word.startswith("-") and word != "-" and not _NEGATIVE.match(word):
                options.append(word)
            else:
                values.append(word)
        return [*options, "--", *values]


def _hint(message: str, args: list[str]) -> str:
    # Two dashes begin an option's name, and no value that people write.
    if message.startswith("No such option") and not message.removeprefix("No such option:").strip().startswith("--"):
        return "A value that begins with - stands behind --, after all options: gerai … -- VALUE"
    if message.startswith("Got unexpected extra argument") and any(set("{}[]") & set(word) for word in args):
        return f"JSON stands {_QUOTES_RESULT if '--result' in args else QUOTES}"
    return ""


def read_amount(text: str, *, above_zero: bool = False) -> int:
    """In sen: whole rupiah as ``15000``, or as it is shown, ``Rp15.000``. Leaves with exit code 2 when it is not, is
    more than the server accepts, or is nothing where it must be ``above_zero``."""
    try:
        amount_sen = parse_rupiah(text)
    except ValueError:
        if _FIGURES.fullmatch(text):
            fail(f"{text} is too much: at most {display(MAX_SEN)}", 2)
        fail(f"not an amount in whole rupiah: {text}; write 15000 or Rp15.000", 2)
    if above_zero and not amount_sen:
        fail(f"{text} is nothing: an amount is {display(SEN_PER_RUPIAH)} or more", 2)
    return amount_sen


def read_pairs(said: Iterable[str], form: str, takes: str, known: Collection[str] | None = None) -> dict[str, str]:
    """What somebody names as ``date=Tanggal``, by name. ``form`` is how such a pair is called (NAME=VALUE), ``takes``
    which there are; ``known``: their names, where no other may stand. Leaves with exit code 2 when one has no ``=``, is
    unknown, is empty or stands twice, and shows no value then: it may be a key."""
    found: dict[str, str] = {}
    for one in said:
        name, equals, value = one.partition("=")
        if not equals or not name or name in found or (known is not None and name not in known):
            fail(f"{name}{equals}: each of these stands once, as {form} ({takes})", 2)
        if not value.strip():
            fail(f"{name} is empty: give it a value, or leave it out ({takes})", 2)
        found[name] = value
    return found


def read_result(text: str) -> Any:
    """JSON where it is, else the text itself; of a file where it is ``@FILE``. None for no text. Leaves with exit code
    2 when the file cannot be read, and when what begins like JSON is none."""
    if text.startswith("@"):
        try:
            text = Path(text[1:]).read_text(encoding="utf-8")
        except (OSError, UnicodeError) as error:
            fail(f"cannot read {text[1:]}: {error}", 2)
    try:
        return msgspec.json.decode(text) if text else None
    except (msgspec.DecodeError, UnicodeError) as error:
        # Kept as a text it would reach the caller as one, and nobody would notice at the terminal.
        if text.lstrip().startswith(_JSON_BEGINS):
            fail(f"{text} is no valid JSON ({error}); texts stand in double quotes, and all of it {_QUOTES_RESULT}", 2)
        return text
