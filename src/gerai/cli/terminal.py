"""What every command prints with: one line at a time, of which nothing is read as markup or as the terminal's own
commands, whoever wrote it. Colours are given beside a text, never in it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Mapping
from datetime import datetime
from types import TracebackType
from typing import Final, NoReturn, Self

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.status import Status
from rich.style import Style
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from gerai.cli import language
from gerai.cli.typed import as_typed
from gerai.kit.clock import JAKARTA
from gerai.kit.terminal_text import in_one_line, json_in_ascii_controls

#: A step that takes longer than this is shown, also where there is no terminal to animate.
_SHOWN_AFTER_S: Final = 1.0


def styled(text: str, style: str | Style = "") -> Text:
    """A piece of a line, or a cell, in a style of its own."""
    return Text(in_one_line(text), style)


def coloured(word: str, colours: Mapping[str, str]) -> Text:
    """A piece that is one of these words, in its colour; any other in none."""
    return styled(word, colours.get(word, ""))


def linked(url: str) -> Text:
    """A piece of a line that opens the address when it is clicked."""
    return styled(url, Style(link=in_one_line(url)))


class Grid:
    """Rows under titles (or, without any, rows alone). ``right``: columns of figures; ``whole``: those whose cells are
    never broken; ``ruled``: with a line under the titles."""

    def __init__(self, *titles: str, right: Iterable[str] = (), whole: Iterable[str] = (), ruled: bool = False) -> None:
        self.table = Table(
            box=SIMPLE_HEAD if ruled else None, pad_edge=False, collapse_padding=ruled, show_header=bool(titles)
        )
        for title in titles:
            self.table.add_column(
                styled(language.title(title)),
                justify="right" if title in right else "left",
                no_wrap=title in whole,
                overflow="fold",
            )

    def add(self, *cells: str | Text) -> None:
        """The next row."""
        self.table.add_row(*(styled(cell) if isinstance(cell, str) else cell for cell in cells))


class Screen:
    """Standard output or standard error, for people."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @property
    def is_terminal(self) -> bool:
        """Whether somebody looks at it."""
        return self._console.is_terminal

    def line(self, *pieces: str | Text, style: str = "") -> None:
        """Print one line of these pieces, each in the chosen language where its tables have it."""
        whole = Text(style=style)
        for piece in pieces:
            whole.append_text(styled(as_typed(language.said(piece))) if isinstance(piece, str) else piece)
        self._console.print(whole)

    def lines(self, *texts: str, style: str = "") -> None:
        """Print each of these in a line of its own."""
        for text in texts:
            self.line(text, style=style)

    def grid(self, grid: Grid, *, wrapped: bool = False) -> None:
        """Print rows; ``wrapped``: within the width of the window."""
        self._console.print(grid.table, soft_wrap=not wrapped)

    def heading(self, text: str) -> None:
        """Print an empty line and a rule with this title."""
        self._console.print()
        self._console.rule(styled(text, "bold"), align="left", style="green")

    def json(self, text: str) -> None:
        """Print JSON of many lines in colours."""
        text = json_in_ascii_controls(text)
        self._console.print(Syntax(text, "json", theme="ansi_dark", background_color="default"))

    def status(self, text: str) -> Status:
        """What goes on in a block, while it lasts."""
        return self._console.status(styled(text))

    def exception(self) -> None:
        """Print the traceback of the exception that is being handled."""
        self._console.print_exception()


#: Where there is no terminal nobody's window limits a line. Asked of descriptor 1: when that was closed, there is no
#: ``sys.stdout`` yet.
console = Screen(Console(soft_wrap=True, width=None if os.isatty(1) else 120))
errors = Screen(Console(stderr=True, soft_wrap=True))


def fail(text: str, code: int = 1, *, then: Iterable[str] = ()) -> NoReturn:
    """Print what is wrong on standard error, without a traceback, and exit with this code. ``then``: more lines."""
    errors.line("gerai: ", text, style="red")
    errors.lines(*then, style="red")
    raise typer.Exit(code)


def fail_with(error: Exception, code: int = 1) -> NoReturn:
    """Like :func:`fail`, for an error that quotes lines of a log or a program: they stay lines, indented."""
    first, *rest = str(error).split("\n")
    fail(first, code, then=(f"  {line}" for line in rest))


def print_json(text: str) -> None:
    """Print JSON for programs: equal to ``text`` when decoded, with nothing in it that a terminal obeys."""
    typer.echo(json_in_ascii_controls(text))


def to_the_minute(at: datetime) -> str:
    """``2026-11-22 08:06``, Jakarta wall time. The column's title says so (WIB)."""
    return f"{at.astimezone(JAKARTA):%Y-%m-%d %H:%M}"


def to_the_second(at: datetime) -> str:
    """``2026-11-22 08:06:59``, Jakarta wall time."""
    return f"{at.astimezone(JAKARTA):%Y-%m-%d %H:%M:%S}"


class Steps:
    """Steps of a longer act. On a terminal each spins while it lasts; elsewhere each slow one prints a line."""

    def __init__(self) -> None:
        self._status = errors.status("")
        self._timer: threading.Timer | None = None

    def __enter__(self) -> Self:
        if errors.is_terminal:
            self._status.start()
        return self

    def next(self, text: str) -> None:
        """The next step begins."""
        self._cancel()
        if errors.is_terminal:
            self._status.update(styled(f"{text} …"))
            return
        self._timer = threading.Timer(_SHOWN_AFTER_S, errors.line, [f"{text} …"])
        self._timer.daemon = True
        self._timer.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._cancel()
        if errors.is_terminal:
            self._status.stop()

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
