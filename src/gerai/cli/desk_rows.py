"""How what the desk shows is printed: a table, or JSON."""

from __future__ import annotations

import shlex
from datetime import datetime
from typing import Any, Final, cast

import msgspec

from gerai.cli import language
from gerai.cli.terminal import Grid, console, print_json, to_the_minute
from gerai.domain.money import display, percent
from gerai.engine.desk.fields import words_of
from gerai.engine.desk.read import Field, fields_of
from gerai.engine.desk.registry import Act, Done, View, ViewPage
from gerai.kit.bilingual import Bilingual
from gerai.kit.json_values import is_array, is_object

#: For programs; ``--json`` has them. Who edits without what was ``seen`` changes whatever is there.
_HIDDEN: Final = frozenset({"seen", "behind"})

_DONE_BEFORE: Final = Bilingual("sudah pernah, tidak ada yang diubah", "done before, nothing is changed")
_YES: Final = Bilingual("ya", "yes")
_NO: Final = Bilingual("tidak", "no")


def _of(words: Bilingual) -> str:
    """Both languages, as everywhere at the terminal where nobody chose Bahasa Indonesia; else that alone."""
    return words.id if language.language() == "id" else f"{words.en} / {words.id}"


def print_page(view: View, page: ViewPage, *, as_json: bool) -> None:
    """The rows of a view; one thing alone as a list of its fields."""
    if as_json:
        one = view.name.endswith(".show")
        shown: Any = page.rows[0] if one else {"rows": page.rows, "next": page.next}
        print_json(msgspec.json.encode(shown).decode())
        return
    fields = [field for field in fields_of(view.row) if field.name not in _HIDDEN]
    words = words_of(view.row)
    titles = [language.of(words[field.name]) if field.name in words else field.name for field in fields]
    if view.name.endswith(".show"):
        grid = Grid()
        for title, field in zip(titles, fields, strict=True):
            grid.add(title, shown_as(field.name, getattr(page.rows[0], field.name)))
        console.grid(grid)
        return
    if not page.rows:
        console.line("there is none / tidak ada")
        return
    amounts = [title for title, f in zip(titles, fields, strict=True) if f.is_amount or f.name.endswith("_bp")]
    grid = Grid(*titles, right=amounts, whole=titles[:1])
    for row in page.rows:
        grid.add(*(shown_as(field.name, getattr(row, field.name)) for field in fields))
    console.grid(grid)
    if page.next:
        console.line(f"there are more / masih ada lagi: --after {page.next}")


def print_done(act: Act, done: Done, *, as_json: bool) -> None:
    """What an act has made or changed."""
    if as_json:
        print_json(msgspec.json.encode(done).decode())
        return
    again = f" ({_of(_DONE_BEFORE)})" if done.replayed else ""
    console.line(f"{_of(act.title)}: {done.id or 'ok'}{again}")
    for name, value in done.details.items():
        console.line(f"{name.removesuffix('_sen')}: {shown_as(name, value)}")
    if done.secret:
        console.line("Shown only now; keep it / Hanya tampil sekali, simpan:", style="dim")
        console.line(done.secret)


def shown_as(name: str, value: Any) -> str:
    """A value as people read it: amounts in rupiah, ratios in percent, times in Jakarta, lists in one line."""
    match value:
        case None:
            return ""
        case bool():
            return language.of(_YES if value else _NO)
        case int() if name.endswith("_sen"):
            return display(value)
        case int() if name.endswith("_bp"):
            return percent(value)
        case datetime():
            return to_the_minute(value)
        case str():
            return value
        case Bilingual():
            return _of(value)
        case tuple() | list() if all(isinstance(one, str) for one in cast("list[Any]", value)):
            return ", ".join(cast("list[str]", value))
        case dict() if all(isinstance(one, str) for one in cast("dict[str, Any]", value).values()):
            return ", ".join(f"{key} {one}" for key, one in cast("dict[str, str]", value).items() if one)
        case _ if is_array(value) or is_object(value) or isinstance(value, (msgspec.Struct, tuple)):
            return msgspec.json.encode(value).decode()
        case _:
            return str(value)


def typed(field: Field, example: Any) -> str:
    """A value as it is typed at the terminal."""
    if example is None:
        return "7" if field.plain is int else field.name.upper()
    if field.is_amount and isinstance(example, int):
        return str(example // 100)
    return shlex.quote(example if isinstance(example, str) else msgspec.json.encode(example).decode())
