"""What clients send: bodies, queries and path ids, read into plain values or refused with the contract's texts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import msgspec

from gerai.domain.money import MAX_SEN, SEN_PER_RUPIAH
from gerai.domain.refusals import InputInvalid
from gerai.doors.dialects.cekceir.auth import CHANNEL
from gerai.doors.dialects.cekceir.provider_codes import canonical_code
from gerai.doors.http.context import RequestContext
from gerai.doors.http.field_rules import FaultTexts, FieldRules
from gerai.doors.http.fields import Fields
from gerai.doors.http.idempotency import IdempotencyKeys
from gerai.kit.json_values import is_object

DEFAULT_LIMIT: Final = 20
MAX_LIMIT: Final = 50
_MAX_TEXT: Final = 200
#: Longer than any code; an unknown code of this length is answered like any other.
_MAX_CODE: Final = 1_000
_MAX_KEY: Final = 255

_EMPTY: Final = "Too small: expected string to have >={least} characters"
_TOO_LONG: Final = "Too big: expected string to have <={most} characters"
_UNPRINTABLE: Final = "Invalid string"
_NOT_OBJECT: Final = "Invalid input: expected object"

RULES: Final = FieldRules(
    texts=FaultTexts(
        required="Invalid input: expected {expected}",
        invalid="Invalid input: expected {expected}",
        blank=_EMPTY,
        too_long=_TOO_LONG,
        unprintable=_UNPRINTABLE,
        too_small="Too small: expected number to be >={least}",
        too_large="Too big: expected number to be <={most}",
        unknown_choice="Invalid option: expected one of {choices}",
        time_out_of_reach="Invalid input: expected date of the years {least} to {most}",
        unknown_field="Unrecognized key",
        repeated="Invalid input: expected one value",
    ),
    choices=lambda words: "|".join(f'"{word}"' for word in words),
)
#: Of bodies with numbers: an empty text in the place of one is none, not a short one.
_WITH_NUMBERS: Final = replace(RULES, texts=replace(RULES.texts, blank=""))
IDEMPOTENCY: Final = IdempotencyKeys(
    dialect=CHANNEL,
    longest=_MAX_KEY,
    too_long=_TOO_LONG.format(most=_MAX_KEY),
    unprintable=_UNPRINTABLE,
)

#: Filter words, of both vocabularies of the contract, and the engine states they stand for. Orders here are never
#: drafts or unpaid, and a failed order is one whose money went back.
STATUS_FILTER: Final[dict[str, tuple[str, ...]]] = {
    "draft": (),
    "awaiting_payment": (),
    "paid": (),
    "processing": ("processing",),
    "completed": ("completed",),
    "partial": ("partial",),
    "cancelled": ("cancelled",),
    "refunded": ("failed",),
    "pending": ("processing",),
    "success": ("completed",),
    "failed": ("failed",),
}
_PAGE: Final = ("limit", "cursor")
#: What the order list can be filtered by. A name that is not here is refused: a list that ignored a filter would be
#: taken for its answer.
_FILTERS: Final = (*_PAGE, "q", "status", "processing_type", "service_code", "created_from", "created_to")


class NewOrder(msgspec.Struct, frozen=True):
    """The body of ``POST /api/order``."""

    code: str
    data: dict[str, Any]


class NewDeposit(msgspec.Struct, frozen=True):
    """The body of ``POST /api/deposit``: the rupiah that the wallet is to get, and a provider's code, spelt one way."""

    amount: int
    provider_code: str


class PageQuery(msgspec.Struct, frozen=True):
    """Which part of a list: at most ``limit`` entries after the id ``cursor``."""

    limit: int
    cursor: int | None


class ListQuery(msgspec.Struct, frozen=True):
    """What ``GET /api/order`` filters by; None or empty: not filtered."""

    page: PageQuery
    text: str
    states: tuple[str, ...] | None
    processing_type: str
    service_code: str
    created_from: datetime | None
    created_until: datetime | None


async def read_order(ctx: RequestContext) -> NewOrder:
    """The body, both fields needed and of their type; the service's schema comes later. It is read as JSON whatever its
    content type: PHP's curl calls everything a form. Refuses: BodyUnreadable, InputInvalid."""
    return new_order(await ctx.json())


def new_order(body: Any) -> NewOrder:
    """The same of a decoded body."""
    form = Fields.of_body(body, RULES)
    wanted = NewOrder(form.text("code", required=True, most=_MAX_CODE, numbers=False), _data(form, body))
    form.check()
    return wanted


def _data(form: Fields, body: Any) -> dict[str, Any]:
    """The order's data. Whether an empty map will do is for the service's schema to say."""
    sent = body.get("data") if is_object(body) else None
    if isinstance(sent, str):
        # A text is of the wrong type, also an empty one: it is not too short.
        form.complain("data", _NOT_OBJECT)
        return {}
    return form.mapping("data", required=True, most=None)


def new_deposit(body: Any) -> NewDeposit:
    """The decoded body of ``POST /api/deposit``, both fields needed. Refuses: BodyUnreadable, InputInvalid."""
    form = Fields.of_body(body, _WITH_NUMBERS)
    wanted = NewDeposit(
        amount=form.integer("amount", required=True, most=MAX_SEN // SEN_PER_RUPIAH) or 0,
        provider_code=canonical_code(form.text("provider_code", required=True, most=_MAX_CODE, numbers=False)),
    )
    form.check()
    return wanted


def id_in_path(text: str) -> int:
    """The id in a path. InputInvalid when it is no positive integer."""
    form = Fields.of_query([("id", text)], RULES, where="params")
    number = form.integer("id", required=True)
    form.check()
    return number or 0


def page_query(query: Iterable[tuple[str, str]]) -> PageQuery:
    """``limit`` (1 to 50, default 20) and ``cursor`` (the last id of the page before). InputInvalid."""
    form = Fields.of_query(query, RULES)
    form.note_unknown(_PAGE)
    page = _page(form)
    form.check()
    return page


def list_query(query: Iterable[tuple[str, str]]) -> ListQuery:
    """The filters of the order list; an empty one counts as absent. InputInvalid names all that is wrong."""
    form = Fields.of_query(query, RULES)
    form.note_unknown(_FILTERS)
    status = form.choice("status", STATUS_FILTER)
    found = ListQuery(
        page=_page(form),
        text=form.text("q", most=_MAX_TEXT),
        states=STATUS_FILTER[status] if status else None,
        processing_type=form.choice("processing_type", ("automatic", "manual")),
        service_code=form.text("service_code", most=_MAX_TEXT),
        created_from=form.moment("created_from", bound=True),
        created_until=form.moment("created_to", past_the_end=True, bound=True),
    )
    form.check()
    return found


def foreign_cursor() -> InputInvalid:
    """The refusal of a cursor that is the id of nothing in the list: as a position there it would show an empty page,
    which looks like the end."""
    return InputInvalid({"cursor": ["Invalid input: expected next_cursor of this list"]}, "query")


def _page(form: Fields) -> PageQuery:
    return PageQuery(form.integer("limit", most=MAX_LIMIT) or DEFAULT_LIMIT, form.integer("cursor"))
