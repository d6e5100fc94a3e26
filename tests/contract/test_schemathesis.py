"""Every door against its own document: schemathesis sends what it allows, and what it forbids, to a real server.

What comes back must be documented (status, content type, body) and never our own failure. Left out, with reasons in the
doors' READMEs: ``positive_data_acceptance`` (contract rules no schema can say: a known customer, stock, the right
shipping cost), ``ignored_auth`` and ``missing_required_header`` where a contract's spare ways in are accepted.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from gerai.app import DIALECTS
from gerai.doors.http.door import Dialect
from gerai.testing.server import LiveServer, live_server

_CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
_EXAMPLES = "8"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[LiveServer]:
    """A running demo shop."""
    with live_server(tmp_path_factory.mktemp("schemathesis") / "shop") as running:
        running.start()
        yield running


def _headers(dialect: Dialect, demo: dict[str, Any]) -> list[str]:
    """What opens the door, as the dialect's demo client sends it."""
    assert dialect.demo is not None
    headers = dialect.demo.order(demo[dialect.name], 1).headers
    return [word for name, value in headers.items() for word in ("--header", f"{name}: {value}")]


@pytest.mark.slow
@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda d: d.name)
def test_the_document_holds(dialect: Dialect, server: LiveServer, tmp_path: Path) -> None:
    """No undocumented answer and no failure of ours, whatever is sent."""
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "run", str(dialect.openapi), "--url", server.base_url,
        *_headers(dialect, server.demo), "--checks", _CHECKS,
        "--phases", "examples,coverage,fuzzing", "--max-examples", _EXAMPLES, "--generation-deterministic",
        "--no-shrink",
        "--suppress-health-check", "all", "--max-time", "12", "--request-timeout", "30", "--no-color",
    ]  # fmt: skip

    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=120, check=False)

    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "Test cases" in done.stdout
