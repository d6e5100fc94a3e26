"""The questions of `gerai shop init`: in both languages, each with an example, asked again until the answer fits."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

import typer

from gerai.cli.shop_answers import Answers, Unfit, check_of, typed_choice
from gerai.cli.terminal import console
from gerai.engine.desk.first_kinds import NO_PLACES
from gerai.engine.desk.first_questions import FirstQuestion
from gerai.engine.desk.first_shop import free_code, questions
from gerai.engine.shipping.places import Gazetteer
from gerai.kit.files import write_private
from gerai.kit.json_values import is_object

#: A page takes a file or its link in two fields, a line takes either.
_ONE_LINE: Final = frozenset({"link"})
#: What may be typed beside what is asked for.
_OR: Final = {
    "qris": ("atau gambarnya", "or a picture of it"),
    "file": ("namanya di komputer ini atau https://…", "its name on this machine or https://…"),
    "codes": ("berkas berisi kode, atau dipisah koma", "a file of codes, or parted by commas"),
}  # fmt: skip


class ServerKnown(NamedTuple):
    """What the server has before: the codes of its shops, and the districts it knows."""

    codes: frozenset[str]
    places: Gazetteer


def ask(answers: Answers, given: Answers, keep: Callable[[Answers], None], *, silent: bool, known: ServerKnown) -> None:
    """Fill in what is needed: with what was ``given``, else by asking, else (``silent``) with its default. ``keep`` is
    called after each. Raises Unfit where nobody can be asked again."""
    answers.pop(NO_PLACES, None)
    if not known.places.by_id:
        answers[NO_PLACES] = "yes"
    for question in questions():
        if question.name not in _ONE_LINE and question.needed(answers):
            before = given.get(question.name, "")
            answers[question.name] = _answer(question, answers, before, silent=silent, known=known)
            keep(answers)


def _answer(question: FirstQuestion, answers: Answers, given: str, *, silent: bool, known: ServerKnown) -> str:
    earlier = answers.get(question.name, "")
    usual = earlier or question.default(answers)
    if question.name == "code":
        usual = free_code(usual, known.codes)
    usual = typed_choice(usual)[0] if usual in question.choices else usual
    option, check = f"--{question.name}", check_of(question, known.places)
    while True:
        text = given or (usual if silent else _typed(question, usual))
        try:
            if not text:
                raise Unfit(f"{option} is needed / {option} perlu diisi")
            found = check(text, answers)
            if question.name == "code" and found in known.codes:
                raise Unfit(f"sudah ada toko {found} / there is a shop {found} already")
        except Unfit as why:
            if silent or given:
                raise Unfit(f"{option}: {why}") from None
            console.line(f"  {why}", style="yellow")
        else:
            return found


def _typed(question: FirstQuestion, usual: str) -> str:
    indonesian, english = question.text.id, question.text.en
    if question.choices:
        indonesian += f": {', '.join(typed_choice(one)[0] for one in question.choices)}"
        english += f": {', '.join(typed_choice(one)[1] for one in question.choices)}"
    if question.name in _OR:
        indonesian, english = f"{indonesian}, {_OR[question.name][0]}", f"{english}, {_OR[question.name][1]}"
    example = typed_choice(question.example)[0] if question.example in question.choices else question.example
    shown = f"{indonesian} / {english}" if indonesian != english else english
    told = f"{shown} (mis. {example})" if example else shown
    return typer.prompt(told, default=usual or None, show_default=bool(usual))


def kept(file: Path) -> Answers:
    """The answers of an earlier time that was stopped; none when there is no such file."""
    try:
        found: Any = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {name: str(value) for name, value in found.items()} if is_object(found) else {}


def keep_in(file: Path) -> Callable[[Answers], None]:
    """Writes answers down (0600), so that whoever stops can go on."""
    return lambda answers: write_private(file, json.dumps(answers, ensure_ascii=False, indent=1) + "\n")
