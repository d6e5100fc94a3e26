"""The log: one JSON object per line, and no secret in any of them."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Generator
from typing import Any

import pytest
import structlog

from gerai.kit.log import STRUCK_OUT, configure, redact
from gerai.kit.terminal_text import in_one_line


@pytest.fixture
def lines() -> Generator[io.BytesIO]:
    """A log of this test's own; the old configuration comes back afterwards."""
    root = logging.getLogger()
    kept, level = root.handlers[:], root.level
    stream, before = io.BytesIO(), structlog.get_config()
    configure("info", "json", stream)
    yield stream
    structlog.configure(**before)
    root.handlers[:] = kept
    root.setLevel(level)


def entries(stream: io.BytesIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_one_object_per_line(lines: io.BytesIO) -> None:
    """Each entry is a line of JSON with event, level, time and its fields; lower levels are left out."""
    log = structlog.get_logger("test")
    log.debug("too.quiet")
    log.info("order.placed", order="A\nB", amount_sen=1500)
    (entry,) = entries(lines)
    assert entry.pop("at").endswith("Z")
    assert entry == {"event": "order.placed", "level": "info", "order": "A\nB", "amount_sen": 1500}


def test_nothing_of_a_stranger_reaches_a_terminal_as_such(lines: io.BytesIO) -> None:
    """An entry with controls of C0 and C1, DEL, bidi marks and separators is one line without any of them, and decodes
    to what was logged."""
    hostile = "a\x1b[2K\x9b2J\x7f\u202e\u2066\u2028b\r\nc é ü"
    structlog.get_logger("test").info("order.placed", name=hostile, names=[hostile])
    written = lines.getvalue().decode()
    assert written.isascii() is False
    assert [char for char in written if in_one_line(char) != char] == ["\n"]
    assert written.count("\n") == 1
    (entry,) = entries(lines)
    assert (entry["name"], entry["names"]) == (hostile, [hostile])


def test_log_for_people_shows_controls(lines: io.BytesIO) -> None:
    """As ``text`` an entry is one line, in which controls are visible escapes; a traceback keeps its lines, each
    indented, so that no text in it looks like an entry."""
    configure("info", "text", stream := io.BytesIO())
    try:
        raise ValueError("odd\n2026-01-01 [info] order.paid \x1b[2K")
    except ValueError:
        structlog.get_logger("test").exception("broken\nby", name="a\x1b]0;owned\x07\x9b\u202e b", names=["\x1b\u202e"])
    written = stream.getvalue().decode()
    assert [char for char in written if in_one_line(char) != char] == ["\n"] * written.count("\n")
    first, *rest = written.splitlines()
    assert "broken\\nby" in first
    assert "a\\x1b]0;owned\\x07\\x9b\\u202e b" in first
    assert "  ValueError: odd" in rest
    assert "  2026-01-01 [info] order.paid \\x1b[2K" in rest
    assert [line for line in rest if not line.startswith("  ")] == []


def test_exceptions_are_told(lines: io.BytesIO) -> None:
    """An exception's traceback is part of the entry."""
    try:
        raise ValueError("odd")
    except ValueError:
        structlog.get_logger("test").exception("request.broken", request_id="r1")
    (entry,) = entries(lines)
    assert (entry["level"], entry["request_id"]) == ("error", "r1")
    assert "ValueError: odd" in entry["exception"]


def test_libraries_join(lines: io.BytesIO) -> None:
    """What libraries say with the standard module becomes an entry too, from warnings upwards."""
    logging.getLogger("somelib").info("chatter")
    logging.getLogger("somelib").warning("pool %s is full", "p1")
    (entry,) = entries(lines)
    assert (entry["event"], entry["logger"], entry["level"]) == ("pool p1 is full", "somelib", "warning")


@pytest.mark.parametrize(
    "name",
    [
        "authorization",
        "Authorization",
        "password",
        "token",
        "api_key",
        "apikey",
        "webhook_secret",
        "x-api-key",
        "dsn",
        "otp",
    ],
)
def test_secret_fields_are_struck_out(name: str) -> None:
    """A field named like a secret never shows its value, at any depth."""
    event = {"event": "e", name: "s3cret", "inner": [{name: ["s3cret"]}], "count": 3}
    assert redact(None, "info", dict(event)) == {
        "event": "e",
        name: STRUCK_OUT,
        "inner": [{name: STRUCK_OUT}],
        "count": 3,
    }


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Bearer lrrs_v1_abcdefgh", f"Bearer {STRUCK_OUT}"),
        ("sent Basic ZHBfdGVzdDo=", f"sent Basic {STRUCK_OUT}"),
        ("postgresql://gerai:pw@/gerai?host=x", f"postgresql://gerai:{STRUCK_OUT}@/gerai?host=x"),
        ("key lrrp_v1_ABCdef123456 is unknown", f"key lrrp_v1_{STRUCK_OUT} is unknown"),
        ("dp_live_ABCdef123456", f"dp_live_{STRUCK_OUT}"),
        ("sk_ABCdef123456 sfpk_ABCdef123456", f"sk_{STRUCK_OUT} sfpk_{STRUCK_OUT}"),
        ("/v1/o/8-c8s5sdkONxQ2mJt7yPzLw0aB3dE4fG5hI6kM7n", f"/v1/o/{STRUCK_OUT}"),
        ("/api/o/8-c8s5sdkONxQ2mJt7yPzLw0aB3dE4fG5hI6kM7n/success", f"/api/o/{STRUCK_OUT}/success"),
        ("/user/invoice/INV1?t=abcdefghijKLMNOPqrstuvwxyzABCDefghijKLMN", f"/user/invoice/INV1?t={STRUCK_OUT}"),
        ("/i/" + "0a1b2c3d" * 8, f"/i/{STRUCK_OUT}"),
        ("/v1/../payment/AbCdEf", f"/v1/../payment/{STRUCK_OUT}"),
        ("/api/Ab3dE5gH1j.AbCdEfGh1jKlMnOpQrStUvWxYz0123456789AbCd", f"/api/Ab3dE5gH1j.{STRUCK_OUT}"),
        ("/payment/methods", "/payment/methods"),
        ("/v1/payments/pay_AbCdEf12340001", "/v1/payments/pay_AbCdEf12340001"),
        ("01a22513-3785-7abc-8def-0123456789ab", "01a22513-3785-7abc-8def-0123456789ab"),
        ("test_what_is_called_so_is_no_secret_at_all", "test_what_is_called_so_is_no_secret_at_all"),
        ("order INV20260429123456001 paid", "order INV20260429123456001 paid"),
        ("https://gerai.example/docs", "https://gerai.example/docs"),
    ],
)
def test_secrets_inside_texts_are_struck_out(text: str, shown: str) -> None:
    """Credentials inside any text are struck out, and nothing else is."""
    assert redact(None, "info", {"event": text}) == {"event": shown}
