"""Maps of a snapshot with some entries replaced: the old map stays as it is, and the new one is what a full read makes.

A copied map of fifty thousand entries costs a millisecond, and shares every entry.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

K = TypeVar("K")
T = TypeVar("T")


def replaced(known: dict[K, T], gone: Iterable[K], found: Mapping[K, T]) -> dict[K, T]:
    """The map without what is ``gone`` and with what was found."""
    new = dict(known)
    for key in gone:
        if key not in found:
            new.pop(key, None)
    new.update(found)
    return new


def replaced_in_order(known: dict[int, T], gone: Iterable[int], found: Mapping[int, T]) -> dict[int, T]:
    """The same of a map in the order of its keys, which it keeps."""
    new = replaced(known, gone, found)
    last = next(reversed(known), 0)
    # Processes take ids from blocks of their own: a newer one may be smaller.
    if any(key < last and key not in known for key in found):
        return dict(sorted(new.items()))
    added = [key for key in found if key not in known]
    return new if added == sorted(added) else dict(sorted(new.items()))


def renamed(
    known: dict[str, T], before: Iterable[T | None], after: Iterable[T], name_of: Callable[[T], str]
) -> dict[str, T]:
    """The map by name in which these are instead of what they were ``before``."""
    new = dict(known)
    # All of them first: two may have taken each other's names.
    for one in before:
        if one is not None:
            new.pop(name_of(one), None)
    new.update({name_of(one): one for one in after})
    return new


def by(found: Iterable[T], id_of: Callable[[T], Any]) -> dict[Any, T]:
    """By their ids."""
    return {id_of(one): one for one in found}


def newest_first(pairs: Iterable[tuple[int, int]]) -> dict[int, tuple[int, ...]]:
    """What belongs to each, the largest id first, of pairs (owner, thing)."""
    gathered: defaultdict[int, list[int]] = defaultdict(list)
    for owner_id, thing_id in pairs:
        gathered[owner_id].append(thing_id)
    return {owner_id: tuple(sorted(ids, reverse=True)) for owner_id, ids in gathered.items()}
