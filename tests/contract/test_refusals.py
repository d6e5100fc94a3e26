"""Every refusal through every door: each class of ``domain/refusals`` has a price in each contract's envelope."""

from __future__ import annotations

import dataclasses
import json
from functools import cache
from typing import Any

import jsonschema_rs
import pytest
import yaml
from starlette.responses import Response

from gerai.app import DIALECTS, PAGES
from gerai.domain.refusals import (
    BodyIncomplete,
    BodyTooLarge,
    BodyUnreadable,
    Broken,
    Conflict,
    EncodingUnsupported,
    HostUnknown,
    InputInvalid,
    Kind,
    RateLimited,
    Refusal,
    every_refusal,
)
from gerai.doors.http.door import Dialect

REQUEST_ID = "01234567-89ab-4def-a123-456789abcdef"
#: What contracts call the id of a request.
ID_NAMES = {"traceId", "request_id"}
_VALUES: dict[str, Any] = {
    "int": 1500_00,
    "str": "sample",
    "dict[str, list[str]]": {"name": ["wrong"]},
    "tuple[str, ...]": ("one", "two"),
    "tuple[Conflict, ...]": (Conflict("order", "one", "shipped", "cancel"),),
}


def sample(refusal: type[Refusal]) -> Refusal:
    """One of this class, with a value for every field; ``where`` has few words of its own and keeps its default."""
    return refusal(**{f.name: _VALUES[str(f.type)] for f in dataclasses.fields(refusal) if f.name != "where"})


@cache
def envelope(dialect: Dialect) -> dict[str, Any]:
    """The schema of the door's errors: the one in its openapi.yaml whose name begins with Error."""
    assert dialect.openapi is not None
    document = yaml.load(dialect.openapi.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    [found] = [schema for name, schema in document["components"]["schemas"].items() if name.startswith("Error")]
    return {"components": document["components"], **found}


def envelope_holds(dialect: Dialect, body: Any, request_id: str) -> None:
    """The door's own error shape, as its contract documents it: no other name, and the id it was given."""
    schema = envelope(dialect)
    assert [error.message for error in jsonschema_rs.validator_for(schema).iter_errors(body)] == []
    assert body.keys() <= schema["properties"].keys()
    for name in ID_NAMES & set(schema.get("required", ())):
        assert body[name] == request_id


def priced(dialect: Dialect, refusal: Refusal, request_id: str = REQUEST_ID) -> Response:
    return dialect.refuse(refusal, request_id)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda d: d.name)
@pytest.mark.parametrize("refusal", every_refusal(), ids=lambda r: r.__name__)
def test_every_door_prices_every_refusal(dialect: Dialect, refusal: type[Refusal]) -> None:
    """A status of 4xx for the caller's mistakes, 5xx only where we or a partner failed, in the door's envelope."""
    made, request_id = sample(refusal), dialect.request_id()

    answer = priced(dialect, made, request_id)

    envelope_holds(dialect, json.loads(bytes(answer.body)), request_id)
    assert answer.status_code >= 400
    ours = made.kind in (Kind.UNAVAILABLE, Kind.INTERNAL)
    assert (answer.status_code >= 500) == ours


@pytest.mark.parametrize("dialect", [*DIALECTS, PAGES], ids=lambda d: d.name)
def test_our_own_failure_tells_nothing(dialect: Dialect) -> None:
    """What went wrong inside stays in the log; the answer carries at most the id that finds it."""
    answer = priced(dialect, Broken(REQUEST_ID, detail="UPDATE accounts SET secret_column"))

    assert answer.status_code == 500
    assert b"secret_column" not in bytes(answer.body)
    assert b"UPDATE" not in bytes(answer.body)


@pytest.mark.parametrize("refusal", every_refusal(), ids=lambda r: r.__name__)
def test_pages_answer_people(refusal: type[Refusal]) -> None:
    """The pages price every refusal too, as a page."""
    answer = priced(PAGES, sample(refusal))

    assert answer.status_code >= 400
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda d: d.name)
def test_rate_limits_and_fields(dialect: Dialect) -> None:
    """Too many is 429 everywhere; the fields of invalid input are named in the answer."""
    many = priced(dialect, RateLimited(limit=10, reset_at_s=1_795_315_020, retry_after_s=30))
    wrong = priced(dialect, InputInvalid({"amount": ["must be positive"]}))

    assert many.status_code == 429
    assert wrong.status_code in (400, 422)
    assert b"amount" in bytes(wrong.body)


@pytest.mark.parametrize("dialect", [*DIALECTS, PAGES], ids=lambda d: d.name)
@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (BodyIncomplete(15), 408),
        (BodyTooLarge(262_144), 413),
        (EncodingUnsupported("br"), 415),
        (HostUnknown("evil.example"), 421),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_the_shared_layer_refuses_has_its_own_status(dialect: Dialect, refusal: Refusal, status: int) -> None:
    """HTTP has a status for each of these, and every door uses it; a foreign host is not repeated."""
    answer = priced(dialect, refusal)

    assert answer.status_code == status
    assert b"evil.example" not in bytes(answer.body)
    assert b"JSON" not in bytes(answer.body)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda d: d.name)
def test_an_unknown_encoding_is_named(dialect: Dialect) -> None:
    """The caller reads which encoding was not understood, and that a broken one is no matter of JSON."""
    unknown = priced(dialect, EncodingUnsupported("zstd"))
    broken = priced(dialect, BodyUnreadable("encoding"))

    assert b"zstd" in bytes(unknown.body)
    assert 400 <= broken.status_code < 500
    assert b"JSON" not in bytes(broken.body)
