"""Sets one paper: a line of JSON and the shop's logo on the standard input, PDF on the standard output. Run as a
program of its own, once per paper (:mod:`gerai.doors.http.paper.typesetter`), so that nothing of Gerai is loaded here
and nothing of it can be reached.

What people wrote comes in as JSON and is shown as text; the template is ours and reads no file. Fonts are those in
typst itself. Where the system knows limits, no file and no connection can be opened any more once typst is loaded.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

import typst

try:
    import resource
except ImportError:
    # Windows has no such limits.
    resource = None

_SECONDS_AT_MOST: Final = 20
#: What is asked for by orders goes first.
_NICENESS: Final = 10


def confine() -> None:
    """Take back in this process what setting a paper does not need."""
    if resource is None:
        return
    os.nice(_NICENESS)
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS_AT_MOST, _SECONDS_AT_MOST))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def main() -> None:
    """Read, confine, set, write. Leaves with a traceback when typst refuses."""
    name = sys.argv[1] if len(sys.argv) > 1 else "paper"
    template = Path(__file__).with_name(f"{name}.typ").read_bytes()
    paper, _, logo = sys.stdin.buffer.read().decode().partition("\n")
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
    confine()

    def pdf(logo: str) -> bytes:
        return typst.compile(
            template, format="pdf", font_paths=fonts, ignore_system_fonts=True,
            sys_inputs={"paper": paper, "logo": logo}, timestamp=0,
        )  # fmt: skip

    try:
        made = pdf(logo)
    except typst.TypstError:
        # A picture that cannot be drawn is no reason to have no paper.
        made = pdf("")
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
