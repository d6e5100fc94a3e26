"""Running a script with pgbench."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from psycopg.conninfo import conninfo_to_dict

from gerai.bench.case import PGBENCH_THREADS, BenchError

_BRIEFLY: Final = 10
_TPS = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)
_FAILED = re.compile(r"^number of failed transactions: (\d+)", re.MULTILINE)


def run(programs: Path, dsn: str, text: str, clients: int, seconds: float, base: int) -> float:
    """How often a second the script ran, over so many whole seconds, or a few times each client when it is less than
    one. BenchError when pgbench or one of its transactions fails."""
    lasting = ["-T", str(round(seconds))] if seconds >= 1 else ["-t", str(_BRIEFLY)]
    given = {name: str(value) for name, value in conninfo_to_dict(dsn).items()}
    # In the environment: arguments, the password among them, could be read by every user.
    names = {"host": "PGHOST", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    environment = os.environ | {variable: given[name] for name, variable in names.items()}
    with tempfile.NamedTemporaryFile("w", suffix=".sql", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        command = [str(programs / "pgbench"), "-n", "-M", "prepared", "-c", str(clients)]
        command += ["-j", str(PGBENCH_THREADS), *lasting, "-D", f"base={base}", "-D", "n=0", "-f", file.name]
        answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    rate, failed = _TPS.search(answer.stdout), _FAILED.search(answer.stdout)
    if answer.returncode or rate is None or (failed is not None and failed[1] != "0"):
        raise BenchError(f"pgbench failed:\n{(answer.stderr or answer.stdout).strip()[-2000:]}")
    return float(rate[1])
