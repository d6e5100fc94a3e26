"""What every command prints with."""

from __future__ import annotations

import os
import threading
from datetime import datetime
from types import TracebackType
from typing import Final, NoReturn, Self

import typer
from rich.console import Console

from gerai.kit.clock import JAKARTA

#: Where there is no terminal nobody's window limits a line. Asked of descriptor 1: when that was closed, there is no
#: ``sys.stdout`` yet.
console = Console(soft_wrap=True, width=None if os.isatty(1) else 120)
errors = Console(stderr=True, soft_wrap=True)

#: A step that takes longer than this is shown, also where there is no terminal to animate.
_SHOWN_AFTER_S: Final = 1.0


def fail(text: str, code: int = 1) -> NoReturn:
    """Print what is wrong on standard error, without a traceback, and exit with this code."""
    errors.print(f"gerai: {text}", style="red", markup=False, highlight=False)
    raise typer.Exit(code)


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
            self._status.update(f"{text} …")
            return
        self._timer = threading.Timer(_SHOWN_AFTER_S, errors.print, [f"{text} …"], {"highlight": False})
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
