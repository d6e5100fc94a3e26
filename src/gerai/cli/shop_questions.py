"""The questions of `gerai shop init`: in both languages, each with an example, checked as it is answered."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import typer

from gerai.cli.terminal import console
from gerai.domain.money import parse_rupiah
from gerai.domain.refusals import InputInvalid
from gerai.engine.desk.goods import slug_of
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


@dataclass(frozen=True)
class Question:
    """``text`` in Indonesian and English; ``check`` returns the answer as it is kept, from what was typed and what was
    answered before, or raises Unfit. ``default``: from the answers so far; empty: it has to be answered.
    ``needed``: whether these answers need it."""

    name: str
    text: tuple[str, str]
    example: str
    check: Callable[[str, Answers], str]
    default: Callable[[Answers], str] = field(default=lambda _: "")
    needed: Callable[[Answers], bool] = field(default=lambda _: True)


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
QUESTIONS: Final = (
    Question("name", ("Nama toko", "Name of the shop"), "Toko Melati", _name, lambda _: "Toko Saya"),
    Question("code", ("Kode toko", "Code of the shop"), "toko-melati", _code,
             lambda answers: slug_of(answers["name"])[:63] or "toko"),
    Question("pay", ("Uang masuk ke mana: bank, qris atau nanti", "Where money comes in: bank, qris or later"), "bank",
             _one_of(_PAY), lambda _: "nanti"),
    Question("bank", ("Bank", "Bank"), "BCA", _bank, lambda _: "BCA", lambda a: a["pay"] == "bank"),
    # Without a default: money would go to somebody else.
    Question("number", ("Nomor rekening Anda", "Number of your account"), "1234567890", _number,
             needed=lambda a: a["pay"] == "bank"),
    Question("holder", ("Atas nama", "Holder"), "Budi Santoso", _account, needed=lambda a: a["pay"] == "bank"),
    Question("qris", ("Teks kode QRIS Anda, atau gambarnya", "Text of your QRIS code, or a picture of it"), "qris.jpg",
             _qris, needed=lambda a: a["pay"] == "qris"),
    Question("sell", ("Jual apa dulu: produk (digital) atau layanan", "What first: a (digital) product or a service"),
             "produk", _one_of(_SELL), lambda _: "produk"),
    Question("item", ("Namanya", "Its name"), "E-book Resep", _name,
             lambda a: "Produk pertama" if a["sell"] == "product" else "Layanan pertama"),
    Question("price", ("Harganya (rupiah)", "Its price (rupiah)"), "50000", _price, lambda _: "50000"),
)  # fmt: skip


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


def _answer(question: Question, answers: Answers, given: str, *, silent: bool, taken: frozenset[str]) -> str:
    earlier = answers.get(question.name, "")
    usual = earlier or question.default(answers)
    if question.name == "code":
        usual = _free(usual, taken)
    option = f"--{question.name}"
    while True:
        text = given or (usual if silent else _typed(question, usual))
        try:
            if not text:
                raise Unfit(f"{option} is needed / {option} perlu diisi")
            found = question.check(text, answers)
            if question.name == "code" and found in taken:
                raise Unfit(f"sudah ada toko {found} / there is a shop {found} already")
        except Unfit as why:
            if silent or given:
                raise Unfit(f"{option}: {why}") from None
            console.line(f"  {why}", style="yellow")
        else:
            return found


def _free(code: str, taken: frozenset[str]) -> str:
    """The code, with a number where another shop has it."""
    return next(one for one in (code, *(f"{code}-{n}" for n in range(2, len(taken) + 3))) if one not in taken)


def _typed(question: Question, usual: str) -> str:
    indonesian, english = question.text
    shown = f"{indonesian} / {english}" if indonesian != english else english
    return typer.prompt(f"{shown} (mis. {question.example})", default=usual or None, show_default=bool(usual))


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
