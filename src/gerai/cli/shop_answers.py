"""The answers that `gerai shop init` takes: each is checked as it is given."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from gerai.domain.money import parse_rupiah
from gerai.domain.refusals import InputInvalid
from gerai.engine.desk.acts.add_file import LARGEST_BYTES
from gerai.engine.desk.codes import codes_in
from gerai.engine.desk.first_kinds import CODES, FILE, GOODS, HAND, SERVICE
from gerai.engine.desk.first_places import place_meant, places_like, region_code
from gerai.engine.desk.first_questions import FirstQuestion
from gerai.engine.merchants.receiving import read_account
from gerai.engine.shipping.places import Gazetteer
from gerai.kit.closest import not_known
from gerai.kit.discover import discover
from gerai.ports.payments import PaymentMethod

Answers = dict[str, str]
Check = Callable[[str, Answers], str]
_CODE: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_PICTURES: Final = (".jpg", ".jpeg", ".png", ".webp")
_LONGEST_NAME: Final = 200
#: Of a whole number.
_DIGITS: Final = 10
#: So many districts that are called alike are named.
_LIKE: Final = 8


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


def _one_of(question: FirstQuestion) -> Check:
    """One of its choices, in whichever language, or by its own name."""
    known = {word: choice for choice in question.choices for word in typed_choice(choice)}

    def check(text: str, _: Answers) -> str:
        typed = text.strip().casefold()
        found = typed if typed in question.choices else known.get(typed)
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
    with _unfit():
        return read_account(methods[method], said).shown


def _whole(text: str, _: Answers) -> str:
    found = text.strip().replace(".", "")
    if not (found.isascii() and found.isdigit() and len(found) < _DIGITS):
        raise Unfit("angka bulat / a whole number")
    return found


def _line(text: str, _: Answers) -> str:
    if not text.strip():
        raise Unfit("perlu diisi / is needed")
    return text.strip()


def _region(text: str, _: Answers) -> str:
    with _unfit():
        return region_code(text)


def _file(text: str, _: Answers) -> str:
    """A link, or a file that is there and not too large."""
    if text.startswith("https://"):
        return text.strip()
    file = Path(text.strip()).expanduser()
    if not file.is_file():
        raise Unfit(f"{file} tidak ada / is not there; a link begins with https://")
    if not 0 < file.stat().st_size <= LARGEST_BYTES:
        raise Unfit(f"paling besar / at most {LARGEST_BYTES // 2**20} MB")
    return str(file.resolve())


def _codes(text: str, _: Answers) -> str:
    with _unfit():
        if not codes_in(codes_of(text)):
            raise Unfit("belum ada kodenya / there are no codes")
    return text.strip()


def codes_of(text: str) -> str:
    """The codes, one in each line: of a file of this name, else of the text, parted by commas. Raises Unfit."""
    file = Path(text.strip()).expanduser()
    try:
        return file.read_text(encoding="utf-8") if file.is_file() else "\n".join(text.split(","))
    except (OSError, ValueError) as error:
        raise Unfit(f"{file}: {error}") from error


def _sent_from(places: Gazetteer) -> Check:
    """A district by its name, kept by its number; where none is known here, as it was typed."""

    def check(text: str, _: Answers) -> str:
        if not places.by_id:
            return _line(text, _)
        try:
            return str(place_meant(places, text).location_id)
        except InputInvalid:
            like = [f"{one.location_id} {one.display}" for one in places_like(places, text)[:_LIKE]]
            told = f": {'; '.join(like)}" if like else ""
            raise Unfit(f"kecamatan mana? tulis nomornya / which district? type its number{told}") from None

    return check


@contextmanager
def _unfit() -> Generator[None]:
    """What is refused here cannot be right."""
    try:
        yield
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


#: How an answer is kept, from what was typed and what was answered before; raises Unfit.
_CHECKS: Final[Mapping[str, Check]] = {
    "name": _name, "code": _code, "bank": _bank, "number": _number, "holder": _account, "qris": _qris, "item": _name,
    "file": _file, "codes": _codes, "region": _region,
}  # fmt: skip
_OF_KIND: Final[Mapping[str, Check]] = {"amount": _price, "number": _whole}
#: The words of a choice that are typed here: in Indonesian, in English. What a counter sells has its own name.
_TYPED: Final = {
    "bank": ("bank", "bank"), "qris": ("qris", "qris"), "later": ("nanti", "later"),
    GOODS: ("barang", "goods"), FILE: ("file", "file"), CODES: ("kode", "codes"), HAND: ("produk", "product"),
    SERVICE: ("layanan", "service"),
}  # fmt: skip


def typed_choice(choice: str) -> tuple[str, str]:
    """What is typed for a choice, in Indonesian and in English."""
    return _TYPED.get(choice, (choice, choice))


def check_of(question: FirstQuestion, places: Gazetteer) -> Check:
    """How an answer to this question is read. ``places``: the districts that are known."""
    if question.choices:
        return _one_of(question)
    if question.name == "from":
        return _sent_from(places)
    return _CHECKS.get(question.name) or _OF_KIND.get(question.kind, _line)
