"""``python -m gerai.doors.dialects`` prints the table of counters in README.md."""

from __future__ import annotations

from collections.abc import Iterable

from gerai.doors.http.door import Dialect
from gerai.kit.discover import discover


def counters(dialects: Iterable[Dialect]) -> str:
    """The table: a line for each dialect that introduces itself, in English."""
    lines = ["| Counter | Paths | Key | What is sold there | Notes |", "|---|---|---|---|---|"]
    for dialect in dialects:
        if dialect.blurb is not None:
            paths, key, sold = (text.en for text in (dialect.blurb.paths, dialect.blurb.key, dialect.blurb.sold))
            notes = f"[quirks](src/gerai/doors/dialects/{dialect.name}/README.md)"
            lines.append(f"| {dialect.title} | {paths} | {key} | {sold} | {notes} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(counters(discover("gerai.doors.dialects", "DIALECT").values()), end="")
