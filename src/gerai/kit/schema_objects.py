"""Keywords about the members of an object."""

from __future__ import annotations

from typing import Any

from gerai.kit.schema_fault import Faults, Node, Schema, Walk, faults, js_keys, matcher, under


def required(_node: Node, schema: Schema) -> Walk:
    """``required``: one error for each missing name."""

    def walk(data: Any, pointer: str, out: Faults) -> None:
        out += [(pointer, f"must have required property '{name}'") for name in schema["required"] if name not in data]

    return walk


def property_names(node: Node, schema: Schema) -> Walk:
    """``propertyNames``: errors stand at the object, not at a member."""
    inner = node(schema["propertyNames"])

    def walk(data: Any, pointer: str, out: Faults) -> None:
        for name in js_keys(data):
            if wrong := faults(inner, name, pointer, out):
                out += [*wrong, (pointer, "property name must be valid")]

    return walk


def additional_properties(node: Node, schema: Schema) -> Walk:
    """``additionalProperties``: members that no other keyword of the same schema names."""
    extra = schema["additionalProperties"]
    inner = node(extra)
    known = schema.get("properties", {})
    patterns = [matcher(pattern) for pattern in schema.get("patternProperties", {})]

    def walk(data: Any, pointer: str, out: Faults) -> None:
        # Counted before it is done: a small schema with many patterns may cost more than its document.
        out.spend(len(data) * len(patterns))
        for name in js_keys(data):
            if name in known or any(matches(name) for matches in patterns):
                continue
            if extra is False:
                out.append((pointer, "must NOT have additional properties"))
            else:
                inner(data[name], under(pointer, name), out)

    return walk


def properties(node: Node, schema: Schema) -> Walk:
    """``properties``, in the order of the schema."""
    inner = [(name, node(schema["properties"][name])) for name in js_keys(schema["properties"])]

    def walk(data: Any, pointer: str, out: Faults) -> None:
        for name, check in inner:
            if name in data:
                check(data[name], under(pointer, name), out)

    return walk


def pattern_properties(node: Node, schema: Schema) -> Walk:
    """``patternProperties``: pattern by pattern, then member by member."""
    inner = [(matcher(pattern), node(schema["patternProperties"][pattern])) for pattern in schema["patternProperties"]]

    def walk(data: Any, pointer: str, out: Faults) -> None:
        for matches, check in inner:
            out.spend(len(data))
            for name in js_keys(data):
                if matches(name):
                    check(data[name], under(pointer, name), out)

    return walk


def dependencies(node: Node, schema: Schema, keyword: str = "dependencies") -> Walk:
    """``dependencies``, and its two heirs: lists of names first, then schemas."""
    rules: Schema = schema[keyword]
    names = [(name, rules[name]) for name in js_keys(rules) if isinstance(rules[name], list)]
    schemas = [(name, node(rules[name])) for name in js_keys(rules) if not isinstance(rules[name], list)]

    def walk(data: Any, pointer: str, out: Faults) -> None:
        for name, needed in names:
            thing = "property" if len(needed) == 1 else "properties"
            text = f"must have {thing} {', '.join(needed)} when property {name} is present"
            out += [(pointer, text) for one in needed if name in data and one not in data]
        for name, check in schemas:
            if name in data:
                check(data, pointer, out)

    return walk


def dependent_required(node: Node, schema: Schema) -> Walk:
    """``dependentRequired``."""
    return dependencies(node, schema, "dependentRequired")


def dependent_schemas(node: Node, schema: Schema) -> Walk:
    """``dependentSchemas``."""
    return dependencies(node, schema, "dependentSchemas")
