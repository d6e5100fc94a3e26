"""Fields that hold an object or a text, all that the doors' documents name: ``[]`` is an empty object, as PHP writes
it; a list with something in it is no object; an object is no text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import httpx
import psycopg
import pytest
import yaml
from http_kit import demo_shop

from gerai.app import DIALECTS
from gerai.doors.http.door import Dialect
from gerai.engine.core import Engine

#: What says that something is wrong, and not what was expected.
BARE = {"is invalid", "Invalid input"}
#: The types of charge that have a field, where not all have it.
CHARGES = {"wallet_type": "EWALLET", "mobile": "EWALLET", "type": "ONLINE_BANKING", "payment_method_unique_id": "BNPL"}
#: Well formed, and nobody's: what is wrong with a body is said before anything is looked for.
NOBODYS = {"durianpay": "pay_01234567891234", "scalev": "0197a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"}


@dataclass(frozen=True)
class Field:
    """A field of a body: the operation, its path in the body (0: the first of a list), its types in the document."""

    method: str
    path: str
    where: tuple[str | int, ...]
    types: frozenset[str]


@cache
def fields(dialect: Dialect) -> tuple[Field, ...]:
    """Every field of every body that the door's document describes, without the second spelling of a path."""
    assert dialect.openapi is not None
    document = yaml.load(dialect.openapi.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)

    def follow(node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            target: Any = document
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node

    def forms(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
        node = follow(node)
        yield node
        for key in ("anyOf", "oneOf", "allOf"):
            for part in node.get(key, ()):
                yield from forms(part)

    def below(node: dict[str, Any], where: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
        for form in forms(node):
            for name, inner in form.get("properties", {}).items():
                yield (*where, name), inner
                yield from below(inner, (*where, name))
            if "items" in form:
                yield from below(form["items"], (*where, 0))

    def types(node: dict[str, Any]) -> frozenset[str]:
        found = [form.get("type", ()) for form in forms(node)]
        return frozenset(name for one in found for name in ([one] if isinstance(one, str) else one))

    return tuple(
        Field(method.upper(), path, where, types(node))
        for path, item in document["paths"].items()
        if not (dialect.name == "durianpay" and not path.startswith("/v1/"))
        for method, operation in item.items()
        if isinstance(operation, dict) and "requestBody" in operation
        for where, node in below(follow(operation["requestBody"])["content"]["application/json"]["schema"], ())
    )


def put(body: Any, where: tuple[str | int, ...], value: Any) -> Any:
    """The body with the value there; what lies on the way is made."""
    body = deepcopy(body) if isinstance(body, dict) else {}
    at: Any = body
    for part, following in pairwise(where):
        made: Any = [{}] if following == 0 else {}
        if isinstance(at, dict) and not isinstance(at.get(part), list if following == 0 else dict):
            at[part] = made
        at = at[part]
    at[where[-1]] = value
    return body


def noted(answer: httpx.Response) -> dict[str, str]:
    """What an answer complains of: the last name of each field's path, and the texts."""
    body = answer.json()
    errors: Any = body.get("errors") or (body["error"].get("fields") if isinstance(body.get("error"), dict) else None)
    if isinstance(errors, list):
        errors = {entry["field"]: [entry["message"]] for entry in errors}
    return {re.split(r"[./]", name)[-1]: " ".join(texts) for name, texts in (errors or {}).items()}


class Client:
    """Sends a body to an operation of a door, as its demo client."""

    def __init__(self, dialect: Dialect, client: httpx.AsyncClient, demo: dict[str, Any]) -> None:
        assert dialect.demo is not None
        self._dialect, self._client = dialect, client
        self._order = dialect.demo.order(demo[dialect.name], 1)

    def body(self, field: Field) -> Any:
        """What is sent but for the field: the demo's order where orders are made; a charge of a type that has it."""
        if field.path.endswith("/charge"):
            return {"type": CHARGES.get(str(field.where[-1]), "VA")}
        return self._order.body if field.path == self._order.path else {}

    async def send(self, field: Field, value: Any) -> httpx.Response:
        path = re.sub(r"\{\w+\}", NOBODYS.get(self._dialect.name, ""), field.path)
        headers = {name: text for name, text in self._order.headers.items() if name != "Idempotency-Key"}
        return await self._client.request(
            field.method, path, json=put(self.body(field), field.where, value), headers=headers
        )


each_door = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)


def leaves(node: Any, path: str = "") -> dict[str, Any]:
    """Every value of an answer under its path."""
    if isinstance(node, dict | list):
        entries = node.items() if isinstance(node, dict) else enumerate(node)
        return {k: v for name, inner in entries for k, v in leaves(inner, f"{path}/{name}").items()} or {path: node}
    return {path: node}


@each_door
async def test_an_empty_list_is_an_empty_object(dialect: Dialect, client: httpx.AsyncClient, engine: Engine) -> None:
    """``[]`` is answered as ``{}`` is, to the letter but for what differs between any two answers; never 500."""
    caller = Client(dialect, client, await demo_shop(engine))
    walked = [field for field in fields(dialect) if "object" in field.types]
    for field in walked:
        first, again, listed = [await caller.send(field, empty) for empty in ({}, {}, [])]
        assert first.status_code == again.status_code == listed.status_code < 500, field
        one, other, found = (leaves(answer.json()) for answer in (first, again, listed))
        assert found.keys() == one.keys() == other.keys(), field
        same = {path for path, value in one.items() if other[path] == value}
        assert {path: found[path] for path in same} == {path: one[path] for path in same}, field
    assert len(walked) == {"cekceir": 1, "durianpay": 7, "leuwongrr": 0, "scalev": 2}.get(dialect.name, len(walked))


@each_door
async def test_a_list_is_no_object(dialect: Dialect, client: httpx.AsyncClient, engine: Engine, dsn: str) -> None:
    """Refused under the field's name, saying what was expected, and nothing is ordered."""
    await assert_refused(
        dialect, client, engine, dsn, [field for field in fields(dialect) if "object" in field.types], [1]
    )


@each_door
async def test_an_object_is_nothing_else(dialect: Dialect, client: httpx.AsyncClient, engine: Engine, dsn: str) -> None:
    """No text, number, flag or list; neither is a list with something in it a text. Refused likewise. Fields that the
    contract shows with an object as well as with a text take both."""
    others = [field for field in fields(dialect) if field.types and "object" not in field.types]
    texts = [field for field in others if "string" in field.types]
    assert texts
    for walked, value in ((others, {"a": 1}), (others, {}), (texts, [1])):
        await assert_refused(dialect, client, engine, dsn, walked, value)


async def assert_refused(
    dialect: Dialect, client: httpx.AsyncClient, engine: Engine, dsn: str, walked: list[Field], value: Any
) -> None:
    caller = Client(dialect, client, await demo_shop(engine))
    with psycopg.connect(dsn) as connection:
        before = connection.execute("SELECT count(*) FROM orders").fetchone()
        for field in walked:
            answer = await caller.send(field, value)
            assert answer.status_code in (400, 422), (field, answer.text)
            text = noted(answer).get(str(field.where[-1]), "")
            assert text, (field, answer.text)
            assert text not in BARE, (field, text)
        assert connection.execute("SELECT count(*) FROM orders").fetchone() == before
