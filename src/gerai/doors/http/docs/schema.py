"""A JSON Schema of an OpenAPI document, flattened into the rows of a table."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from gerai.kit.json_values import is_array, is_object

_DEPTH_LIMIT: Final = 8
_LIMITS: Final = (
    ("minimum", "≥ {}"),
    ("maximum", "≤ {}"),
    ("exclusiveMinimum", "> {}"),
    ("exclusiveMaximum", "< {}"),
    ("minLength", "length ≥ {}"),
    ("maxLength", "length ≤ {}"),
    ("minItems", "items ≥ {}"),
    ("maxItems", "items ≤ {}"),
    ("pattern", "pattern {}"),
)


@dataclass(frozen=True)
class Row:
    """One field. ``depth`` 0 is the outermost; ``values`` are the only ones allowed, as JSON."""

    name: str
    depth: int
    type: str
    required: bool
    text: str
    limits: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    default: str = ""


class SchemaResolver:
    """Follows ``$ref`` inside one document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document

    def follow(self, node: Any) -> dict[str, Any]:
        """The node itself, or what it refers to. KeyError when the reference leads nowhere or out of the document."""
        seen = 0
        while is_object(node) and "$ref" in node:
            path: str = node["$ref"]
            if not path.startswith("#/") or seen > _DEPTH_LIMIT:
                raise KeyError(path)
            target: Any = self._document
            for part in path[2:].split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            node, seen = target, seen + 1
        return node if is_object(node) else {}

    def rows(self, schema: Any, depth: int = 0, trail: tuple[int, ...] = ()) -> list[Row]:
        """The fields of an object schema (or of an array's items), in the document's order; none for a plain value."""
        merged, here = self.merged(schema), id(self.follow(schema))
        if here in trail or depth > _DEPTH_LIMIT:
            return []
        trail = (*trail, here)
        if "items" in merged and "properties" not in merged:
            return self.rows(merged["items"], depth, trail)
        required = set(merged.get("required", ()))
        found: list[Row] = []
        for name, inner in merged.get("properties", {}).items():
            found.append(self.row(name, inner, depth, name in required))
            found += self.rows(inner, depth + 1, trail)
        return found

    def row(self, name: str, schema: Any, depth: int = 0, required: bool = False) -> Row:
        """One field's own row."""
        merged = self.merged(schema)
        return Row(
            name=name,
            depth=depth,
            type=self.type_of(merged),
            required=required,
            text=merged.get("description", ""),
            limits=tuple(text.format(merged[key]) for key, text in _LIMITS if key in merged),
            values=tuple(as_json(v) for v in merged.get("enum", [merged["const"]] if "const" in merged else [])),
            default=as_json(merged["default"]) if "default" in merged else "",
        )

    def merged(self, schema: Any) -> dict[str, Any]:
        """The schema with its ``allOf`` members laid over one another, so that a reader sees one object."""
        schema = self.follow(schema)
        if "allOf" not in schema:
            return schema
        merged: dict[str, Any] = {}
        for part in (*map(self.merged, schema["allOf"]), {k: v for k, v in schema.items() if k != "allOf"}):
            properties = {**merged.get("properties", {}), **part.get("properties", {})}
            required = [*merged.get("required", ()), *part.get("required", ())]
            merged = {**merged, **part, "properties": properties, "required": required}
        return merged

    def type_of(self, merged: dict[str, Any]) -> str:
        """``string (uuid)``, ``array of object``, ``integer or null`` …"""
        for word in ("oneOf", "anyOf"):
            if word in merged and not {"type", "properties"} & set(merged):
                return " or ".join(dict.fromkeys(self.type_of(self.merged(part)) for part in merged[word]))
        kind = merged.get("type") or ("object" if "properties" in merged else "any")
        kinds: list[str] = kind if is_array(kind) else [kind]
        names = [f"array of {self.type_of(self.merged(merged.get('items', {})))}" if k == "array" else k for k in kinds]
        if merged.get("format") and "string" in names:
            names[names.index("string")] = f"string ({merged['format']})"
        return " or ".join(names)


def as_json(value: Any) -> str:
    """One line of JSON; dates of a YAML document as text."""
    return json.dumps(value, ensure_ascii=False, default=str)
