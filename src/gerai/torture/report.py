"""The figures of `docs/reference/reliability.md`: written between two marker lines, and read from there again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from gerai.torture.figures import Figures

BEGIN: Final = "<!-- written by `gerai torture --report`: begin -->"
END: Final = "<!-- end -->"
_HEAD: Final = (
    "| kind | rounds | acknowledged | lost | doubled | of 500 | longest answer, s | longest outage, s |\n"
    "|---|---|---|---|---|---|---|---|\n"
)
_ROW: Final = re.compile(r"^\| `([\w-]+)` \| (.*) \|$", re.MULTILINE)
_NOTE: Final = re.compile(r"^\* ([\w-]+): (.*)$", re.MULTILINE)


class NoMarkers(Exception):
    """The page has no place for the figures. The text is fit for an operator."""


def written(page: str, outcomes: Mapping[str, Figures], measured_on: str) -> str:
    """The page with these figures, in their order; its prose stays. ``measured_on``: machine and day. NoMarkers."""
    before, after = _around(page)
    rows = "".join(f"| `{name}` | {_cells(figures)} |\n" for name, figures in outcomes.items())
    notes = "".join(f"* {name}: {note}\n" for name, figures in outcomes.items() for note in figures.notes)
    return f"{before}{BEGIN}\nMeasured on {measured_on}.\n\n{_HEAD}{rows}\n{notes}{END}{after}"


def read(page: str) -> dict[str, Figures]:
    """The figures of a page, by name. NoMarkers."""
    before, after = _around(page)
    inside = page[len(before) : len(page) - len(after)]
    found: dict[str, Figures] = {}
    for name, cells in _ROW.findall(inside):
        rounds, acknowledged, lost, doubled, unknown, answer_s, outage_s = cells.replace(",", "").split(" | ")
        found[name] = Figures(
            int(rounds), int(acknowledged), int(lost), int(doubled), int(unknown), float(answer_s), float(outage_s)
        )
    for name, note in _NOTE.findall(inside):
        found[name].notes.append(note)
    return found


def _cells(figures: Figures) -> str:
    counts = (figures.rounds, figures.acknowledged, figures.lost, figures.doubled, figures.unknown)
    seconds = (figures.longest_answer_s, figures.longest_outage_s)
    return " | ".join([*(f"{each:,}" for each in counts), *(f"{each:.2f}" for each in seconds)])


def _around(page: str) -> tuple[str, str]:
    """What stands before and after the figures."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise NoMarkers(f"there is no place for the figures in it: the lines {BEGIN} and {END}")
    return before, after
