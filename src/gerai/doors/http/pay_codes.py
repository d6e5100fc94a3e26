"""The number or code with which something is paid, as clients take it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def typed_code(instructions: Mapping[str, Any]) -> str:
    """As it is typed: without the blanks between the parts that a page shows apart (a bill's company code and number).
    Clients keep it in fields of digits. Empty where there is none."""
    return "".join(str(instructions.get("code", "")).split())
