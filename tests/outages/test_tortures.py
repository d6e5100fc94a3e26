"""Everything that `gerai torture` breaks, in its short form; and the page that has the figures of its long ones."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from torture_kit import HALVES, broken_promises

from gerai.torture.figures import Figures, Limits
from gerai.torture.report import NoMarkers, read, written
from gerai.torture.table import TORTURES, Torture

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "reliability.md"


@pytest.mark.slow
@pytest.mark.parametrize("torture", HALVES[0], ids=lambda t: t.name)
async def test_nothing_is_lost_or_late(torture: Torture, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Nothing acknowledged is lost or doubled, every answer and every outage keeps its limit, the books balance. Half
    of the kinds; one case for each."""
    assert await broken_promises(torture, tmp_path, capfd) == []


def test_the_page_has_the_figures_of_each() -> None:
    """A row for each kind and no other, with a section of its own; every figure kept its limit."""
    page = PAGE.read_text(encoding="utf-8")

    found = read(page)

    assert list(found) == list(TORTURES)
    assert {name: figures.faults(TORTURES[name].limits) for name, figures in found.items()} == {
        name: [] for name in found
    }
    assert all(figures.rounds >= TORTURES[name].sizes["short"]["rounds"] for name, figures in found.items())
    assert re.findall(r"^### `([\w-]+)`$", page, re.MULTILINE) == list(TORTURES)


def test_a_page_is_written_and_read_again() -> None:
    """The figures come back as they were written, the prose stays, and a page without a place for them is refused."""
    figures = Figures(3, 1_234_567, 1, 2, 4, 0.25, 12.5, notes=["one: two", "three"])
    empty = written(PAGE.read_text(encoding="utf-8"), {}, "nothing")

    page = written(empty, {"some-kind": figures}, "a machine")

    assert read(empty) == {}
    assert read(page) == {"some-kind": figures}
    assert "\nMeasured on a machine.\n" in page
    assert written(page, {}, "nothing") == empty
    with pytest.raises(NoMarkers):
        read("# Another page\n")


def test_faults_are_seen() -> None:
    """Each figure beyond its limit is a fault, and so are rounds that acknowledged nothing."""
    limits = Limits(1.0, 2.0, unknown_per_round=3)
    good = Figures(rounds=2, acknowledged=5, unknown=6, longest_answer_s=1.0, longest_outage_s=2.0)

    assert good.faults(limits) == []
    for worse in (
        {"lost": 1}, {"doubled": 1}, {"unknown": 7}, {"longest_answer_s": 1.01}, {"longest_outage_s": 2.01},
        {"acknowledged": 0}, {"broken": ["the books"]},
    ):  # fmt: skip
        assert len(Figures(**{**vars(good), **worse}).faults(limits)) == 1, worse
    assert Figures(**{**vars(good), "longest_answer_s": 3.9}).faults(limits, slack=4.0) == []


def test_an_unknown_kind_is_refused_by_name() -> None:
    """A typo leaves with 2 and the names there are, before anything is started."""
    command = [sys.executable, "-P", "-m", "gerai", "torture", "--only", "kill"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "kills" in done.stderr


def test_a_page_without_a_place_is_refused_before_the_rounds(tmp_path: Path) -> None:
    """Whoever names the wrong page learns it at once."""
    file = tmp_path / "page.md"
    file.write_text("# Another page\n", encoding="utf-8")
    command = [sys.executable, "-P", "-m", "gerai", "torture", "--report", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode == 1
    assert "there is no place for the figures" in done.stderr
    assert file.read_text(encoding="utf-8") == "# Another page\n"
