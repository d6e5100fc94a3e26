"""The command line: one module per command, imported only when that command is called.

`gerai --help` imports them all; every other start imports one.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Annotated, Any, Final

import typer

from gerai import __version__
from gerai.cli import language
from gerai.cli.output import open_what_was_closed, output_or_a_sentence
from gerai.cli.values import ValueCommand
from gerai.kit.discover import PluginBroken

#: Name → where the command is. In the order of `gerai --help`.
COMMANDS: Final = {
    "up": "gerai.cli.up:up",
    "serve": "gerai.cli.serve:serve",
    "work": "gerai.cli.work:work",
    "migrate": "gerai.cli.migrate:migrate",
    "keys": "gerai.cli.keys:keys",
    "webhooks": "gerai.cli.webhooks:webhooks",
    "merchants": "gerai.cli.merchants:merchants",
    "orders": "gerai.cli.orders:orders",
    "shop": "gerai.cli.shop:shop",
    "simulate": "gerai.cli.simulate:simulate",
    "members": "gerai.cli.members:members",
    "payments": "gerai.cli.payment_groups:payments",
    "people": "gerai.cli.people:people",
    "rates": "gerai.cli.rates:rates",
    "locations": "gerai.cli.locations:locations",
    "check": "gerai.cli.check:check",
    "doctor": "gerai.cli.doctor:doctor",
    "backup": "gerai.cli.backup:backup",
    "restore": "gerai.cli.restore:restore",
    "upgrade-check": "gerai.cli.upgrade_check:upgrade_check",
    "settings": "gerai.cli.settings:settings",
    "bench": "gerai.bench.command:bench",
    "torture": "gerai.cli.torture:torture",
    "test": "gerai.cli.test:run_everything",
    "check-code": "gerai.cli.check_code:check_code",
    "lock": "gerai.cli.lock:lock",
    "completion": "gerai.cli.completing:completion",
}
#: Those that start without the desk.
_WITHOUT_DESK: Final = frozenset(
    {"up", "serve", "work", "migrate", "check", "doctor", "backup", "restore", "upgrade-check", "bench"}
    | {"simulate", "torture", "test", "check-code", "lock", "completion"}
)
#: At the end of the help of commands that need an argument.
EXAMPLES: Final = {
    "restore": "Example: gerai restore gerai-20261129T073605Z.tar --data new-data",
    "completion": "Example: gerai completion bash",
}
#: Set by a shell that asks what may come next (cli/completing.py).
_COMPLETING: Final = "_GERAI_COMPLETE"
_INTERRUPTED: Final = 130
#: `gerai test` hands what it does not know to pytest.
_PASS_ON: Final = {"allow_extra_args": True, "ignore_unknown_options": True}


def main() -> None:
    """Run the command named by the arguments."""
    open_what_was_closed()
    _choose_language()
    words = sys.argv[1:]
    if _COMPLETING in os.environ:
        # What is being typed stands in a variable; the last word may be the beginning of one.
        words = import_module("gerai.cli.completing").typed_so_far(dict(os.environ))[1:]
    wanted = next((word for word in words if not word.startswith("-")), "")
    names = [wanted] if wanted in COMMANDS else every_name()
    # Asked to end before a command listens for it itself: as with Ctrl-C, what was begun is taken back.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with output_or_a_sentence():
            command = typer.main.get_command(build(names))
            if language.language() != "en":
                import_module("gerai.cli.help_words").translate_all(command, _desk().group_titles)
            command(prog_name="gerai")
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    except PluginBroken as error:
        sys.exit(f"gerai: {error}")


def _choose_language() -> None:
    try:
        chosen, sys.argv[1:] = language.asked_for(sys.argv[1:])
    except language.LanguageUnknown as error:
        sys.stderr.write(f"gerai: {error}\n")
        sys.exit(2)
    language.choose(chosen)


def every_name() -> list[str]:
    """The names of all commands, those of the desk's registry after the others."""
    return list(dict.fromkeys((*COMMANDS, *_desk().groups())))


def _desk() -> Any:
    return import_module("gerai.cli.desk")


def build(names: list[str]) -> typer.Typer:
    """The application with these commands; those of the desk's registry are made."""
    made: dict[str, typer.Typer] = _desk().groups() if {*names} - _WITHOUT_DESK else {}
    app = typer.Typer(
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        help="Gerai: one order engine behind many counters.",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    for name in names:
        found = _found(name, made)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
            # Here, once for all: none of them can forget it.
            for command in _commands(found):
                command.cls = ValueCommand
        elif name == "test":
            app.command(name, context_settings=_PASS_ON)(found)
        else:
            app.command(name, cls=ValueCommand, epilog=EXAMPLES.get(name))(found)
    return app


def _found(name: str, made: dict[str, typer.Typer]) -> Any:
    """What a name stands for: a function, a group with what the desk adds to it, or a group of the desk alone."""
    if name not in COMMANDS:
        return made[name]
    module, attribute = COMMANDS[name].split(":")
    found: Any = getattr(import_module(module), attribute)
    if name in made:
        _desk().add_to(found, name, made)
    # What stands below another word for short: `gerai payments accounts list` is `gerai accounts list`.
    for inner in getattr(found, "registered_groups", ()):
        if inner.typer_instance is not None and inner.name in made:
            _desk().add_to(inner.typer_instance, inner.name, made)
    return found


def _commands(group: typer.Typer) -> Iterator[Any]:
    yield from group.registered_commands
    for inner in group.registered_groups:
        if inner.typer_instance is not None:
            yield from _commands(inner.typer_instance)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


def _root(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help="Show the version and leave.")
    ] = False,
    lang: Annotated[
        str, typer.Option("--lang", metavar="LANGUAGE", help="The language of what is printed: id or en.")
    ] = "",
) -> None:
    """``lang`` was read before anything else, and stands here for the help."""
