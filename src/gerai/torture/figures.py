"""What became of the rounds of one kind of breaking, and what must hold of it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Limits:
    """``answer_s``: no answer takes longer. ``outage_s``: for no longer than this is nobody's order acknowledged at one
    counter. ``unknown_per_round``: how many answers may leave open whether a request was carried out (500)."""

    answer_s: float
    outage_s: float
    unknown_per_round: int = 0


@dataclass
class Figures:
    """Figures of all rounds.

    ``acknowledged``: requests that got a good answer. ``lost``: of these, how many were not there afterwards.
    ``doubled``: what came into being more than once, or without a request. ``unknown``: requests that got a 500.
    ``broken``: invariants of the books that do not hold, and every other promise that was not kept, in words.
    ``notes``: figures of this breaking alone.
    """

    rounds: int = 0
    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    unknown: int = 0
    longest_answer_s: float = 0.0
    longest_outage_s: float = 0.0
    broken: list[str] = field(default_factory=list[str])
    notes: list[str] = field(default_factory=list[str])

    def expect(self, holds: bool, text: str) -> None:
        """Note a promise that was not kept."""
        if not holds:
            self.broken.append(text)

    def faults(self, limits: Limits, slack: float = 1.0) -> list[str]:
        """Everything that is wrong with it, in words; empty when all promises were kept. ``slack``: how many times
        longer everything may take, on a machine that has other things to do."""
        found = list(self.broken)
        found += [f"{self.lost} lost"] if self.lost else []
        found += [f"{self.doubled} doubled"] if self.doubled else []
        if self.unknown > limits.unknown_per_round * self.rounds:
            found.append(f"{self.unknown} answers of 500, {limits.unknown_per_round * self.rounds} may be")
        for what, took_s, limit_s in (
            ("an answer took", self.longest_answer_s, limits.answer_s),
            ("an outage lasted", self.longest_outage_s, limits.outage_s),
        ):
            if took_s > limit_s * slack:
                found.append(f"{what} {took_s:.1f} s, {limit_s:.1f} s are the limit")
        if not self.acknowledged:
            found.append("nothing was acknowledged: the rounds show nothing")
        return found
