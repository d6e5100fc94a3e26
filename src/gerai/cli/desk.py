"""The terminal's face of the desk: a command for each view and act of the registry, made from its struct.

``gerai warehouses list``, ``gerai warehouses add --name …``: amounts are typed and shown in rupiah, everything else as
its field says. A command that a module of this package defines by hand wins over one that would be made.
"""

from __future__ import annotations

import inspect
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Final, get_args

import msgspec
import typer

from gerai.cli.at_desk import EnvironmentOption, JsonOption, KeyOption, ReasonOption, at_desk
from gerai.cli.completing import among
from gerai.cli.database import DataOption, SettingsOption
from gerai.cli.desk_files import FILE_OPTIONS, PAPER_OPTIONS, chosen_file, printing, writing
from gerai.cli.desk_imports import import_command
from gerai.cli.desk_many import ManyIds, leave_with, named, require_same
from gerai.cli.desk_rows import print_done, print_page, typed
from gerai.cli.on_engine import MerchantOption, noted
from gerai.cli.terminal import fail
from gerai.domain.refusals import InputInvalid
from gerai.engine.desk.bulk import perform_each
from gerai.engine.desk.export import is_listed
from gerai.engine.desk.fields import example_of, words_of
from gerai.engine.desk.house import Within
from gerai.engine.desk.importing import imports
from gerai.engine.desk.read import Field, choices_of, fields_of, read_texts
from gerai.engine.desk.refusal_words import sentence
from gerai.engine.desk.registry import Act, DeskCaller, Done, View, ViewPage, acts, look, perform, views
from gerai.kit.bilingual import Bilingual

#: What a field is called, so that it cannot be mixed up with what every command takes.
_TAKEN: Final = frozenset(
    {"merchant", "environment", "data", "settings", "json", "reason", "once", "help", *FILE_OPTIONS, *PAPER_OPTIONS}
)


def groups() -> dict[str, typer.Typer]:
    """A group of commands for each of the things that the registry knows, by name."""
    found: dict[str, typer.Typer] = {}
    for one in (*views().values(), *acts().values()):
        things, _, verb = one.name.partition(".")
        title = things.replace("_", " ").capitalize()
        group = found.setdefault(things.replace("_", "-"), typer.Typer(no_args_is_help=True, help=f"{title}."))
        make = _view_command(one) if isinstance(one, View) else _act_command(one)
        group.command(verb.replace("_", "-"), epilog=example_line(one))(make)
    for one in imports().values():
        things = one.things.replace("_", "-")
        group = found.setdefault(things, typer.Typer(no_args_is_help=True, help=f"{one.things.capitalize()}."))
        group.command("import", epilog=f"Example: gerai {things} import {things}.xlsx --dry-run")(import_command(one))
    return found


def add_to(group: typer.Typer, things: str, made: dict[str, typer.Typer]) -> None:
    """Give a group that was written by hand the commands of the registry that it has not."""
    own = {command.name or command.callback.__name__ for command in group.registered_commands if command.callback}
    if (more := made.get(things)) is not None:
        group.registered_commands += [command for command in more.registered_commands if command.name not in own]


def _view_command(view: View) -> Callable[..., None]:
    def run(**given: Any) -> None:
        wanted = read_typed(view.filter, given)
        if is_listed(view) and (file := chosen_file(given)):
            kind, name = file
            paper = kind == "pdf"
            at_desk(
                given, printing(view, wanted, name, given["pdf_language"]) if paper else writing(view, wanted, *file)
            )
            return
        page: ViewPage = at_desk(given, lambda within, caller: look(view, within, wanted, caller), outside=view.outside)
        if view.name.endswith(".show") and not page.rows:
            fail(f"no such {view.name.partition('.')[0].removesuffix('s')}: {given['id']}")
        print_page(view, page, as_json=given["json"])

    files = (FILE_OPTIONS if is_listed(view) else {}) | (PAPER_OPTIONS if view.paper is not None else {})
    return signed(run, view.filter, view.title, files)


def _act_command(act: Act) -> Callable[..., None]:
    def run(**given: Any) -> None:
        if act.bulk is not None:
            names = named(given["id"])
            if len(names) > 1:
                _do_many(act, names, given)
                return
            given = {**given, "id": names[0]}
        wanted = read_typed(act.input, given)

        def do(within: Within, caller: DeskCaller) -> Any:
            return noted(perform(act, within, wanted, caller, reason=given["reason"], key=given["once"]))

        done: Done = at_desk(given, do, outside=act.outside)
        print_done(act, done, as_json=given["json"])

    more = {"reason": ReasonOption, "once": KeyOption}
    instead = None if act.bulk is None else {"id": ManyIds}
    return signed(run, act.input, sentence_of(act.title), more, {"reason": ... if act.reasoned else ""}, instead)


