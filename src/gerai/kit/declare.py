"""How a setting of the server is declared: a field of a frozen dataclass, with its default and help."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from typing import Any


def setting(
    default: Any, help_text: str, minimum: float | None = None, fault: Callable[[str], str] | None = None
) -> Any:
    """``fault``: what is wrong with a text, empty for nothing."""
    return field(default=default, metadata={"help": help_text, "minimum": minimum, "fault": fault, "suffix": ""})


def setting_per_name(suffix: str, help_text: str) -> Any:
    """One text for each name: what is given as ``<name><suffix>`` is collected as pairs (name, value)."""
    return field(default=(), metadata={"help": help_text, "minimum": None, "fault": None, "suffix": suffix})
