"""A torture in its short form, as the tests run it."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import pytest

from cluster_kit import migrated_scratch
from gerai.torture.table import TORTURES, Torture

#: A machine that runs tests has other things to do.
SLACK = 4.0
#: In two halves, a file each: two processes run them.
HALVES = (list(TORTURES.values())[::2], list(TORTURES.values())[1::2])


async def broken_promises(torture: Torture, folder: Path, capfd: pytest.CaptureFixture[str]) -> list[str]:
    """What of the table's promises did not hold, in words."""
    with patch("gerai.torture.workers.scratch", migrated_scratch):
        figures = await torture.rounds(folder, "short", slack=SLACK)
    found = figures.faults(torture.limits, SLACK)
    if figures.rounds != torture.sizes["short"]["rounds"]:
        found.append(f"{figures.rounds} rounds")
    # Its own engines know all that a shop may set.
    if "merchant.setting_unreadable" in "".join(capfd.readouterr()):
        found.append("a setting was not known")
    return found
