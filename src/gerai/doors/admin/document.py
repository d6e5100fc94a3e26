"""The OpenAPI document of ``/admin/v1``, made from the structs of the registry."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from gerai import __version__
from gerai.domain.permissions import PERMISSIONS
from gerai.doors.admin.document_files import file_operation, import_paths, paper_operation
from gerai.doors.admin.keys import CHANNEL
from gerai.doors.admin.many import AnsweredRows, many_paths
from gerai.engine.desk.export import MEDIA_TYPES, is_listed
from gerai.engine.desk.importing import ImportAsked, ImportReport
from gerai.engine.desk.paths import act_path, view_path
from gerai.engine.desk.read import fields_of
from gerai.engine.desk.registry import Act, Done, View, acts, views

PREFIX: Final = "/admin/v1"
_REF: Final = "#/components/schemas/{name}"
_ABOUT: Final = """What can be seen of a shop and done to it, for your own programs. A key is of one shop and one
environment (`gerai keys create admin production`), and may do what its scopes name. Amounts are integers in sen
(1/100 rupiah), in fields that end in `_sen`.

Lists: `next` of an answer, given as `after`, asks for the rows behind it; empty, there are none. Acts: with an
`Idempotency-Key` an act is done once, and a repetition has `Idempotency-Replayed: true`; a changed request under the
same key is refused (422). What is often done to many at once has a path `…/bulk` beside the act's own. Whoever edits
gives `seen` of what they looked at, and is refused (409) when somebody changed it since.

Files: each list is there as `.csv` and `.xlsx` too, whole: all rows that its filter finds, sent while they are read.
Amounts stand in rupiah there (`price` for `price_sen`), times on Jakarta's clock; a text that a spreadsheet would
calculate has an apostrophe before it. What is printed is there as `.pdf`, in the language that `Accept-Language` names,
on a server that can make PDFs."""
_PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "One sentence for people."},
        "code": {"type": "string", "description": "The refusal's name."},
        "request_id": {"type": "string", "description": "Finds it in the log."},
        "errors": {
            "type": "object",
            "description": "By field.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}
_REASON: Final = {"type": "string", "maxLength": 500, "description": "Why; kept with the act."}
_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Names this act: it is done once.",
    "schema": {"type": "string", "maxLength": 255},
}
_REFUSED: Final = {
    "description": "Refused.",
    "content": {"application/problem+json": {"schema": {"$ref": _REF.format(name="Problem")}}},
}


def document(base_url: str) -> dict[str, Any]:
    """The document of everything a key can reach, for a server at this address."""
    every_view = list(views().values())
    every_act = [act for act in acts().values() if not act.outside]
    structs = {s for v in every_view for s in (v.filter, v.row)} | {a.input for a in every_act}
    structs |= {Done, ImportAsked, ImportReport, AnsweredRows}
    ordered = sorted(structs, key=lambda struct: struct.__name__)
    _, components = msgspec.json.schema_components(ordered, ref_template=_REF)
    paths: dict[str, Any] = {PREFIX + view_path(view): {"get": _of_view(view, components)} for view in every_view}
    paths |= {
        f"{PREFIX}{view_path(view)}.{kind}": {"get": file_operation(_of_view(view, components), view, kind)}
        for view in every_view
        if is_listed(view)
        for kind in MEDIA_TYPES
    }
    paths |= {
        f"{PREFIX}{view_path(view)}.pdf": {"get": paper_operation(_of_view(view, components), view)}
        for view in every_view
        if view.paper is not None
    }
    paths |= {PREFIX + act_path(act): {"post": _of_act(act)} for act in every_act}
    paths |= many_paths(PREFIX, _REF, _KEY, _REASON, _REFUSED)
    paths |= import_paths(PREFIX, components, _KEY, _REFUSED)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Gerai administration", "version": __version__, "description": _ABOUT},
        "servers": [{"url": base_url}],
        "tags": [{"name": things} for things in dict.fromkeys(n.partition(".")[0] for n in (*views(), *acts()))],
        "paths": paths,
        "security": [{"key": []}],
        "components": {
            "schemas": components | {"Problem": _PROBLEM},
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": f"A key of `gerai keys create {CHANNEL}`. Scopes: {', '.join(PERMISSIONS)}.",
                }
            },
        },
    }


def _of_view(view: View, components: dict[str, Any]) -> dict[str, Any]:
    one = view.name.endswith(".show")
    row = {"$ref": _REF.format(name=view.row.__name__)}
    page = {
        "type": "object",
        "required": ["rows", "next"],
        "properties": {"rows": {"type": "array", "items": row}, "next": {"type": "string"}},
    }
    return _operation(view, {"parameters": _parameters(view, components)}, row if one else page)


def _parameters(view: View, components: dict[str, Any]) -> list[dict[str, Any]]:
    known = components[view.filter.__name__].get("properties", {})
    one = view.name.endswith(".show")
    return [
        {
            "name": field.name,
            "in": "path" if one and field.name == "id" else "query",
            "required": field.required,
            "description": known[field.name].get("description", ""),
            "schema": {k: v for k, v in known[field.name].items() if k != "description"},
        }
        for field in fields_of(view.filter)
    ]


def _of_act(act: Act) -> dict[str, Any]:
    schema = {"allOf": [{"$ref": _REF.format(name=act.input.__name__)}, _reason(act)]}
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    return _operation(act, {"parameters": [_KEY], "requestBody": body}, {"$ref": _REF.format(name="Done")})


def _reason(act: Act) -> dict[str, Any]:
    asked: dict[str, Any] = {"type": "object", "properties": {"reason": _REASON}}
    return asked | ({"required": ["reason"]} if act.reasoned else {})


def _operation(one: View | Act, asked: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    return {
        "operationId": one.name,
        "tags": [one.name.partition(".")[0]],
        "summary": one.title.en,
        "description": f"{one.title.id}. Scope `{one.permission}`.",
        **asked,
        "responses": {
            "200": {
                "description": "Done." if isinstance(one, Act) else "Found.",
                "content": {"application/json": {"schema": answer}},
            },
            "default": _REFUSED,
        },
    }
