"""Commands as somebody at a terminal runs them: processes of their own, on the tests' database."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping


async def gerai(dsn: str, *arguments: str, environ: Mapping[str, str] | None = None) -> tuple[int, str, str]:
    """Exit code, output and complaints of a command on this database; ``environ``: settings of this call."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GERAI_")} | {"DATABASE_URL": dsn}
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-P", "-m", "gerai", *arguments],
        env=kept | dict(environ or {}), capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    # Other tests leave merchants in this database whose settings were edited to nonsense, and the log says so.
    said = [line for line in done.stderr.splitlines(keepends=True) if "merchant.setting_unreadable" not in line]
    return done.returncode, done.stdout, "".join(said)
