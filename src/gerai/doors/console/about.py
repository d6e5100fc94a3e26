"""What an act is about: the thing that its form names, in a few facts, and whether its state allows the act at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec

from gerai.domain.refusals import InputInvalid, NotFound, Refusal
from gerai.doors.console.cells import Cell, columns_of, row_cells
from gerai.doors.console.order_pages import ordered
from gerai.doors.console.order_words import method_name
from gerai.doors.console.refused import state_of
from gerai.doors.console.who import AtDesk
from gerai.doors.console.words import DeskWords
from gerai.engine.desk.fields import refers_of
from gerai.engine.desk.read import Field, fields_of, read_form
from gerai.engine.desk.registry import Act, acts, look, views

#: What things are called, the best name first.
NAMES: Final = ("number", "name", "title", "code", "sku", "public_id", "payment", "url")
#: Of each kind of thing, what tells whoever acts that it is the right one; of others, what they are called and how they
#: stand.
_FACTS: Final = {
    "orders": ("number", "customer", "items", "total_sen", "kept_sen", "payment_status", "status"),
    "payments": ("payment", "method", "asked_sen", "amount_sen", "refunded_sen", "left_sen", "status"),
    "proofs": ("payment", "method", "asked_sen", "payment_status", "uploaded_at"),
    "refunds": ("amount_sen", "payment", "method", "to", "bank", "number", "holder", "reason", "fault", "status"),
    "topups": ("code", "method", "amount_sen", "asked_sen", "came_sen", "status"),
    "arrivals": ("amount_sen", "arrived_at", "account", "description", "status"),
    "notices": ("sender", "came_at", "status", "fault"),
    "wallets": ("name", "public_id", "door", "available_sen", "held_sen"),
    "members": ("name", "public_id", "door", "mobile", "email", "status"),
    "variants": ("name", "sku", "options", "price_sen", "available"),
    "services": ("name", "code", "unit_price_sen", "is_active"),
    "codes": ("name", "order", "status", "given_at"),
    "deliveries": ("event", "status", "attempts", "happened_at"),
    "couriers": ("courier_name", "name", "code", "aggregator"),
    "accounts": ("shown", "method", "channel"),
    "gateways": ("gateway", "ways", "base_url"),
    "keys": ("name", "door", "begins", "state", "expires_at"),
    "private_servers": ("id", "robux", "price_sen"),
}  # fmt: skip
_OTHERS: Final = ("name", "title", "code", "sku", "price_sen", "door", "url", "role", "login", "file", "invariant",
                  "description", "state", "status")  # fmt: skip
#: They have no name of their own.
_BY_AMOUNT: Final = frozenset({"refunds", "arrivals"})
#: Whose facts stand there, too.
_OWNERS: Final = {"order_id": "orders", "member_id": "members"}
_OWNERS_FACTS: Final = {
    "orders": ("number", "customer", "items", "total_sen"),
    "members": ("name", "public_id", "door"),
}
#: An id that there may be.
_NUMBER: Final = re.compile(r"[0-9]{1,18}")
#: A proof is of a payment, and its ``can`` says what that allows.
_STANDS_FOR: Final = frozenset({"proofs"})


@dataclass(frozen=True)
class Subject:
    """The thing. ``row``: as its list or its page has it; ``name``: what it is called; ``url``: where it is seen,
    empty: nowhere; ``facts``: title and value of each; ``can``: the acts that its state allows, None: it does
    not say."""

    things: str
    row: Any
    name: str
    url: str
    facts: Sequence[tuple[str, Cell]]
    can: Sequence[str] | None

    def refuses(self, act: Act) -> bool:
        """Whether its state does not allow the act now."""
        of_it = self.things in {act.name.partition(".")[0], *_STANDS_FOR}
        return of_it and self.can is not None and act.name not in self.can

    def amount_sen(self, act: Act) -> int:
        """What a money act moves that takes no amount; 0: nobody can say, or it takes one."""
        takes = any(field.is_amount for field in fields_of(act.input))
        return 0 if takes or act.permission != "money:act" else getattr(self.row, "amount_sen", 0) or 0


async def subjects_of(desk: AtDesk, act: Act, given: dict[str, str], words: DeskWords) -> list[Subject]:
    """What the act is about, as far as the person may see it: the thing of its id, and what else its address names.

    Refuses NotFound: the act is about one thing, and none is named; or there is no such thing at this desk.
    """
    found: list[Subject] = []
    refers = refers_of(act.input)
    for field in fields_of(act.input):
        kinds = refers[field.name].things if field.name in refers else ()
        if field.name == "id" and field.required:
            found += await _subject(desk, kinds or (act.name.partition(".")[0],), field, given.get("id", ""), words)
        elif kinds and not field.is_list and given.get(field.name, "").isdigit() and f"{kinds[0]}.show" in views():
            found += await _subject(desk, kinds, field, given[field.name], words)
    return found


async def _subject(desk: AtDesk, kinds: Sequence[str], field: Field, number: str, words: DeskWords) -> list[Subject]:
    if not _NUMBER.fullmatch(number):
        raise NotFound(kinds[0], number)
    hidden = False
    for things in kinds:
        view = views().get(f"{things}.show") or views().get(f"{things}.list")
        if view is None or not desk.may(view.permission):
            hidden = True
            continue
        if (row := await row_of(desk, things, number)) is not None:
            return [await _told(desk, things, row, words)]
    if not hidden:
        raise NotFound(kinds[0], number)
    return []


async def row_of(desk: AtDesk, things: str, number: str) -> Any:
    """The thing of this number, as its page or its list has it; None: there is none, or the person may not see it."""
    # Things without a view of one are so few that their list has all.
    view = views().get(f"{things}.show") or views().get(f"{things}.list")
    if view is None or not desk.may(view.permission):
        return None
    asked = {"id": number} if view.name.endswith(".show") else {}
    try:
        page = await look(view, desk.within, read_form(view.filter, asked), desk.caller)
    except InputInvalid:
        return None
    return next((row for row in page.rows if str(getattr(row, "id", "")) == number), None)


async def _told(desk: AtDesk, things: str, row: Any, words: DeskWords) -> Subject:
    facts = _facts(desk, things, row, _FACTS.get(things, _OTHERS), words)
    for name, owner in _OWNERS.items():
        number = getattr(row, name, None)
        if number is not None and owner != things and (of := await row_of(desk, owner, str(number))) is not None:
            facts += _facts(desk, owner, of, _OWNERS_FACTS[owner], words)
    name = _name(things, row, words)
    url = f"{desk.base}/{things}/{row.id}" if f"{things}.show" in views() else ""
    return Subject(things, row, name, url, [one for one in facts if one[1].text != name], getattr(row, "can", None))


def _name(things: str, row: Any, words: DeskWords) -> str:
    """What it is called: by the first of its facts that is a name; money by its amount."""
    if things in _BY_AMOUNT:
        return words.amount(row.amount_sen)
    named = [field for field in _FACTS.get(things, _OTHERS) if field in NAMES]
    found = next((str(text) for field in (*named, *NAMES) if (text := getattr(row, field, ""))), "")
    return found or f"#{row.id}"


def _facts(
    desk: AtDesk, things: str, row: msgspec.Struct, wanted: Sequence[str], words: DeskWords
) -> list[tuple[str, Cell]]:
    """Title and value of each that there is, in this order; an amount of nothing is left out."""
    titles = dict(columns_of(type(row), words))
    names = [name for name in wanted if name in titles and getattr(row, name) not in (None, "", (), 0)]
    cells = row_cells(row, [(name, titles[name]) for name in names], words)
    told = dict(zip(names, cells, strict=True))
    if "method" in told:
        told["method"] = Cell(method_name(desk, words, told["method"].text))
    if "status" in told:
        told["status"] = replace(told["status"], text=state_of(things, str(getattr(row, "status", "")), words))
    return [(titles[name], one) for name, one in told.items()]


def can_instead(desk: AtDesk, subject: Subject) -> list[Act]:
    """What its state allows, of what the person may."""
    if subject.things == "orders":
        first, others = ordered(desk, subject.row)
        return [*([] if first is None else [first]), *others]
    known = acts()
    return [known[name] for name in subject.can or () if name in known and desk.may(known[name].permission)]


async def whole_sen(desk: AtDesk, act: Act, number: str) -> int | None:
    """How much an amount is that is left empty; None: it may not be, or nobody can say."""
    if act.whole is None or not _NUMBER.fullmatch(number):
        return None
    try:
        return await act.whole(desk.within, int(number))
    except Refusal:
        return None
