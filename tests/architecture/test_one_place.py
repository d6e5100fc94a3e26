"""What stands once in the code: how a payment comes into being, how one is started, how money goes back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[2] / "src" / "gerai"


@pytest.mark.parametrize(
    ("what", "where"),
    [
        (r"(?<![\w.])Payment\(", {"engine/payment_steps.py"}),
        (r"(?<![\w.])StartPayment\(", {"engine/payments/open.py"}),
        (r"\.instruct\(", {"engine/payments/open.py"}),
        (r"\.refund_to_wallet\b|\.return_to_payer\b", {
            "engine/payment_steps.py",
            # Money that never became sales: it came late, or did not count.
            "engine/payments/arrival.py", "engine/payments/resolve_late.py", "engine/orders/payment_status.py",
        }),
    ],
)  # fmt: skip
def test_it_stands_once(what: str, where: set[str]) -> None:
    """Doors and operations ask the one place; none of them makes its own."""
    found = {
        str(path.relative_to(SOURCES))
        for path in SOURCES.rglob("*.py")
        if re.search(what, re.sub(r"class \w+\(.*", "", path.read_text(encoding="utf-8")))
    }
    assert found == where
