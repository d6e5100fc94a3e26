"""JSON Schema with the error texts of Ajv 8, in the order Ajv reports them with ``allErrors``.

jsonschema_rs decides: it reads the schema against its meta-schema, decides the common case (a valid document) in one
call, and judges every single keyword. :mod:`gerai.kit.schema_walk` adds only what Ajv's readers expect: its order,
its nesting and its English. ``tests/kit/ajv_table.json`` holds the texts of the real Ajv.
"""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import Any, Final, cast

import jsonschema_rs

from gerai.kit.schema_cost import check_cost
from gerai.kit.schema_fault import PATTERNS, Exhausted, Fault, Faults
from gerai.kit.schema_walk import Compiler, Draft

#: Faults that are told; nobody reads more, and a document of 40,000 wrong items is answered as fast as one of ten.
MOST_TOLD: Final = 100
#: Schemas applied to values before the walk stops: some 100 ms.
_MOST_WORK: Final = 50_000
#: A pointer holds names as the client wrote them.
_LONGEST_POINTER: Final = 200

#: Formats that are younger than their draft; Ajv knows them in every one.
_YOUNG_FORMATS = {
    name: jsonschema_rs.Draft202012Validator({"format": name}, validate_formats=True).is_valid
    for name in ("uuid", "duration")
}
_OPTIONS: Final[dict[str, Any]] = {"pattern_options": PATTERNS}
_DRAFTS: dict[str, Draft] = {
    "http://json-schema.org/draft-07/schema": Draft(
        partial(jsonschema_rs.Draft7Validator, formats=_YOUNG_FORMATS, **_OPTIONS),
        frozenset({"prefixItems", "minContains", "maxContains", "dependentRequired", "dependentSchemas"}),
    ),
    "https://json-schema.org/draft/2019-09/schema": Draft(
        partial(jsonschema_rs.Draft201909Validator, **_OPTIONS), frozenset({"prefixItems"})
    ),
    "https://json-schema.org/draft/2020-12/schema": Draft(
        partial(jsonschema_rs.Draft202012Validator, **_OPTIONS), frozenset({"additionalItems"})
    ),
}
_DEFAULT = "https://json-schema.org/draft/2020-12/schema"


class SchemaUnusable(ValueError):
    """The document is not a schema we can stand behind; the text states where and why."""


class Schema:
    """One compiled schema. Compile once per version of a service; checking is pure and may run in any thread."""

    def __init__(self, document: dict[str, Any] | bool) -> None:
        """Compile. SchemaUnusable for what the meta-schema refuses, an unknown draft, a reference that leaves the
        document (references are JSON pointers: ``#/$defs/imei``), a pattern that looks around or back (they run in
        linear time), or a schema that could check one value too often (:mod:`gerai.kit.schema_cost`)."""
        named = document.get("$schema", _DEFAULT) if isinstance(document, dict) else _DEFAULT
        draft = _DRAFTS.get(str(named).rstrip("#"))
        if draft is None:
            raise SchemaUnusable(f"$schema: {named!r} is not a draft we know")
        try:
            check_cost(document)
            self._whole = draft.validator(document, validate_formats=True, offline=True)
            self._walk = Compiler(document, draft).node(document)
            # Rare, and the only keywords for which the whole document is checked a second time.
            self._has_unevaluated = "unevaluated" in str(document)
        except (ValueError, jsonschema_rs.ReferencingError) as problem:
            raise SchemaUnusable(str(problem).splitlines()[0]) from problem

    def errors(self, data: Any) -> list[str]:
        """What is wrong with ``data``, each as ``<JSON pointer>: <Ajv's text>``; the root's pointer is ``/``.

        After the first 100 there is one more line, ``… and 23 more``; without a figure when counting was too much work.
        """
        if self._whole.is_valid(data):
            return []
        faults = Faults([_MOST_WORK])
        try:
            self._walk(data, "", faults)
            faults += self._unevaluated(data)
        except Exhausted:
            return [*(_told(fault) for fault in faults[:MOST_TOLD]), "… and more"]
        told = [_told(fault) for fault in faults[:MOST_TOLD]]
        return [*told, f"… and {len(faults) - MOST_TOLD} more"] if len(faults) > MOST_TOLD else told

    def _unevaluated(self, data: Any) -> list[Fault]:
        """The two keywords that depend on what other keywords saw. Ajv reports them last of their schema."""
        found: list[Fault] = []
        if not self._has_unevaluated:
            return found
        for error in islice(self._whole.iter_errors(data), _MOST_WORK):
            pointer = "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in error.instance_path)
            if isinstance(error.kind, jsonschema_rs.ValidationErrorKind.UnevaluatedProperties):
                found += [(pointer, "must NOT have unevaluated properties")] * len(error.kind.unexpected)
            elif isinstance(error.kind, jsonschema_rs.ValidationErrorKind.UnevaluatedItems):
                seen = len(cast("list[Any]", error.instance)) - len(error.kind.unexpected)
                found.append((pointer, f"must NOT have more than {seen} items"))
        return found


def _told(fault: Fault) -> str:
    pointer, text = fault
    shown = pointer if len(pointer) <= _LONGEST_POINTER else pointer[:_LONGEST_POINTER] + "…"
    return f"{shown or '/'}: {text}"
