"""What a door promises (openapi.yaml), what it serves (its routes) and what was recorded (its golden files) agree."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema_rs
import pytest
import yaml

from gerai.app import DIALECTS
from gerai.domain.refusals import (
    BodyIncomplete,
    BodyTooLarge,
    Busy,
    EncodingUnsupported,
    HostUnknown,
    RateLimited,
)
from gerai.doors.http.door import Dialect

METHODS = ("get", "put", "post", "delete", "patch", "head", "options")
each_door = pytest.mark.parametrize("door", DIALECTS, ids=lambda dialect: dialect.name)


@cache
def document(door: Dialect) -> dict[str, Any]:
    """The door's document."""
    assert door.openapi is not None
    return yaml.safe_load(door.openapi.read_text(encoding="utf-8"))


def operations(door: Dialect) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every (method, path, operation)."""
    for path, item in document(door)["paths"].items():
        for method in METHODS:
            if method in item:
                yield method.upper(), path, resolved(door, item[method])


def resolved(door: Dialect, node: dict[str, Any]) -> dict[str, Any]:
    """The node, or what its reference points to."""
    while "$ref" in node:
        target: Any = document(door)
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        node = target
    return node


def references(node: Any) -> Iterator[str]:
    """Every reference below a node."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for inner in node.values():
            yield from references(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from references(inner)


@each_door
def test_routes_and_document_are_equal(door: Dialect) -> None:
    """Nothing is served that is not promised, nothing promised that is not served."""
    assert {(route.method, route.path) for route in door.routes} == {(m, p) for m, p, _ in operations(door)}


@each_door
def test_the_document_hangs_together(door: Dialect) -> None:
    """Every reference leads somewhere inside the document; every operation has an id of its own and says what it
    does."""
    for reference in references(document(door)):
        assert reference.startswith("#/")
        assert resolved(door, {"$ref": reference})
    ids = [operation["operationId"] for _, _, operation in operations(door)]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z][A-Za-z0-9]+", name) for name in ids)
    assert all(operation.get("summary") for _, _, operation in operations(door))


@each_door
def test_every_path_parameter_is_described(door: Dialect) -> None:
    """The braces of a path and the parameters in it are the same names, and each is required."""
    for method, path, operation in operations(door):
        shared = document(door)["paths"][path].get("parameters", [])
        given = [resolved(door, parameter) for parameter in [*shared, *operation.get("parameters", [])]]
        named = {parameter["name"] for parameter in given if parameter["in"] == "path"}
        assert named == {part[1:-1] for part in path.split("/") if part.startswith("{")}, (method, path)
        assert all(parameter["required"] for parameter in given if parameter["in"] == "path")


#: What any request may be refused with, whatever it asks for (doors/http): six statuses, in every contract the same.
ANYWHERE = {
    "408": BodyIncomplete(10),
    "413": BodyTooLarge(262_144),
    "415": EncodingUnsupported("br"),
    "421": HostUnknown("elsewhere.example"),
    "429": RateLimited(limit=60, reset_at_s=1_795_315_020, retry_after_s=30),
    "503": Busy(1),
}
#: Headers without which a client cannot try again rightly.
NEEDED_HEADERS = {"415": "Accept-Encoding", "429": "Retry-After", "503": "Retry-After"}


@each_door
@pytest.mark.parametrize("status", ANYWHERE)
def test_every_operation_lists_what_any_request_may_get(door: Dialect, status: str) -> None:
    """Each operation documents each of the six, in the envelope that the door really answers with and with the header
    that goes with it. Where all operations share one description, its example is that answer to the letter."""
    answer = door.refuse(ANYWHERE[status], door.request_id())
    body = json.loads(bytes(answer.body))
    assert str(answer.status_code) == status
    whole = {"components": document(door)["components"]}
    shared: list[Any] = []
    for method, path, operation in operations(door):
        assert status in operation["responses"], (method, path)
        promised = resolved(door, operation["responses"][status])
        content = promised["content"]["application/json"]
        envelope = jsonschema_rs.Draft202012Validator({**whole, **content["schema"]})
        assert [error.message for error in envelope.iter_errors(body)] == [], (method, path)
        if status in NEEDED_HEADERS:
            assert NEEDED_HEADERS[status] in promised.get("headers", {}), (method, path)
        if operation["responses"][status] not in shared:
            shared.append(operation["responses"][status])
    # One description for all of them, but for the few operations that have more to say of a status.
    usual = [response for response in shared if "$ref" in response]
    assert len(usual) == 1
    example = resolved(door, usual[0])["content"]["application/json"]["example"]
    assert _without_ids(example) == _without_ids(body)


def _without_ids(body: Any) -> Any:
    """The body without the request's id, wherever the contract has it."""
    if not isinstance(body, dict):
        return body
    return {name: _without_ids(value) for name, value in body.items() if name not in ("traceId", "request_id")}


def examples(door: Dialect) -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Every example of a body with its schema."""
    for method, path, operation in operations(door):
        bodies = {status: resolved(door, answer) for status, answer in operation["responses"].items()}
        if "requestBody" in operation:
            bodies["body"] = resolved(door, operation["requestBody"])
        for where, body in bodies.items():
            for content in body.get("content", {}).values():
                shown = [content["example"]] if "example" in content else []
                shown += [resolved(door, example)["value"] for example in content.get("examples", {}).values()]
                for example in shown:
                    yield f"{method} {path} {where}", content["schema"], example


@each_door
def test_examples_follow_their_schemas(door: Dialect) -> None:
    """Every example in the document is valid against the schema beside it."""
    whole = {"components": document(door).get("components", {})}
    wrong = {
        where: error.message
        for where, schema, example in examples(door)
        for error in jsonschema_rs.Draft202012Validator({**whole, **schema}).iter_errors(example)
    }
    assert wrong == {}


@each_door
def test_recorded_answers_have_documented_statuses(door: Dialect) -> None:
    """A recorded exchange with a known operation has a status that the document names for it."""
    assert door.openapi is not None
    files = sorted(door.openapi.with_name("golden").glob("*.json"))
    seen: set[tuple[str, str]] = set()
    for file in files:
        recorded = json.loads(file.read_text(encoding="utf-8"))
        path, status = recorded["request"]["path"].partition("?")[0], recorded["response"]["status"]
        found = [o for o in operations(door) if o[0] == recorded["request"]["method"] and _same(o[1], path)]
        found.sort(key=lambda operation: "{" in operation[1])
        assert found or status in (404, 405), file.name
        for method, template, operation in found[:1]:
            seen.add((method, template))
            assert str(status) in operation["responses"], (file.name, method, template, status)
    assert len(seen) >= 5


def _same(template: str, path: str) -> bool:
    """Whether a path is one of the template's."""
    pairs = list(zip(template.split("/"), path.split("/"), strict=False))
    same_length = len(template.split("/")) == len(path.split("/"))
    return same_length and all(part == given or part.startswith("{") for part, given in pairs)
