"""A first shop, step by step: what is asked, in both languages, with examples and what stands there where nobody says
anything else. `gerai shop init` asks it at the terminal, the console on pages."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from gerai.engine.catalogue.services import SERVICES
from gerai.engine.desk.first_kinds import sell_questions
from gerai.engine.desk.first_questions import Answers, FirstQuestion
from gerai.engine.desk.goods import catalogue_of
from gerai.engine.desk.house import Within
from gerai.engine.desk.own_sales import own_sales
from gerai.kit.bilingual import Bilingual
from gerai.kit.slugs import slug_of

_LONGEST_CODE: Final = 63


@dataclass(frozen=True)
class FirstStep:
    """What a new shop lacks before it sells, as one sentence, and the questions about it. ``acts``: what does it;
    ``aside``: it is offered, and nobody is led to it."""

    name: str
    text: Bilingual
    acts: tuple[str, ...]
    questions: tuple[FirstQuestion, ...] = ()
    aside: bool = False


def code_for(name: str) -> str:
    """The code of a shop of this name."""
    return slug_of(name)[:_LONGEST_CODE].strip("-") or "toko"


def free_code(code: str, taken: Collection[str]) -> str:
    """The code, with a number where another shop has it."""
    return next(one for one in (code, *(f"{code}-{n}" for n in range(2, len(taken) + 3))) if one not in taken)


_SHOP: Final = FirstStep("shop", Bilingual("Buka toko Anda", "Open your shop"), ("merchants.open",), (
    FirstQuestion("name", Bilingual("Nama toko", "Name of the shop"), "Toko Melati", default=lambda _: "Toko Saya"),
    FirstQuestion("code", Bilingual("Kode toko", "Code of the shop"), "toko-melati",
                  default=lambda answers: code_for(answers["name"])),
))  # fmt: skip


def _at_bank(answers: Answers) -> bool:
    return answers["pay"] == "bank"


_PAID: Final = FirstStep("paid", Bilingual("Pilih cara Anda menerima uang", "Choose how you are paid"),
                         ("accounts.add",), (
    FirstQuestion("pay", Bilingual("Uang masuk ke mana", "Where money comes in"), "bank", default=lambda _: "later",
                  choices={"bank": Bilingual("Rekening bank", "A bank account"),
                           "qris": Bilingual("QRIS milik sendiri", "My own QRIS code"),
                           "later": Bilingual("Nanti", "Later")}),
    FirstQuestion("bank", Bilingual("Bank", "Bank"), "BCA", default=lambda _: "BCA", needed=_at_bank),
    # Without a default: money would go to somebody else.
    FirstQuestion("number", Bilingual("Nomor rekening Anda", "Number of your account"), "1234567890", needed=_at_bank),
    FirstQuestion("holder", Bilingual("Atas nama", "Holder"), "Budi Santoso", needed=_at_bank),
    FirstQuestion("qris", Bilingual("Teks kode QRIS Anda", "Text of your QRIS code"), "000201…",
                  needed=lambda a: a["pay"] == "qris"),
))  # fmt: skip
_KEY: Final = FirstStep(
    "key", Bilingual("Buat kunci API untuk program Anda", "Make an API key for your program"), ("keys.create",),
    aside=True,
)  # fmt: skip


def steps() -> tuple[FirstStep, ...]:
    """All of them, in their order."""
    sell = FirstStep(
        "sell",
        Bilingual("Tambahkan barang atau layanan yang dijual", "Add what you sell"),
        ("products.add", "services.add"),
        sell_questions(),
    )
    return (_SHOP, _PAID, sell, _KEY)


def questions() -> list[FirstQuestion]:
    """Every question, in the order in which they are asked."""
    return [question for step in steps() for question in step.questions]


def step_named(name: str) -> FirstStep | None:
    """The step of this name."""
    return next((step for step in steps() if step.name == name), None)


def is_paid(within: Within) -> bool:
    """Whether the shop can be paid: into an account of its own, through a gateway, or with play money."""
    merchant = within.merchant
    return bool(merchant.receiving or merchant.contracts or merchant.plays_with(within.environment))


def is_selling(within: Within) -> bool:
    """Whether there is something to sell."""
    services = within.engine.directory.get(SERVICES, within.merchant_id)
    own = any(one.sells(within) for one in own_sales().values())
    return bool(catalogue_of(within).variants or services.by_id or own)
