"""Names as parts of addresses."""

from __future__ import annotations

import re


def slug_of(name: str) -> str:
    """``Paket Hemat!`` → ``paket-hemat``; empty where nothing of it is a letter of a-z or a digit."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
