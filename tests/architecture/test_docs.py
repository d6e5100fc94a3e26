"""The documentation names what exists, and what exists is documented."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from pathlib import Path

import pytest

from gerai.app import DIALECTS, MERCHANT_SETTINGS
from gerai.cli.database import plugin_sections
from gerai.domain.describe import refusals_page, states_page
from gerai.doors.dialects.__main__ import counters
from gerai.doors.http.door import Dialect
from gerai.engine.check import invariants_page
from gerai.metrics.exposition import metrics_page
from gerai.settings import reference

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"
PAGES = {
    "settings.md": lambda: reference(plugin_sections()),
    "merchant-settings.md": MERCHANT_SETTINGS.reference,
    "states.md": states_page,
    "refusals.md": refusals_page,
    "invariants.md": invariants_page,
    "metrics.md": metrics_page,
}
TEXTS = sorted(
    file
    for file in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "src").rglob("*.md")]
    if ".venv" not in file.parts
)
CODE = sorted(file for file in (ROOT / "src").rglob("*") if file.suffix in (".py", ".md", ".yaml"))


@pytest.mark.parametrize("page", sorted(PAGES))
def test_a_printed_page_is_what_the_code_prints(page: str) -> None:
    """Settings, states, refusals, invariants, metrics: a page equals what its module prints; none is stale."""
    assert (REFERENCE / page).read_text(encoding="utf-8") == PAGES[page]()


def test_the_descriptor_is_described() -> None:
    """Every field of a dialect's descriptor, and no other, is in the table of the how-to."""
    page = (ROOT / "docs/how-to/add-a-dialect.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| (`[\w`, ]+`) \|", page, re.MULTILINE)
    assert sorted(re.findall(r"\w+", " ".join(named))) == sorted(field.name for field in dataclasses.fields(Dialect))


def test_the_readme_shows_the_counters() -> None:
    """The table of counters is what the dialects say of themselves (`python -m gerai.doors.dialects`)."""
    assert f"\n\n{counters(DIALECTS)}\n" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(file: Path) -> None:
    """A relative link of a page names a file that is there."""
    text = re.sub(r"```.*?```", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if not re.match(r"[a-z]+:", target):
            assert (file.parent / target).exists(), target


def test_pages_that_the_code_names_are_there() -> None:
    """Every docs/….md that code or a page mentions exists."""
    missing = {
        (file.relative_to(ROOT).as_posix(), page)
        for file in [*CODE, *TEXTS]
        for page in re.findall(r"\bdocs/[\w/-]+\.md\b", file.read_text(encoding="utf-8"))
        if not (ROOT / page).is_file()
    }
    assert missing == set()


def test_a_change_is_named_once() -> None:
    """No line of CHANGELOG.md begins a change that another one tells already."""
    begun = re.findall(r"^\* .*", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(line for line, times in Counter(begun).items() if times > 1) == []


def test_every_page_is_listed() -> None:
    """docs/README.md lists every page of docs/, and the README links to it; the decisions stand in their order, and the
    printed pages are the first references, as it says."""
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"\]\(([\w/-]+\.md)\)", index)
    pages = [file.relative_to(ROOT / "docs").as_posix() for file in (ROOT / "docs").rglob("*.md")]
    assert sorted(listed) == sorted(page for page in pages if page != "README.md")
    assert "](docs/README.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
    decisions = [page for page in listed if page.startswith("decisions/")]
    assert decisions == sorted(decisions)
    first = [page.removeprefix("reference/") for page in listed if page.startswith("reference/")][: len(PAGES)]
    assert sorted(first) == sorted(PAGES)
    assert (len(PAGES), "(the first six are printed" in index) == (6, True)
