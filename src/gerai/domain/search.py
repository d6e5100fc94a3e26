"""What a text that somebody looks for asks of the orders' terms (``search_terms.py``)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final, Literal, NamedTuple

from gerai.domain.search_terms import (
    EMAIL,
    NAME,
    NO_DIGIT,
    NUMBER,
    OWNED,
    PARCEL,
    PHONE,
    PHONE_BACKWARDS,
    REFERENCE,
    TOTAL,
    WORK,
    folded,
    label_term,
    payment_term,
    phone_digits,
    words_of,
)
from gerai.domain.states import ORDER

#: Where a text may be looked for. ``work`` is the reference of the provider that delivers; ``payment`` a payment's
#: identifier or the code its payer sees (VA number …); ``receipt`` a courier's number.
SearchField = Literal["number", "reference", "work", "email", "phone", "name", "payment", "receipt"]
EVERYWHERE: Final[tuple[SearchField, ...]] = (
    "number", "reference", "work", "email", "phone", "name", "payment", "receipt",
)  # fmt: skip

_BY_BEGINNING: Final = {"number": NUMBER, "reference": REFERENCE, "work": WORK, "email": EMAIL}

#: Fewer digits end too many numbers to be anybody's.
FEWEST_DIGITS: Final = 6
#: What is written between the digits of a telephone number, or a VA number.
_DIGITS_ONLY: Final = re.compile(r"[\s()+./-]*(?:[0-9][\s()+./-]*)+")
_GAPS: Final = re.compile(r"[\s.-]+")
#: Sorts after every text that begins the same.
_LAST: Final = "\U0010ffff"
#: No text stands between one and itself with this.
_NEXT: Final = "\x01"


class TermRange(NamedTuple):
    """Terms from ``low`` until before ``high``, compared byte by byte."""

    low: str
    high: str

    @property
    def is_one_term(self) -> bool:
        """Whether there is only ``low`` in it."""
        return self.high == self.low + _NEXT


class TermQuery(NamedTuple):
    """What is asked of an order's terms: any of ``ranges``, or one of each of ``words`` (none: nothing by words).
    ``codes`` may name a payment, ``receipts`` a parcel. ``span``: what the ranges are together, if they are all of it.
    """

    ranges: tuple[TermRange, ...] = ()
    span: TermRange | None = None
    words: tuple[TermRange, ...] = ()
    codes: tuple[str, ...] = ()
    receipts: tuple[str, ...] = ()


def names(text: str, name: str) -> bool:
    """Whether every word of the text is how some word of the name begins. No word names nothing."""
    asked, words = words_of(text), words_of(name)
    return bool(asked) and all(any(word.startswith(part) for word in words) for part in asked)


def has_words(words: Iterable[TermRange], name: str) -> bool:
    """Whether a name has a word in each of these ranges (``TermQuery.words``), as its terms would say."""
    terms = [NAME + word for word in words_of(name)]
    return all(any(word.low <= term < word.high for term in terms) for word in words)


def exactly(kind: Literal["number", "reference"], texts: Iterable[str]) -> TermQuery:
    """Orders with one of these numbers or references, in any case."""
    return TermQuery(tuple(_only(_BY_BEGINNING[kind] + folded(text)) for text in texts))


def with_label(name: str, value: str, owner_id: int | None) -> tuple[TermRange, ...]:
    """Orders with this label; ``owner_id``: those of that member, else everybody's."""
    plain, owned = label_term((name, value), None), label_term((name, value), owner_id)
    return (_only(plain), _from(plain + OWNED) if owner_id is None else _only(owned))


def with_total(total_sen: int) -> TermQuery:
    """Orders of this amount."""
    return TermQuery((_only(f"{TOTAL}{total_sen}"),))


def with_payment(payment: str, statuses: Iterable[str] = ()) -> TermQuery:
    """Orders whose payment stands so, in these states (none: in any)."""
    asked = tuple(statuses)
    ranges = tuple(_only(payment_term(payment, status)) for status in asked or sorted(ORDER.states))
    return TermQuery(ranges, None if asked else _from(payment_term(payment, "")))


def with_parcel(statuses: Iterable[str]) -> TermQuery:
    """Orders whose parcel is in one of these states."""
    return TermQuery(tuple(_only(PARCEL + status) for status in statuses))


def query_of(text: str, fields: Iterable[SearchField]) -> TermQuery:
    """What a text asks for, in these fields: number, references and e-mail by how they begin, a telephone by how it
    begins or ends (six digits), a name by how its words begin (all the words asked for), payments and receipts whole.
    """
    found = TermQuery()
    for field in fields:
        found = _ASKED[field](found, text)
    return found


def _beginning(kind: str) -> Callable[[TermQuery, str], TermQuery]:
    def ask(found: TermQuery, text: str) -> TermQuery:
        key = folded(text)
        return found._replace(ranges=(*found.ranges, _from(kind + key))) if key else found

    return ask


def _only(term: str) -> TermRange:
    return TermRange(term, term + _NEXT)


def _from(term: str) -> TermRange:
    return TermRange(term, term + _LAST)


def is_phone(text: str) -> bool:
    """Whether the text may be looked for as a telephone: enough digits, and what is written between them alone."""
    return _DIGITS_ONLY.fullmatch(text) is not None and len(NO_DIGIT.sub("", text)) >= FEWEST_DIGITS


def _phone(found: TermQuery, text: str) -> TermQuery:
    if not is_phone(text):
        return found
    digits = NO_DIGIT.sub("", text)
    # A whole number, however it is written, is a beginning; an end is looked for as it was typed: its zeros are digits.
    ranges = [_from(PHONE_BACKWARDS + digits[::-1])]
    ranges += [_from(PHONE + begin) for begin in sorted({digits, phone_digits(text)})]
    return found._replace(ranges=(*found.ranges, *ranges))


def _name(found: TermQuery, text: str) -> TermQuery:
    # The longest first: it is the rarest, as a rule.
    words = sorted(words_of(text), key=len, reverse=True)
    return found._replace(words=tuple(_from(NAME + word) for word in words))


def _payment(found: TermQuery, text: str) -> TermQuery:
    spellings = {text.strip(), _GAPS.sub("", text)} - {""}
    return found._replace(codes=tuple(sorted(spellings)))


def _receipt(found: TermQuery, text: str) -> TermQuery:
    return found._replace(receipts=(text.strip(),) if text.strip() else ())


_ASKED: Final[dict[SearchField, Callable[[TermQuery, str], TermQuery]]] = {
    "number": _beginning(NUMBER),
    "reference": _beginning(REFERENCE),
    "work": _beginning(WORK),
    "email": _beginning(EMAIL),
    "phone": _phone,
    "name": _name,
    "payment": _payment,
    "receipt": _receipt,
}
