"""As much of Prometheus' language as the alert rules use, evaluated on two scrapes of known distance."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf, nan

from metrics_kit import Series

Labels = frozenset[tuple[str, str]]
Vector = dict[Labels, float]
Value = float | Vector
_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?)|([A-Za-z_:][\w:]*)|(\"[^\"]*\")|(>=|<=|==|!=|=~|!~|[-+*/(){}\[\],<>=]))")
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    ">": lambda a, b: a > b, "<": lambda a, b: a < b, ">=": lambda a, b: a >= b, "<=": lambda a, b: a <= b,
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b,
}  # fmt: skip
_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b if b else nan,
}  # fmt: skip
_AGGREGATE: dict[str, Callable[[list[float]], float]] = {"sum": sum, "max": max, "min": min}
_UNITS = {"s": 1, "m": 60, "h": 3600}


@dataclass
class Selector:
    """A metric and the matchers of its labels, as (label, operator, value)."""

    name: str
    matchers: list[tuple[str, str, str]]

    def of(self, scrape: Series) -> Vector:
        return {
            frozenset(labels): value
            for (name, labels), value in scrape.items()
            if name == self.name
            and all(_matches(dict(labels).get(label, ""), how, to) for label, how, to in self.matchers)
        }


def _matches(value: str, how: str, to: str) -> bool:
    if how in ("=", "!="):
        return (value == to) == (how == "=")
    return bool(re.fullmatch(to, value)) == (how == "=~")


@dataclass
class Rule:
    """An expression over two scrapes: ``before``, and ``now`` at ``now_s`` (Unix time). A range looks from one to the
    other. ``selectors`` are those that were met."""

    text: str
    now: Series
    before: Series = field(default_factory=Series)
    now_s: float = 0.0
    selectors: list[Selector] = field(default_factory=list[Selector])

    def __post_init__(self) -> None:
        self._tokens = [match.group().strip() for match in _TOKEN.finditer(self.text)]
        assert "".join(self._tokens) == "".join(self.text.split()), self.text
        self._at = 0

    def fires(self) -> Vector:
        """The series for which the expression holds."""
        value = self._or()
        assert self._at == len(self._tokens), self._tokens[self._at :]
        assert isinstance(value, dict), "an alert is about series"
        return value

    # --- grammar ----------------------------------------------------------------------------

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self, wanted: str = "") -> str:
        token = self._peek()
        assert token, self.text
        assert not wanted or token == wanted, (wanted, token, self.text)
        self._at += 1
        return token

    def _or(self) -> Value:
        value = self._comparison()
        while self._peek() == "or":
            self._take()
            more = self._comparison()
            assert isinstance(value, dict)
            assert isinstance(more, dict)
            value = more | value
        return value

    def _comparison(self) -> Value:
        left = self._sum()
        if (how := self._peek()) not in _COMPARE:
            return left
        self._take()
        right = self._sum()
        assert isinstance(left, dict)
        return {k: v for k, v in left.items() if (other := _other(right, k)) is not None and _COMPARE[how](v, other)}

    def _sum(self) -> Value:
        return self._chain(self._product, "+-")

    def _product(self) -> Value:
        return self._chain(self._unary, "*/")

    def _chain(self, part: Callable[[], Value], operators: str) -> Value:
        left = part()
        while self._peek() and self._peek() in operators:
            act = _ARITHMETIC[self._take()]
            right = part()
            if isinstance(left, dict):
                left = {k: act(v, other) for k, v in left.items() if (other := _other(right, k)) is not None}
            elif isinstance(right, dict):
                left = {k: act(left, v) for k, v in right.items()}
            else:
                left = act(left, right)
        return left

    def _unary(self) -> Value:
        token = self._take()
        if token == "(":
            value = self._or()
            self._take(")")
            return value
        if token[0].isdigit():
            return float(token)
        if token in _AGGREGATE:
            return self._aggregation(_AGGREGATE[token])
        if self._peek() == "(":
            return self._function(token)
        return self._selector(token).of(self.now)

    def _aggregation(self, act: Callable[[list[float]], float]) -> Vector:
        by: set[str] = set()
        if self._peek() == "by":
            self._take()
            by = set(self._words())
        self._take("(")
        value = self._or()
        self._take(")")
        assert isinstance(value, dict)
        groups: dict[Labels, list[float]] = defaultdict(list)
        for labels, one in value.items():
            groups[frozenset(pair for pair in labels if pair[0] in by)].append(one)
        return {labels: act(values) for labels, values in groups.items()}

    def _words(self) -> list[str]:
        self._take("(")
        words = [self._take()]
        while self._peek() == ",":
            self._take()
            words.append(self._take())
        self._take(")")
        return words

    def _function(self, name: str) -> Value:
        self._take("(")
        if name == "time":
            self._take(")")
            return self.now_s
        if name in ("increase", "rate"):
            selector = self._selector(self._take())
            self._take("[")
            seconds = int(self._take()) * _UNITS[self._take()]
            self._take("]")
            self._take(")")
            old, new = selector.of(self.before), selector.of(self.now)
            return {k: (v - old.get(k, 0)) / (seconds if name == "rate" else 1) for k, v in new.items()}
        if name == "histogram_quantile":
            part = float(self._take())
            self._take(",")
            value = self._or()
            self._take(")")
            assert isinstance(value, dict)
            return _quantile(part, value)
        value = self._or()
        self._take(")")
        assert isinstance(value, dict)
        if name == "absent":
            return {} if value else {frozenset(): 1.0}
        assert name == "abs", name
        return {k: abs(v) for k, v in value.items()}

    def _selector(self, name: str) -> Selector:
        matchers: list[tuple[str, str, str]] = []
        if self._peek() == "{":
            self._take()
            while self._peek() != "}":
                matchers.append((self._take(), self._take(), self._take().strip('"')))
                if self._peek() == ",":
                    self._take()
            self._take("}")
        self.selectors.append(found := Selector(name, matchers))
        return found


def _other(right: Value, labels: Labels) -> float | None:
    """What stands on the other side for these labels."""
    return right.get(labels) if isinstance(right, dict) else right


def _quantile(part: float, buckets: Vector) -> Vector:
    """The upper bound of the bucket it falls into: good enough to be above or below a limit."""
    groups: dict[Labels, dict[float, float]] = defaultdict(dict)
    for labels, count in buckets.items():
        bound = dict(labels)["le"]
        groups[frozenset(pair for pair in labels if pair[0] != "le")][inf if bound == "+Inf" else float(bound)] = count
    return {
        labels: next(bound for bound in sorted(counts) if counts[bound] >= part * max(counts.values()))
        for labels, counts in groups.items()
    }
