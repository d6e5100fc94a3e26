"""What decision 0036 is measured with."""

from __future__ import annotations

import re
import subprocess
import sys


def test_an_edit_is_measured_in_both_processes() -> None:
    """The command fills a shop of its own, edits a variant, and prints what that took where it was done and where it
    was followed."""
    command = [sys.executable, "-m", "gerai.bench.reload", "--variants", "50", "--edits", "1"]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    took = r" +[0-9.]+ ms, processor +[0-9.]+ ms, loop still for +[0-9.]+ ms, at most +[0-9.]+ ms"
    *_, size, act, other = ran.stdout.splitlines()
    assert size == "50 variants"
    assert re.fullmatch("the act: " + took, act)
    assert re.fullmatch("another process:" + took, other)
