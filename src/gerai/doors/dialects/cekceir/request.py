"""What clients send: bodies, queries and path ids, read into plain values or refused with the contract's texts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from gerai.domain.refusals import InputInvalid
from gerai.kit.clock import JAKARTA

DEFAULT_LIMIT: Final = 20
MAX_LIMIT: Final = 50
#: The largest id a JSON number can carry to every client.
MAX_ID: Final = 2**53 - 1
MAX_TEXT: Final = 200
MAX_KEY: Final = 255

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


class NewOrder(msgspec.Struct, frozen=True):
    """The body of ``POST /api/order``."""

    code: str
    data: dict[str, Any]


class ListQuery(msgspec.Struct, frozen=True):
    """What ``GET /api/order`` filters by; None: not filtered."""

    limit: int
    cursor: int | None
    text: str | None
    states: tuple[str, ...] | None
    processing_type: str | None
    service_code: str | None
    created_from: datetime | None
    created_until: datetime | None


def new_order(body: Any) -> NewOrder:
    """Both fields are needed and have their type; the service's schema comes later. InputInvalid."""
    if not isinstance(body, dict):
        raise InputInvalid({"body": ["Invalid input: expected object"]})
    code, data = body.get("code"), body.get("data")
    errors: dict[str, list[str]] = {}
    if not isinstance(code, str):
        errors["code"] = ["Invalid input: expected string"]
    elif not code:
        errors["code"] = ["Too small: expected string to have >=1 characters"]
    if not isinstance(data, dict):
        errors["data"] = ["Invalid input: expected object"]
    if errors or not isinstance(code, str) or not isinstance(data, dict):
        raise InputInvalid(errors)
    return NewOrder(code, data)


def idempotency_key(value: str | None) -> str | None:
    """The optional ``Idempotency-Key`` header. InputInvalid when it is empty or too long."""
    if value is None:
        return None
    if not value.strip():
        raise InputInvalid({"idempotency-key": ["Too small: expected string to have >=1 characters"]}, "headers")
    if not (value.isascii() and value.isprintable()):
        raise InputInvalid({"idempotency-key": ["Invalid string"]}, "headers")
    if len(value) > MAX_KEY:
        raise InputInvalid({"idempotency-key": [f"Too big: expected string to have <={MAX_KEY} characters"]}, "headers")
    return value


def order_id(text: str) -> int:
    """The id in a path. InputInvalid when it is no positive integer."""
    errors: dict[str, list[str]] = {}
    value = _integer(errors, "id", text, MAX_ID)
    if value is None:
        raise InputInvalid(errors, "params")
    return value


def page_query(query: Mapping[str, str]) -> tuple[int, int | None]:
    """``limit`` (1 to 50, default 20) and ``cursor`` (the last id of the page before). InputInvalid."""
    errors: dict[str, list[str]] = {}
    paging = _paging(query, errors)
    if errors:
        raise InputInvalid(errors, "query")
    return paging


def list_query(query: Mapping[str, str]) -> ListQuery:
    """The filters of the order list; an empty one counts as absent. InputInvalid names all that is wrong."""
    errors: dict[str, list[str]] = {}
    limit, cursor = _paging(query, errors)
    status = _one_of(errors, query, "status", tuple(STATUS_FILTER))
    found = ListQuery(
        limit=limit,
        cursor=cursor,
        text=_text(errors, query, "q"),
        states=None if status is None else STATUS_FILTER[status],
        processing_type=_one_of(errors, query, "processing_type", ("automatic", "manual")),
        service_code=_text(errors, query, "service_code"),
        created_from=_moment(errors, query, "created_from", past_the_end=False),
        created_until=_moment(errors, query, "created_to", past_the_end=True),
    )
    if errors:
        raise InputInvalid(errors, "query")
    return found


def _paging(query: Mapping[str, str], errors: dict[str, list[str]]) -> tuple[int, int | None]:
    limit = _integer(errors, "limit", query["limit"], MAX_LIMIT) if "limit" in query else DEFAULT_LIMIT
    cursor = _integer(errors, "cursor", query["cursor"], MAX_ID) if "cursor" in query else None
    return limit or DEFAULT_LIMIT, cursor


def _integer(errors: dict[str, list[str]], name: str, text: str, most: int) -> int | None:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 1000):
        errors[name] = ["Invalid input: expected number"]
    elif text.startswith("-") or int(digits) < 1:
        errors[name] = ["Too small: expected number to be >=1"]
    elif int(digits) > most:
        errors[name] = [f"Too big: expected number to be <={most}"]
    else:
        return int(digits)
    return None


def _text(errors: dict[str, list[str]], query: Mapping[str, str], name: str) -> str | None:
    text = query.get(name)
    if not text:
        return None
    if len(text) > MAX_TEXT:
        errors[name] = [f"Too big: expected string to have <={MAX_TEXT} characters"]
    elif "\0" in text:
        errors[name] = ["Invalid string"]
    return text


def _one_of(errors: dict[str, list[str]], query: Mapping[str, str], name: str, words: tuple[str, ...]) -> str | None:
    word = query.get(name)
    if not word:
        return None
    if word not in words:
        errors[name] = ["Invalid option: expected one of " + "|".join(f'"{w}"' for w in words)]
        return None
    return word


def _moment(
    errors: dict[str, list[str]], query: Mapping[str, str], name: str, *, past_the_end: bool
) -> datetime | None:
    """An ISO 8601 date or time; without an offset it is Jakarta's. ``past_the_end``: the first instant after it
    (after the whole day, when it is a date; after the millisecond, the precision we show)."""
    text = query.get(name)
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        at = at if at.tzinfo is not None else at.replace(tzinfo=JAKARTA)
        if past_the_end:
            at += timedelta(days=1) if len(text) == len("2026-04-26") else timedelta(milliseconds=1)
        at.timestamp()
    except (ValueError, OverflowError):
        errors[name] = ["Invalid input: expected date"]
        return None
    return at
