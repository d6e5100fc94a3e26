"""What a shell is offered when somebody presses Tab, and the script that makes it ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from gerai.cli.database import chosen_folder, load_settings
from gerai.cli.names import one_of
from gerai.engine.merchants.codes import codes_beginning
from gerai.settings import SettingsError

SHELLS: Final = ("bash", "zsh", "fish")
#: In it the shell says that it asks, and how (set by the script).
VARIABLE: Final = "_GERAI_COMPLETE"
#: In it the shell puts what stands on the line.
_LINES: Final = ("COMP_WORDS", "_TYPER_COMPLETE_ARGS")


def completion(shell: Annotated[str, typer.Argument(metavar="SHELL", help=f"One of {', '.join(SHELLS)}.")]) -> None:
    """Print the script that completes commands, options and words in a shell: eval "$(gerai completion bash)"."""
    chosen = one_of(shell, SHELLS, "shell")
    library: Any = import_module("typer.completion")
    typer.echo(library.get_completion_script(prog_name="gerai", complete_var=VARIABLE, shell=chosen))


def typed_so_far(environ: dict[str, str]) -> list[str] | None:
    """The words on the line of a shell that asks; None: none does."""
    if VARIABLE not in environ:
        return None
    library: Any = import_module("typer.completion")
    library.completion_init()
    return next((environ[name].split() for name in _LINES if name in environ), list[str]())


def among(words: Iterable[str]) -> Callable[[str], list[str]]:
    """Completes these words."""
    known = [*words]

    def complete(incomplete: str) -> list[str]:
        return [word for word in known if word.startswith(incomplete)]

    return complete


def merchants_of(ctx: typer.Context, incomplete: str) -> list[str]:
    """The codes of the merchants that begin so: of a database that serves now; none is started for it, and of one that
    cannot be read there are none."""
    data: Any = ctx.params.get("data")
    try:
        settings = load_settings(ctx.params.get("settings_file"))
    except SettingsError:
        # A shell that waits for its answer has nobody to read a complaint.
        return []
    folder = chosen_folder(settings, None if data is None else Path(data))
    return codes_beginning(settings.database.url if folder is None else folder, incomplete)
