"""What a thing's states are: the moves it can make, as a table of (from, verb, to)."""

from __future__ import annotations

from dataclasses import dataclass, field

from gerai.domain.refusals import StateConflict


@dataclass(frozen=True)
class StateTable:
    """The moves one thing can make. ``final`` states have no way out."""

    thing: str
    initial: frozenset[str]
    moves: tuple[tuple[str, str, str], ...]
    _next: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str], repr=False)

    def __post_init__(self) -> None:
        for source, verb, target in self.moves:
            if (source, verb) in self._next:
                # At import: with a table that contradicts itself nothing shall start.
                raise ValueError(f"{self.thing}: two ways to {verb} from {source}")
            self._next[source, verb] = target

    @property
    def states(self) -> frozenset[str]:
        return self.initial | {s for s, _, _ in self.moves} | {t for _, _, t in self.moves}

    @property
    def verbs(self) -> frozenset[str]:
        return frozenset(v for _, v, _ in self.moves)

    @property
    def final(self) -> frozenset[str]:
        return self.states - {s for s, _, _ in self.moves}

    def can(self, state: str, verb: str) -> bool:
        return (state, verb) in self._next

    def verb(self, state: str, target: str) -> str | None:
        """The verb that leads from one state to another; None when there is none."""
        return next((v for s, v, t in self.moves if (s, t) == (state, target)), None)

    def move(self, state: str, verb: str, id: str = "") -> str:
        """The state after ``verb``. StateConflict when the table has no such move."""
        target = self._next.get((state, verb))
        if target is None:
            raise StateConflict(thing=self.thing, id=id, state=state, verb=verb)
        return target
