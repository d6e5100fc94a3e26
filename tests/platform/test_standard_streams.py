"""Commands that were started without standard streams, as by ``>&-`` or a careless supervisor."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from serve_kit import environment

from gerai.backup.restore import check_file


def started_without(streams: str, *words: str, dsn: str = "") -> tuple[int, str, str]:
    """Exit code, output and complaints of a command whose ``streams``, in a shell's words, are closed."""
    command = ["sh", "-c", f'exec "$@" {streams}', "sh", sys.executable, "-P", "-m", "gerai", *words]
    done = subprocess.run(
        command, env=environment(dsn), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=90
    )
    kept = [line for line in done.stderr.splitlines(keepends=True) if not line.endswith(" …\n")]
    # Other tests leave merchants in this database whose settings were edited to nonsense, and the log says so.
    return done.returncode, done.stdout, "".join(line for line in kept if "merchant.setting_unreadable" not in line)


@pytest.mark.parametrize("words", [("--version",), ("settings",), ("merchants", "list")])
def test_closed_output_is_output_that_cannot_be_written(words: tuple[str, ...], dsn: str) -> None:
    """One sentence and 1, as on a full disk; no traceback."""
    code, out, err = started_without(">&-", *words, dsn=dsn)
    assert (code, out, err) == (1, "", "gerai: the output could not be written: Bad file descriptor\n")


def test_a_backup_never_goes_elsewhere(dsn: str, tmp_path: Path) -> None:
    """With output closed its number is nobody else's: not the database's link, and not a file's."""
    code, out, err = started_without(">&-", "backup", "--to", "-", dsn=dsn)
    assert (code, out) == (1, "")
    assert err.splitlines()[-1] == "gerai: the output could not be written: Bad file descriptor"
    code, out, err = started_without("0<&- >&-", "backup", "--to", str(tmp_path), dsn=dsn)
    assert (code, out) == (1, "")
    [file] = tmp_path.iterdir()
    # The file is whole; only its name could not be printed.
    assert check_file(file, "").tables


def test_closed_input_is_empty_and_complaints_may_be_unheard(dsn: str) -> None:
    """Whoever reads finds the end; whoever complains, nobody; the exit codes stay."""
    code, out, err = started_without("<&-", "restore", "-", dsn=dsn)
    assert (code, out, err) == (1, "", "gerai: this is not a backup of Gerai\n")
    assert started_without("2>&-", "--version")[0] == 0
    assert started_without("2>&-", "keys", "list", "--merchant", "nobody-here", dsn=dsn) == (1, "", "")
    assert started_without("<&- >&- 2>&-", "settings") == (1, "", "")
