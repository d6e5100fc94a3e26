"""A first shop, step by step: what is asked, in both languages, with examples and what stands there where nobody says
anything else. `gerai shop init` asks it at the terminal, the console on pages."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from gerai.engine.catalogue.services import SERVICES
from gerai.engine.desk.goods import catalogue_of
from gerai.engine.desk.house import Within
from gerai.kit.bilingual import Bilingual
from gerai.kit.slugs import slug_of

Answers = Mapping[str, str]
_LONGEST_CODE: Final = 63


@dataclass(frozen=True)
class FirstQuestion:
    """``default``: from the answers so far; empty: it has to be answered. ``needed``: whether these answers need it.
    ``choices``: the only answers there are, and their words."""

    name: str
    text: Bilingual
    example: str
    default: Callable[[Answers], str] = field(default=lambda _: "")
    needed: Callable[[Answers], bool] = field(default=lambda _: True)
    choices: Mapping[str, Bilingual] = field(default_factory=dict[str, Bilingual])


@dataclass(frozen=True)
class FirstStep:
    """What a new shop lacks before it sells, as one sentence, and the questions about it. ``acts``: what does it."""

    name: str
    text: Bilingual
    acts: tuple[str, ...]
    questions: tuple[FirstQuestion, ...] = ()


def code_for(name: str) -> str:
    """The code of a shop of this name."""
    return slug_of(name)[:_LONGEST_CODE].strip("-") or "toko"


def free_code(code: str, taken: Collection[str]) -> str:
    """The code, with a number where another shop has it."""
    return next(one for one in (code, *(f"{code}-{n}" for n in range(2, len(taken) + 3))) if one not in taken)


STEPS: Final = (
    FirstStep("shop", Bilingual("Buka toko Anda", "Open your shop"), ("merchants.open",), (
        FirstQuestion("name", Bilingual("Nama toko", "Name of the shop"), "Toko Melati", lambda _: "Toko Saya"),
        FirstQuestion("code", Bilingual("Kode toko", "Code of the shop"), "toko-melati",
                      lambda answers: code_for(answers["name"])),
    )),
    FirstStep("paid", Bilingual("Pilih cara Anda menerima uang", "Choose how you are paid"), ("accounts.add",), (
        FirstQuestion("pay", Bilingual("Uang masuk ke mana", "Where money comes in"), "bank", lambda _: "later",
                      choices={"bank": Bilingual("Rekening bank", "A bank account"),
                               "qris": Bilingual("QRIS milik sendiri", "My own QRIS code"),
                               "later": Bilingual("Nanti", "Later")}),
        FirstQuestion("bank", Bilingual("Bank", "Bank"), "BCA", lambda _: "BCA", lambda a: a["pay"] == "bank"),
        # Without a default: money would go to somebody else.
        FirstQuestion("number", Bilingual("Nomor rekening Anda", "Number of your account"), "1234567890",
                      needed=lambda a: a["pay"] == "bank"),
        FirstQuestion("holder", Bilingual("Atas nama", "Holder"), "Budi Santoso", needed=lambda a: a["pay"] == "bank"),
        FirstQuestion("qris", Bilingual("Teks kode QRIS Anda", "Text of your QRIS code"), "000201…",
                      needed=lambda a: a["pay"] == "qris"),
    )),
    FirstStep("sell", Bilingual("Tambahkan barang atau layanan yang dijual", "Add what you sell"),
              ("products.add", "services.add"), (
        FirstQuestion("sell", Bilingual("Jual apa dulu", "What first"), "product", lambda _: "product",
                      choices={"product": Bilingual("Produk digital", "A digital product"),
                               "service": Bilingual("Layanan yang saya kerjakan", "A service that I do")}),
        FirstQuestion("item", Bilingual("Namanya", "Its name"), "E-book Resep",
                      lambda a: "Produk pertama" if a["sell"] == "product" else "Layanan pertama"),
        FirstQuestion("price", Bilingual("Harganya (rupiah)", "Its price (rupiah)"), "50000", lambda _: "50000"),
    )),
    FirstStep("key", Bilingual("Buat kunci API untuk program Anda", "Make an API key for your program"),
              ("keys.create",)),
)  # fmt: skip
#: Every question, in the order in which they are asked.
QUESTIONS: Final = tuple(question for step in STEPS for question in step.questions)


def step_named(name: str) -> FirstStep | None:
    """The step of this name."""
    return next((step for step in STEPS if step.name == name), None)


def is_paid(within: Within) -> bool:
    """Whether the shop can be paid: into an account of its own, through a gateway, or with play money."""
    merchant = within.merchant
    return bool(merchant.receiving or merchant.contracts or merchant.plays_with(within.environment))


def is_selling(within: Within) -> bool:
    """Whether there is something to sell."""
    services = within.engine.directory.get(SERVICES, within.merchant_id)
    return bool(catalogue_of(within).variants or services.by_id)
