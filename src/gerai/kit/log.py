"""Logging: one JSON object per line on standard error, for us and for the libraries; secrets are struck out.

A field named like a secret, and a credential inside any text, never leaves the process (see :func:`redact`).
"""

from __future__ import annotations

import functools
import io
import logging
import re
import sys
from collections.abc import Iterable
from typing import Any, BinaryIO, Final, cast

import msgspec
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from gerai.kit.json_values import is_object
from gerai.kit.terminal_text import REFUSED_IN_UTF_8, in_one_line, json_in_ascii_controls

STRUCK_OUT: Final = "[redacted]"
LEVELS: Final = {"debug": 10, "info": 20, "warning": 30, "error": 40}

#: A field is a secret when its name is one of these, or ends in one after "_" or "-" (``webhook_secret``).
_SECRET_NAMES = re.compile(
    r"(?:^|[_-])(?:authorization|cookie|password|passwd|secret|token|api[_-]?key|credentials?|dsn|otp|totp|pin|cvv|slug)$",
    re.IGNORECASE,
)
#: Credentials inside a text: an Authorization value, a connection string's password, one of our own keys.
_SECRET_TEXTS: Final = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9+/=_.~-]{6,}"), rf"\1 {STRUCK_OUT}"),
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://[^\s:/@]*):[^\s@/]+@"), rf"\1:{STRUCK_OUT}@"),
    (re.compile(r"\b((?:lrr[sp]_v1|dp_(?:test|live)|sk|rk|sfpk)_)[A-Za-z0-9_-]{8,}"), rf"\1{STRUCK_OUT}"),
)
#: A run of at least this many characters may be random: the secret of a page's address, a key of a client.
_RANDOM_FROM: Final = 32
#: Letters of both cases with a digit, forty of both cases, or long hexadecimal: no name of people or programs.
_RANDOM: Final = re.compile(
    r"(?<![A-Za-z0-9_-])(?:"
    r"(?=[A-Za-z0-9_-]*[A-Z])(?=[A-Za-z0-9_-]*[a-z])(?:(?=[A-Za-z0-9_-]*[0-9])[A-Za-z0-9_-]{32,}|[A-Za-z0-9_-]{40,})"
    r"|[0-9a-f]{48,})(?![A-Za-z0-9_-])"
)
#: Fields whose ends of lines are ours.
_OF_MANY_LINES: Final = ("exception", "stack")
#: The short code of a payment link, which opens its page.
_LINK: Final = re.compile(r"(?i)(/payment/)[a-z]{6}(?![a-z])")
#: Nearly every text has none of these, and is then let through without a pattern being tried.
_HINTS: Final = ("://", "earer ", "EARER ", "asic ", "_v1_", "dp_", "sk_", "rk_", "pk_")


def configure(level: str = "info", format: str = "json", stream: BinaryIO | None = None) -> None:
    """Set up logging for this process, to ``stream`` or standard error. ``text`` is for a person at a terminal.

    KeyError when ``level`` is not one of LEVELS.
    """
    threshold = LEVELS[level]
    output: BinaryIO = sys.stderr.buffer if stream is None else stream
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.format_exc_info,
        redact,
    ]
    if format == "json":
        structlog.configure(
            processors=[*shared, structlog.processors.JSONRenderer(serializer=_encode)],
            wrapper_class=structlog.make_filtering_bound_logger(threshold),
            logger_factory=structlog.BytesLoggerFactory(output),
            cache_logger_on_first_use=True,
        )
    else:
        structlog.configure(
            processors=[*shared, visible, structlog.dev.ConsoleRenderer(colors=output.isatty())],
            wrapper_class=structlog.make_filtering_bound_logger(threshold),
            logger_factory=structlog.PrintLoggerFactory(
                io.TextIOWrapper(output, encoding="utf-8", line_buffering=True)
            ),
            cache_logger_on_first_use=True,
        )
    # Notes of libraries below a warning are not ours to keep.
    logging.basicConfig(level=max(threshold, logging.WARNING), handlers=[_Forward()], force=True)


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Strike out secrets in one log entry, however deep they lie."""
    return {name: _clean(name, value) for name, value in event.items()}


@functools.lru_cache(4096)
def _secret(name: Any) -> bool:
    return isinstance(name, str) and _SECRET_NAMES.search(name) is not None


def _clean(name: Any, value: Any) -> Any:
    if value is None:
        return None
    if _secret(name):
        return STRUCK_OUT
    if isinstance(value, str):
        if any(hint in value for hint in _HINTS):
            for pattern, replacement in _SECRET_TEXTS:
                value = pattern.sub(replacement, value)
        # Clients put addresses and keys where they do not belong: into paths, ids and names that we then log.
        if len(value) >= _RANDOM_FROM:
            value = _RANDOM.sub(STRUCK_OUT, value)
        return _LINK.sub(rf"\1{STRUCK_OUT}", value) if "/" in value else value
    if is_object(value):
        return {n: _clean(n, v) for n, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_clean("", v) for v in cast("Iterable[Any]", value)]
    return value


def visible(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Escape in one log entry for a terminal what a stranger's text could do to it. Of a traceback the ends of lines
    stay, and each line is indented: none can pass for an entry."""
    return {name: _visible(name, value) for name, value in event.items()}


def _visible(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        # Shown by its repr, which escapes by itself.
        return value
    if name in _OF_MANY_LINES:
        return "\n".join(f"  {in_one_line(line)}" for line in value.split("\n"))
    shown = in_one_line(value)
    return shown if name == "event" or shown == value else _Quoted(value)


class _Quoted:
    """A text that is shown by its repr, whatever it holds: escaped here, its backslashes could be escaped once more."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return repr(self._text)


def _encode(event: EventDict, **_: Any) -> bytes:
    line = msgspec.json.encode(event, enc_hook=str)
    # Nearly no line has one of these; people look at this log too.
    if REFUSED_IN_UTF_8.search(line):
        return json_in_ascii_controls(line.decode()).encode()
    return line


class _Forward(logging.Handler):
    """The libraries log with the standard module; their records join ours."""

    def emit(self, record: logging.LogRecord) -> None:
        log = structlog.get_logger()
        facts: dict[str, Any] = {"logger": record.name}
        if record.exc_info:
            facts["exc_info"] = record.exc_info
        try:
            text = record.getMessage()
        except (TypeError, ValueError):
            text = str(record.msg)
        log.log(record.levelno, text, **facts)