def _do_many(act: Act, names: list[str], given: dict[str, Any]) -> None:
    require_same(act, given)
    wanted = [read_typed(act.input, {**given, "id": name}) for name in names]

    def do(within: Within, caller: DeskCaller) -> Any:
        return perform_each(act, within, wanted, caller, reason=given["reason"], key=given["once"])

    leave_with(at_desk(given, do), names, as_json=given["json"])


def sentence_of(words: Bilingual) -> Bilingual:
    """What a command that does something is described by."""
    return Bilingual(f"{words.id}.", f"{words.en}.")


def group_titles() -> dict[str, Bilingual]:
    """What the groups are called, by name: as the list of their things is, else as the first that can be seen there."""
    found: dict[str, Bilingual] = {}
    for view in views().values():
        things, _, verb = view.name.partition(".")
        if verb == "list" or things.replace("_", "-") not in found:
            found[things.replace("_", "-")] = sentence_of(view.title)
    return found


def read_typed(struct: type[msgspec.Struct], given: dict[str, Any]) -> Any:
    """The struct of what was typed. Leaves with exit code 2 when it does not fit."""
    filled = {f.name: value for f in fields_of(struct) if (value := given.get(f.name)) is not None and value != []}
    filled |= {f.name: _content(filled[f.name]) for f in fields_of(struct) if f.is_file and f.name in filled}
    try:
        return read_texts(struct, filled, rupiah=True)
    except InputInvalid as refusal:
        fail(sentence(InputInvalid({_option(name): texts for name, texts in refusal.fields.items()})), 2)


def _content(path: str) -> str:
    """The file's bytes in base64. Leaves with exit code 2 when it cannot be read."""
    try:
        return b64encode(Path(path).read_bytes()).decode()
    except OSError as error:
        fail(f"{path}: {error.strerror}", 2)


def _option(name: str) -> str:
    """What a field is called at the terminal."""
    return "ID" if name == "id" else f"--{name.replace('_', '-')}"


def signed(
    run: Callable[..., None],
    struct: type[msgspec.Struct],
    text: Bilingual,
    more: dict[str, Any] | None = None,
    defaults: dict[str, Any] | None = None,
    instead: dict[str, Any] | None = None,
) -> Callable[..., None]:
    """The function with the signature that typer reads: an option for each field, ``id`` as an argument. ``instead``:
    arguments that stand for a field."""
    words = words_of(struct)
    own = [_parameter(f, words[f.name].en if f.name in words else "") for f in fields_of(struct)]
    shared: dict[str, tuple[Any, Any]] = {name: (hint, "") for name, hint in (more or {}).items()}
    shared |= {"json": (JsonOption, False), "environment": (EnvironmentOption, "production")}
    shared |= {"merchant": (MerchantOption, ""), "data": (DataOption, None), "settings_file": (SettingsOption, None)}
    own = [_keyword(p.name, instead[p.name], ...) if instead and p.name in instead else p for p in own]
    shared |= {name: (shared[name][0], default) for name, default in (defaults or {}).items() if name in shared}
    every = [*own, *(_keyword(name, hint, default) for name, (hint, default) in shared.items())]
    # By ``of_desk`` a test finds those that were made.
    run.__dict__.update(__signature__=inspect.Signature(every), of_desk=True, desk_words={"": text, **words})
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in every}
    run.__doc__ = text.en
    return run


def _keyword(name: str, hint: Any, default: Any) -> inspect.Parameter:
    """``...``: it has no default."""
    absent = inspect.Parameter.empty if default is ... else default
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=hint, default=absent)


def _parameter(field: Field, text: str) -> inspect.Parameter:
    if field.name in _TAKEN:
        raise ValueError(f"{field.name} is an option of every command")
    kind = list[str] if field.is_list else str
    shown = "RUPIAH" if field.is_amount else "FILE" if field.is_file else field.name.upper()
    words = among(words_in(field))
    mark: Any = (
        typer.Argument(metavar="ID", help=text)
        if field.name == "id" and field.required
        else typer.Option(_option(field.name), metavar=shown, help=text, autocompletion=words)
    )
    if field.required:
        return _keyword(field.name, Annotated[kind, mark], ...)
    return _keyword(field.name, Annotated[kind | None, mark], None)


def words_in(field: Field) -> tuple[str, ...]:
    """The words that a field takes; none: it takes others."""
    if field.plain is bool:
        return ("yes", "no")
    return choices_of(get_args(field.plain)[0] if field.is_list else field.plain)


def example_line(one: View | Act) -> str:
    """How the command is typed, with the examples that its fields give."""
    struct = one.filter if isinstance(one, View) else one.input
    things, _, verb = one.name.partition(".")
    shown = [f"gerai {things.replace('_', '-')} {verb.replace('_', '-')}"]
    for field in fields_of(struct):
        if field.required:
            value = typed(field, example_of(struct, field.name))
            shown.append(value if field.name == "id" else f"{_option(field.name)} {value}")
    if isinstance(one, Act) and one.reasoned:
        shown.append("--reason 'salah hitung'")
    return "Example: " + " ".join(shown)
