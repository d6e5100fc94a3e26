"""The questions of `gerai shop init`: in both languages, each with an example, checked as it is answered."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import typer

from gerai.cli.terminal import console
from gerai.domain.money import parse_rupiah
from gerai.domain.refusals import InputInvalid
from gerai.engine.desk.first_shop import QUESTIONS, FirstQuestion, free_code
from gerai.engine.merchants.receiving import read_account
from gerai.kit.closest import not_known
from gerai.kit.discover import discover
from gerai.kit.files import write_private
from gerai.kit.json_values import is_object
from gerai.ports.payments import PaymentMethod

Answers = dict[str, str]
_CODE: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_PICTURES: Final = (".jpg", ".jpeg", ".png", ".webp")
_LONGEST_NAME: Final = 200


class Unfit(Exception):
    """An answer that cannot be right; the text says why."""


def _name(text: str, _: Answers) -> str:
    if not text.strip() or len(text) > _LONGEST_NAME:
        raise Unfit(f"1 sampai {_LONGEST_NAME} huruf / 1 to {_LONGEST_NAME} characters")
    return text.strip()


def _code(text: str, _: Answers) -> str:
    if not _CODE.fullmatch(text):
        raise Unfit("huruf kecil, angka, - dan _ saja / only a-z, 0-9, - and _, a letter or digit first")
    return text


def _one_of(known: Mapping[str, str]) -> Callable[[str, Answers], str]:
    """One of these words, in whichever language."""

    def check(text: str, _: Answers) -> str:
        found = known.get(text.strip().casefold())
        if found is None:
            raise Unfit(not_known("choice", text, known, listed=len(known)))
        return found

    return check


def _price(text: str, _: Answers) -> str:
    try:
        amount_sen = parse_rupiah(text.strip())
    except ValueError:
        raise Unfit("tulis 15000 atau Rp15.000 / write 15000 or Rp15.000") from None
    return str(amount_sen // 100)


def _account(text: str, answers: Answers) -> str:
    """An account as its method understands it, once all of it is said."""
    understood(answers | {"holder": text})
    return " ".join(text.split())


def _bank(text: str, _: Answers) -> str:
    _read("bank_transfer", {"bank": text, "number": "1234567890", "holder": "x"})
    return text.strip().upper()


def _number(text: str, answers: Answers) -> str:
    _read("bank_transfer", {"bank": answers["bank"], "number": text, "holder": "x"})
    return text.strip()


def _qris(text: str, _: Answers) -> str:
    """The text of the code, also from a picture of it."""
    code = text.strip()
    if code.lower().endswith(_PICTURES):
        code = _pictured(Path(code).expanduser())
    _read("qris", {"code": code})
    return code


def _pictured(file: Path) -> str:
    try:
        # As `gerai payments accounts add`: it needs two packages that few have.
        reader: Any = import_module("gerai.cli.qr_picture")
    except ImportError:
        raise Unfit(
            "gambar butuh / a picture needs: pip install zxing-cpp pillow; or give the text of the code"
        ) from None
    try:
        return reader.text_in(file)
    except reader.PictureFault as fault:
        raise Unfit(str(fault)) from None


def _read(method: str, said: dict[str, str]) -> tuple[tuple[str, str], ...]:
    methods: dict[str, PaymentMethod] = discover("gerai.partners.payments", "METHOD")
    try:
        return read_account(methods[method], said).shown
    except InputInvalid as refusal:
        raise Unfit("; ".join(text for texts in refusal.fields.values() for text in texts)) from None


def account_of(answers: Answers) -> dict[str, str]:
    """What is said of the seller's own account; nothing: there is none yet."""
    match answers["pay"]:
        case "bank":
            return {"method": "bank_transfer", **{name: answers[name] for name in ("bank", "number", "holder")}}
        case "qris":
            return {"method": "qris", "code": answers["qris"]}
        case _:
            return {}


def understood(answers: Answers) -> tuple[tuple[str, str], ...]:
    """The account as its bank or acquirer would show it. Raises Unfit."""
    said = account_of(answers)
    return _read(said["method"], {name: value for name, value in said.items() if name != "method"}) if said else ()


_PAY: Final = {"bank": "bank", "qris": "qris", "nanti": "later", "later": "later"}
_SELL: Final = {"produk": "product", "product": "product", "layanan": "service", "service": "service"}
#: How an answer is kept, from what was typed and what was answered before; raises Unfit.
_CHECKS: Final[Mapping[str, Callable[[str, Answers], str]]] = {
    "name": _name, "code": _code, "pay": _one_of(_PAY), "bank": _bank, "number": _number, "holder": _account,
    "qris": _qris, "sell": _one_of(_SELL), "item": _name, "price": _price,
}  # fmt: skip
#: The words of a choice that are typed here, by what they mean: in Indonesian, in English.
_TYPED: Final = {
    "bank": ("bank", "bank"), "qris": ("qris", "qris"), "later": ("nanti", "later"),
    "product": ("produk", "product"), "service": ("layanan", "service"),
}  # fmt: skip


def ask(
    answers: Answers, given: Answers, keep: Callable[[Answers], None], *, silent: bool, taken: frozenset[str]
) -> None:
    """Fill in what is needed: with what was ``given``, else by asking, else (``silent``) with its default. ``keep`` is
    called after each. Raises Unfit where nobody can be asked again."""
    for question in QUESTIONS:
        if question.needed(answers):
            before = given.get(question.name, "")
            answers[question.name] = _answer(question, answers, before, silent=silent, taken=taken)
            keep(answers)


def _answer(question: FirstQuestion, answers: Answers, given: str, *, silent: bool, taken: frozenset[str]) -> str:
    earlier = answers.get(question.name, "")
    usual = earlier or question.default(answers)
    if question.name == "code":
        usual = free_code(usual, taken)
    usual = _TYPED[usual][0] if usual in question.choices else usual
    option = f"--{question.name}"
    while True:
        text = given or (usual if silent else _typed(question, usual))
        try:
            if not text:
                raise Unfit(f"{option} is needed / {option} perlu diisi")
            found = _CHECKS[question.name](text, answers)
            if question.name == "code" and found in taken:
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
        indonesian += f": {', '.join(_TYPED[one][0] for one in question.choices)}"
        english += f": {', '.join(_TYPED[one][1] for one in question.choices)}"
    if question.name == "qris":
        indonesian, english = f"{indonesian}, atau gambarnya", f"{english}, or a picture of it"
    example = _TYPED[question.example][0] if question.example in question.choices else question.example
    shown = f"{indonesian} / {english}" if indonesian != english else english
    return typer.prompt(f"{shown} (mis. {example})", default=usual or None, show_default=bool(usual))


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
