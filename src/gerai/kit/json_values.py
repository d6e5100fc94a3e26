"""What a JSON value is, for code that takes any of them: the type checker learns the type that the test has shown."""

from __future__ import annotations

from typing import Any, TypeGuard


def is_object(value: Any) -> TypeGuard[dict[str, Any]]:
    """Whether a value is a JSON object. Its members may be anything."""
    return isinstance(value, dict)


def is_array(value: Any) -> TypeGuard[list[Any]]:
    """Whether a value is a JSON array. Its items may be anything."""
    return isinstance(value, list)


def at_pointer(document: Any, pointer: str) -> Any:
    """What a JSON pointer (RFC 6901, also as a fragment ``#/…``) finds; None when it leads nowhere."""
    found = document
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if is_array(found) and name.isascii() and name.isdigit() and int(name) < len(found):
            found = found[int(name)]
        elif is_object(found):
            found = found.get(name)
        else:
            return None
    return found
