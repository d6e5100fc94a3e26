"""The sentence about a name that is not there, the same wherever somebody mistypes one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

#: More of what a database holds is not listed.
LISTED: Final = 12


def closest(name: str, known: Iterable[str]) -> str:
    """The one of ``known`` that was probably meant: like it, or the only one that begins so; empty: none."""
    names = [*known]
    # Of an id no figure is a slip of another: the closest one is somebody else's.
    if name.isdecimal():
        return ""
    begin_so = [one for one in names if name and one.startswith(name)]
    return next(iter(get_close_matches(name, names, 1)), begin_so[0] if len(begin_so) == 1 else "")


def not_known(
    what: str,
    name: str,
    known: Iterable[object],
    shown_by: str = "",
    listed: int = LISTED,
    none: str = "there is none yet",
) -> str:
    """The sentence about a name that is not there: the closest of ``known``, the first ``listed`` of them (``none``:
    when it is empty), and ``shown_by``, the command that shows all."""
    names = [str(one) for one in known]
    all_of_them = f" ({shown_by} shows all)" if shown_by else ""
    if not names:
        return f"no such {what}: {name}; {none}{all_of_them}"
    like = closest(name, names)
    meant = f" (did you mean {like}?)" if like else ""
    more = ", …" if len(names) > listed else ""
    return f"no such {what}: {name}{meant}; one of {', '.join(names[:listed])}{more}{all_of_them}"
