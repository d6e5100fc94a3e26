"""How a setting is declared, with its help: of the server, as a field of a frozen dataclass with its default; of a
merchant, as an annotated field of a struct."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import field
from typing import Any

from msgspec import Meta

from gerai.kit.bilingual import Bilingual

#: What a setting may name, of the payment methods and the fulfilment providers of an installation, by name.
Known = Callable[[Mapping[str, Any], Mapping[str, Any]], Collection[str]]


def setting(
    default: Any, help_text: str, minimum: float | None = None, fault: Callable[[str], str] | None = None
) -> Any:
    """``fault``: what is wrong with a text, empty for nothing."""
    return field(default=default, metadata={"help": help_text, "minimum": minimum, "fault": fault, "suffix": ""})


def setting_per_name(suffix: str, help_text: str) -> Any:
    """One text for each name: what is given as ``<name><suffix>`` is collected as pairs (name, value)."""
    return field(default=(), metadata={"help": help_text, "minimum": None, "fault": None, "suffix": suffix})


def methods_and_channels(methods: Mapping[str, Any], _: Mapping[str, Any]) -> Collection[str]:
    """``va``, ``va:BCA`` …"""
    return {*methods, *(f"{name}:{channel}" for name, method in methods.items() for channel in method.channels)}


def fulfilment_providers(_: Mapping[str, Any], providers: Mapping[str, Any]) -> Collection[str]:
    """``manual`` …"""
    return providers


def says(
    help_text: Bilingual, takes: str | Bilingual, known: Known | None = None, fault: Callable[[Any], str] | None = None
) -> Meta:
    """What a setting does and what fits, in Markdown (a text without words is the same in both languages), what it may
    name of partners, what is wrong with it (or nothing)."""
    shown = takes if isinstance(takes, Bilingual) else Bilingual(takes, takes)
    return Meta(description=help_text.en, extra={"help": help_text, "takes": shown, "known": known, "fault": fault})


def either(*texts: str) -> Bilingual:
    """Each of them in code marks, with an "or" before the last one."""
    *others, last = (f"`{text}`" for text in texts)
    return Bilingual(f"{', '.join(others)} atau {last}", f"{', '.join(others)} or {last}")


class SettingFault(Exception):
    """A setting is unknown or does not fit. ``fault`` is fit for an operator."""

    def __init__(self, name: str, fault: str) -> None:
        super().__init__(f"{name}: {fault}")
        self.name = name
        self.fault = fault
