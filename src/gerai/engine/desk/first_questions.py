"""What a question about a first shop is: pages ask it as a field of a form, the terminal in a line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from gerai.kit.bilingual import Bilingual

Answers = Mapping[str, str]


@dataclass(frozen=True)
class FirstQuestion:
    """``kind``: text | amount | number | long | file. ``default``: from the answers so far; empty: it has to be
    answered, unless it is ``optional``. ``needed``: whether these answers need it. ``choices``: the only answers there
    are, and their words."""

    name: str
    text: Bilingual
    example: str
    kind: str = "text"
    default: Callable[[Answers], str] = field(default=lambda _: "")
    needed: Callable[[Answers], bool] = field(default=lambda _: True)
    choices: Mapping[str, Bilingual] = field(default_factory=dict[str, Bilingual])
    optional: bool = False
