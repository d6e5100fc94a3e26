"""Keywords that combine schemas: which inner errors Ajv keeps, and what it adds to them."""

from __future__ import annotations

from typing import Any

from gerai.kit.schema_fault import Faults, Node, Schema, Walk, faults


def not_(node: Node, schema: Schema) -> Walk:
    """``not``: a valid inner schema is the fault; its own errors do not exist."""
    inner = node(schema["not"])

    def walk(data: Any, pointer: str, out: Faults) -> None:
        if not faults(inner, data, pointer, out):
            out.append((pointer, "must NOT be valid"))

    return walk


def any_of(node: Node, schema: Schema) -> Walk:
    """``anyOf``: when no branch holds, all errors of all branches, then its own."""
    branches = [node(branch) for branch in schema["anyOf"]]

    def walk(data: Any, pointer: str, out: Faults) -> None:
        found = Faults(out.work)
        for branch in branches:
            if not (wrong := faults(branch, data, pointer, out)):
                return
            found += wrong
        out += [*found, (pointer, "must match a schema in anyOf")]

    return walk


def one_of(node: Node, schema: Schema) -> Walk:
    """``oneOf``: branches after the second match are not looked at any more."""
    branches = [node(branch) for branch in schema["oneOf"]]

    def walk(data: Any, pointer: str, out: Faults) -> None:
        found = Faults(out.work)
        matched = 0
        for branch in branches:
            wrong = faults(branch, data, pointer, out)
            found += wrong
            matched += not wrong
            # Nothing can mend that any more, and Ajv stops here as well.
            if matched > 1:
                break
        if matched != 1:
            out += [*found, (pointer, "must match exactly one schema in oneOf")]

    return walk


def all_of(node: Node, schema: Schema) -> Walk:
    """``allOf``: the branches' errors and no own text."""
    branches = [node(branch) for branch in schema["allOf"]]

    def walk(data: Any, pointer: str, out: Faults) -> None:
        for branch in branches:
            branch(data, pointer, out)

    return walk


def if_(node: Node, schema: Schema) -> Walk:
    """``if``: the errors of the clause that applies, then which clause it was."""
    condition = node(schema["if"])
    clauses = {name: node(schema.get(name, True)) for name in ("then", "else")}

    def walk(data: Any, pointer: str, out: Faults) -> None:
        name = "else" if faults(condition, data, pointer, out) else "then"
        if wrong := faults(clauses[name], data, pointer, out):
            out += [*wrong, (pointer, f'must match "{name}" schema')]

    return walk
