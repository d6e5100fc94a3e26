"""What an order is found by: its search terms.

A term is one letter for its kind and a text in the one form that is compared (:func:`folded`). The same functions make
the terms of an order and those of a question (``search.py``), so that both sides agree whatever alphabet they are in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from gerai.domain.payment_status import payment_status
from gerai.domain.records import Fulfilment, Invoice, Order, OrderTerm, Shipment

NUMBER: Final = "#"
REFERENCE: Final = "="
WORK: Final = "w"
EMAIL: Final = "@"
NAME: Final = "n"
PHONE: Final = "+"
PHONE_BACKWARDS: Final = "-"
LABEL: Final = "l"
TOTAL: Final = "t"
PAYMENT: Final = "y"
PARCEL: Final = "s"

#: Longer texts are found by this much of their beginning; an index takes no more than 2,700 bytes of them.
_LONGEST: Final = 200
_LONGEST_WORD: Final = 64
#: A name of more words is found by these.
_MOST_WORDS: Final = 16
_WEEK_S: Final = 7 * 24 * 3600
_WORD: Final = re.compile(r"[^\W_]+")
#: Shows nothing: blanks, and what only chooses how the sign before it is drawn or joins two of them.
_UNSEEN: Final = re.compile(r"[\s\u200d\ufe00-\ufe0f]+")
NO_DIGIT: Final = re.compile(r"[^0-9]+")
#: Stands between a label and the owner of the wallet. No label holds it.
OWNED: Final = "\x02"


def week_of(at: datetime) -> int:
    """The week that a moment is in, counted from 1970 on: terms are kept week by week."""
    return int(at.timestamp() // _WEEK_S)


def folded(text: str) -> str:
    """The text in the form that is compared: without case, accents, and what surrounds it."""
    if text.isascii():
        return text.strip().lower()[:_LONGEST]
    apart = unicodedata.normalize("NFKD", text.strip()).casefold()
    return "".join(c for c in apart if not unicodedata.combining(c))[:_LONGEST]


def words_of(text: str) -> list[str]:
    """The different words of a text, folded, in their order. Without a letter or digit, all it shows is its one word: a
    name may be nothing but an emoji."""
    plain = folded(text)
    found = _WORD.findall(plain) or filter(None, [_UNSEEN.sub("", plain)])
    return list(dict.fromkeys(word[:_LONGEST_WORD] for word in found))[:_MOST_WORDS]


def phone_digits(text: str) -> str:
    """Digits of a telephone number as they are compared: ``0812…`` and ``812…`` are ``62812…``. Unlike
    ``kit.phones``, which decides what a number is, this takes whatever was kept."""
    digits = NO_DIGIT.sub("", text)
    if digits.startswith("00"):
        return digits[2:]
    if digits.startswith("620"):
        return "62" + digits[3:]
    if digits.startswith("0"):
        return "62" + digits[1:]
    if digits.startswith("8") and "+" not in text:
        return "62" + digits
    return digits


def terms_of(order: Order) -> list[str]:
    """What an order is found by of its own row, each term once."""
    found: list[str] = []
    if order.number:
        found.append(NUMBER + folded(order.number))
    if order.reference:
        found.append(REFERENCE + folded(order.reference))
    contact = order.contact
    if contact.name:
        found += [NAME + word for word in words_of(contact.name)]
    if contact.email:
        found.append(EMAIL + folded(contact.email))
    if contact.mobile and (digits := phone_digits(contact.mobile)[:_LONGEST]):
        found += [PHONE + digits, PHONE_BACKWARDS + digits[::-1]]
    return found


def states_of(
    order: Order, invoice: Invoice | None, fulfilment: Fulfilment | None, shipment: Shipment | None
) -> list[str]:
    """What an order is listed by, and found by of the rows around it; some of it changes in the order's life.

    Labels of what a wallet bought name the wallet's owner, who lists only that. Amount, payment and parcel are kept of
    orders that their door lists by labels without a wallet: no other door asks for them. Payment and state are one
    term: many orders have each of two that hardly any has together.
    """
    found: list[str] = []
    if fulfilment is not None and fulfilment.reference:
        found.append(WORK + folded(fulfilment.reference))
    if order.labels:
        owner_id = None if order.account_id is None else order.member_id
        found += [label_term(label, owner_id) for label in order.labels.items()]
        if order.account_id is None:
            found += [f"{TOTAL}{order.total_sen}", payment_term(payment_status(order, invoice), order.status)]
            if shipment is not None:
                found.append(PARCEL + shipment.status)
    return found


def label_term(label: tuple[str, str], owner_id: int | None) -> str:
    """The term of a label (name, value); ``owner_id``: of what that member's wallet bought."""
    name, value = label
    return f"{LABEL}{name}={value[:_LONGEST]}" + ("" if owner_id is None else f"{OWNED}{owner_id}")


def payment_term(payment: str, status: str) -> str:
    """The term of an order whose payment stands so and that is in this state."""
    return f"{PAYMENT}{payment}/{status}"


def records(order: Order, terms: Iterable[str]) -> list[OrderTerm]:
    """The terms of an order as they are kept."""
    week = week_of(order.created_at)
    return [
        OrderTerm(order.merchant_id, order.environment, order.channel, week, term, order.created_at, order.order_id)
        for term in terms
    ]
