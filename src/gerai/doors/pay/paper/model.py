"""What stands on an order's paper, every text in its language and ready to be set. It becomes JSON as it is."""

from __future__ import annotations

import msgspec

from gerai.doors.pay.model import SumRow


class PaperShop(msgspec.Struct, frozen=True):
    """Who sells. ``complaint``: where buyers complain, empty when the shop named nothing."""

    name: str
    address: str
    contact: str
    complaint: str


class PaperLine(msgspec.Struct, frozen=True):
    """One ordered line."""

    name: str
    quantity: str
    price: str
    total: str


class PaperPayment(msgspec.Struct, frozen=True):
    """Money that came, or that went back (``how`` is then where to)."""

    at: str
    how: str
    reference: str
    amount: str


class PaperInstructions(msgspec.Struct, frozen=True, kw_only=True):
    """How to pay. ``qr`` is a drawing (SVG) of ours; ``hints`` stand where there is no number to pay to; ``place``:
    where the ``steps`` are done, empty when anywhere."""

    heading: str
    company_code: str = ""
    code_label: str = ""
    code: str = ""
    holder: str = ""
    nmid: str = ""
    amount: str = ""
    until: str = ""
    qr: str = ""
    hints: tuple[str, ...] = ()
    place: str = ""
    steps: tuple[str, ...] = ()


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """An order's invoice or receipt. ``play``: that no real money is meant, empty where it is; ``facts`` and ``people``
    are what stands at its head, ``sentences`` what became of the money, ``words`` the headings of its columns."""

    language: str
    title: str
    status: str
    play: str
    shop: PaperShop
    number: str
    facts: tuple[SumRow, ...]
    people: tuple[SumRow, ...]
    amount_label: str
    amount: str
    remainder: tuple[SumRow, ...]
    sentences: tuple[str, ...]
    lines: tuple[PaperLine, ...]
    sums: tuple[SumRow, ...]
    payments: tuple[PaperPayment, ...]
    refunds: tuple[PaperPayment, ...]
    instructions: PaperInstructions | None
    note: str
    foot: str
    words: dict[str, str]
