"""Runs pip in this process and records the hash of every file that its indexes list.

`gerai lock` starts ``python -m gerai.cli.noting_pip NOTES …``, which does what ``pip …`` does and writes a JSON object
to the file NOTES: file names to lists of SHA-256 hashes. pip's own report names only the files that fit this machine,
but pip evaluates every file of a project before it chooses one. Recording them there needs no further request, and
which index is asked, and how, stays a matter of pip's settings.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pip._internal.cli.main import main as pip
from pip._internal.index.package_finder import LinkEvaluator
from pip._internal.models.link import Link


def main(notes: Path, arguments: list[str]) -> int:
    """Run pip with these arguments and write the notes. Returns pip's exit code."""
    seen: dict[str, set[str]] = {}
    evaluate = LinkEvaluator.evaluate_link

    def note_and_evaluate(self: LinkEvaluator, link: Link) -> Any:
        if link.hash_name == "sha256" and link.hash:
            seen.setdefault(link.filename, set()).add(link.hash)
        return evaluate(self, link)

    LinkEvaluator.evaluate_link = note_and_evaluate
    code = pip(arguments)
    notes.write_text(json.dumps({name: sorted(hashes) for name, hashes in sorted(seen.items())}), encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
