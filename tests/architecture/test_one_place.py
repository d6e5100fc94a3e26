"""What stands once in the code: how a payment comes into being, how one is started, how money goes back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gerai.app import DIALECTS
from gerai.engine.merchants.open import ENVIRONMENTS

SOURCES = Path(__file__).parents[2] / "src" / "gerai"


@pytest.mark.parametrize(
    ("what", "where"),
    [
        (r"(?<![\w.])Payment\(", {"engine/payment_steps.py"}),
        # One that waits for its worker is put straight into the database there.
        (r"(?<![\w.])StartPayment\(", {"engine/payments/open.py", "torture/errands.py"}),
        (r"\.instruct\(", {"engine/payments/open.py"}),
        (r"\.refund_to_wallet\b|\.return_to_payer\b|\.owe_to_payer\b", {
            "engine/payment_steps.py",
            # Money that never became sales: it came late, or did not count; and that of top-ups.
            "engine/payments/arrival.py", "engine/orders/payment_status.py", "engine/deposits/transitions.py",
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


def test_how_a_key_begins_is_written_in_its_dialect_alone() -> None:
    """Whoever needs a key of a dialect asks its key form; nobody else spells how one begins."""
    begins = {
        found[0]: dialect.name
        for dialect in DIALECTS
        if dialect.keys
        for environment in ENVIRONMENTS
        if (found := re.match(r"[a-z0-9]+_(?:[a-z0-9]+_)?", dialect.keys.make(environment).token))
    }
    assert {"lrrs_v1_", "lrrp_v1_", "dp_test_", "dp_live_"} <= set(begins)
    for path in SOURCES.rglob("*.py"):
        text, where = path.read_text(encoding="utf-8"), str(path.relative_to(SOURCES))
        # The log stands below the dialects, and must know a key when it meets one.
        if where == "kit/log.py":
            continue
        spelled = [b for b, name in begins.items() if f'"{b}' in text and f"doors/dialects/{name}/" not in where]
        assert spelled == [], where
