"""The document, the routes and the recorded exchanges of the LeuwongRR door say the same."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest
import yaml

from gerai.doors.dialects.leuwongrr import DIALECT

assert DIALECT.openapi is not None
DOCUMENT: dict[str, Any] = yaml.safe_load(DIALECT.openapi.read_text(encoding="utf-8"))
GOLDEN = sorted(DIALECT.openapi.with_name("golden").glob("*.json"))
OPERATIONS = [
    (method.upper(), path, operation)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if method != "parameters"
]


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """The node, or what its reference points to."""
    while "$ref" in node:
        target: Any = DOCUMENT
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def mistakes(schema: dict[str, Any], value: Any) -> list[str]:
    """What the schema holds against a value."""
    whole = {"components": DOCUMENT["components"], **schema}
    return [error.message for error in jsonschema_rs.Draft202012Validator(whole).iter_errors(value)]


def contents() -> list[tuple[str, dict[str, Any]]]:
    """Every JSON content of the document that shows an example."""
    found: list[tuple[str, dict[str, Any]]] = []
    for method, path, operation in OPERATIONS:
        for status, response in operation["responses"].items():
            found.append((f"{method} {path} {status}", resolved(response)["content"]["application/json"]))
        if "requestBody" in operation:
            found.append((f"{method} {path} body", operation["requestBody"]["content"]["application/json"]))
    return found


def test_routes_and_document_are_equal() -> None:
    """Nothing is served that is not promised, nothing promised that is not served."""
    assert {(route.method, route.path) for route in DIALECT.routes} == {
        (method, path) for method, path, _ in OPERATIONS
    }


@pytest.mark.parametrize(("where", "content"), contents(), ids=[where for where, _ in contents()])
def test_examples_follow_their_schemas(where: str, content: dict[str, Any]) -> None:
    """Every example in the document is valid against the schema beside it."""
    examples = [content["example"]] if "example" in content else []
    examples += [example["value"] for example in content.get("examples", {}).values()]
    assert [mistakes(content["schema"], example) for example in examples] == [[]] * len(examples)


@pytest.mark.parametrize("file", GOLDEN, ids=[file.stem for file in GOLDEN])
def test_recorded_statuses_are_documented(file: Any) -> None:
    """A recorded exchange with a known operation has a status the document names."""
    recorded = json.loads(file.read_text(encoding="utf-8"))
    path = recorded["request"]["path"].partition("?")[0]
    for method, template, operation in OPERATIONS:
        same = len(path.split("/")) == len(template.split("/")) and all(
            part == given or part.startswith("{")
            for part, given in zip(template.split("/"), path.split("/"), strict=True)
        )
        if same and method == recorded["request"]["method"]:
            assert str(recorded["response"]["status"]) in operation["responses"]
            return
    assert recorded["response"]["status"] in (404, 405)
