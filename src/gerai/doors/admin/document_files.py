"""What the OpenAPI document says of files: lists to take away, and what can be brought in."""

from __future__ import annotations

from typing import Any, Final

from gerai.engine.desk.bring_in import LARGEST_FILE_BYTES
from gerai.engine.desk.export import MEDIA_TYPES
from gerai.engine.desk.importing import Import, ImportAsked, ImportReport, imports
from gerai.engine.desk.paths import import_path
from gerai.engine.desk.read import fields_of
from gerai.engine.desk.registry import View

_BINARY: Final = {"schema": {"type": "string", "format": "binary"}}
_ABOUT: Final = f"""The body is the file, CSV or XLSX (at most {LARGEST_FILE_BYTES // 2**20} MB); its first row names
the columns, as the file of `{{view}}` has them. All rows are brought in, or none (422, and the report names the rows);
with `per_row` what fits. `dry_run` changes nothing."""


def file_operation(operation: dict[str, Any], view: View, kind: str) -> dict[str, Any]:
    """The operation of a list, as that of its file."""
    found = {"description": "The file.", "content": _content(kind)}
    return operation | {
        "operationId": f"{view.name}.{kind}",
        "summary": f"{view.title.en} as {kind.upper()}",
        "parameters": [one for one in operation["parameters"] if one["name"] != "limit"],
        "responses": operation["responses"] | {"200": found},
    }


def paper_operation(operation: dict[str, Any], view: View) -> dict[str, Any]:
    """The operation of a view, as that of its paper."""
    found = {"description": "The paper.", "content": {"application/pdf": _BINARY}}
    missing = {"description": "This server makes no PDFs.", "content": operation["responses"]["default"]["content"]}
    return operation | {
        "operationId": f"{view.name}.pdf",
        "summary": f"{view.title.en} as PDF",
        "responses": operation["responses"] | {"200": found, "404": missing},
    }


def import_paths(prefix: str, components: dict[str, Any], key: dict[str, Any], refused: Any) -> dict[str, Any]:
    """The paths of everything that can be brought in; ``key``: the parameter of an idempotency key, ``refused``: the
    response of what is refused."""
    paths: dict[str, Any] = {}
    for one in imports().values():
        paths[prefix + import_path(one)] = {"post": _bringing(one, components, key, refused)}
        for kind in MEDIA_TYPES:
            paths[f"{prefix}{import_path(one)}.{kind}"] = {"get": _template(one, kind, refused)}
    return paths


def _bringing(one: Import, components: dict[str, Any], key: dict[str, Any], refused: Any) -> dict[str, Any]:
    known = components[ImportAsked.__name__]["properties"]
    asked = [
        {"name": f.name, "in": "query", "required": f.name == "reason" and one.reasoned, "schema": known[f.name]}
        for f in fields_of(ImportAsked)
    ]
    report = {"application/json": {"schema": {"$ref": f"#/components/schemas/{ImportReport.__name__}"}}}
    return _about(one) | {
        "operationId": one.name,
        "summary": one.title.en,
        "description": f"{one.title.id}. Scope `{one.permission}`. {_ABOUT.format(view=one.view)}",
        "parameters": [key, *asked],
        "requestBody": {"required": True, "content": _content("csv") | _content("xlsx")},
        "responses": {
            "200": {"description": "Brought in, or tried.", "content": report},
            "422": {"description": "Rows do not fit: nothing is done.", "content": report},
            "default": refused,
        },
    }


def _template(one: Import, kind: str, refused: Any) -> dict[str, Any]:
    return _about(one) | {
        "operationId": f"{one.name}.{kind}",
        "summary": f"{one.title.en}: a file to fill in",
        "responses": {"200": {"description": "The file.", "content": _content(kind)}, "default": refused},
    }


def _about(one: Import) -> dict[str, Any]:
    return {"tags": [one.things]}


def _content(kind: str) -> dict[str, Any]:
    return {MEDIA_TYPES[kind].partition(";")[0]: _BINARY}
