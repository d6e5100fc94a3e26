"""How this terminal's reader starts Gerai: ``gerai`` where it is on the path, else as they typed it (``./gerai``)."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from functools import cache
from typing import Final

#: Set by the script that starts a checkout.
TYPED: Final = "_GERAI_TYPED"
_NAME: Final = "gerai"
#: A command in what is printed; no file, no address, and not the name before a fault (``gerai: …``).
_COMMAND: Final = re.compile(r"(?<![\w./@-])gerai (?=[a-z][a-z-]+\b)")


@cache
def program() -> str:
    """What is typed to start it."""
    typed = os.environ.get(TYPED, "")
    return _NAME if not typed or shutil.which(_NAME) == typed else shlex.quote(typed)


def as_typed(text: str) -> str:
    """The text, with each command in it as its reader types it."""
    return text if program() == _NAME else _COMMAND.sub(lambda _: f"{program()} ", text)
