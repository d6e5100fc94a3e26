"""The bytes of the requests. Everything but what makes a request unique is composed beforehand."""

from __future__ import annotations

import re
from typing import Final

from gerai.bench.case import NUMBER_DIGITS, CaseStep

_MARK: Final = re.compile(r"<(\w+)>")


class Template:
    """A text with marks, as bytes; ``names``: those of its marks."""

    def __init__(self, text: str) -> None:
        parts = _MARK.split(text)
        self._parts = [part.encode() for part in parts]
        self._marks = list(enumerate(parts))[1::2]
        self.names = {name for _, name in self._marks}

    def fill(self, values: dict[str, bytes]) -> bytes:
        """The text with its marks replaced. KeyError: one has no value."""
        parts = self._parts
        for place, name in self._marks:
            parts[place] = values[name]
        return b"".join(parts)


class StepRequests:
    """The requests of one step, as each of the callers sends them. ``callers``: the values of their ``Authorization``;
    ``run`` is part of every Idempotency-Key."""

    def __init__(self, step: CaseStep, host: str, callers: list[str], run: str) -> None:
        key = f"Idempotency-Key: {run}-<n>\r\n" if step.once else ""
        kind = f"Content-Type: {step.content_type}\r\n" if step.body else ""
        self._heads = [
            Template(
                f"{step.method} {step.path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {caller}\r\n"
                f"Accept: application/json\r\n{step.headers}{key}{kind}Content-Length: "
            )
            for caller in callers
        ]
        self._body = Template(step.body)
        self._contains = Template(step.contains) if step.contains else None
        self.status = b"%d" % step.status
        self.keep = {name: re.compile(pattern.encode()) for name, pattern in step.keep.items()}

    def request(self, n: int, values: dict[str, bytes]) -> bytes:
        """A whole HTTP/1.1 request."""
        body = self._body.fill(values)
        return b"%b%d\r\n\r\n%b" % (self._heads[n % len(self._heads)].fill(values), len(body), body)

    def fault(self, status: bytes, answer: bytes, values: dict[str, bytes]) -> str:
        """Why this answer is an error, empty when it is none. Adds what is kept of it to ``values``."""
        if status != self.status:
            return answer.decode("latin-1")
        if self._contains is not None and self._contains.fill(values) not in answer:
            return f"without {self._contains.fill(values).decode()}: {answer.decode('latin-1')}"
        for name, pattern in self.keep.items():
            found = pattern.search(answer)
            if found is None:
                return f"without {name}: {answer.decode('latin-1')}"
            values[name] = found[1]
        return ""


class Requests:
    """The requests of a case. ``values``: what ``<value>`` stands for, in turn."""

    def __init__(
        self, host: str, steps: list[CaseStep], callers: list[str], members: int, values: list[str], run: str
    ) -> None:
        self.steps = [StepRequests(step, host, callers, run) for step in steps]
        self._turns = [b"%04d" % turn for turn in range(members)]
        self._values = [value.encode() for value in values] or [b""]

    def marks(self, n: int) -> dict[str, bytes]:
        """What the marks of the n-th unit stand for, before anything was answered."""
        return {
            "n": str(n).zfill(NUMBER_DIGITS).encode(),
            "turn": self._turns[n % len(self._turns)],
            "value": self._values[n % len(self._values)],
        }
