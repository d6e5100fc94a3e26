"""The other half of what `gerai torture` breaks, in its short form."""

from __future__ import annotations

from pathlib import Path

import pytest
from torture_kit import HALVES, broken_promises

from gerai.torture.table import Torture


@pytest.mark.slow
@pytest.mark.parametrize("torture", HALVES[1], ids=lambda t: t.name)
async def test_nothing_is_lost_or_late(torture: Torture, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Nothing acknowledged is lost or doubled, every answer and every outage keeps its limit, the books balance. The
    other half of the kinds; one case for each."""
    assert await broken_promises(torture, tmp_path, capfd) == []
