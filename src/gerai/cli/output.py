"""Standard output that cannot be written: one sentence and exit code 1, whatever the command was doing."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Final

_STDOUT: Final = 1


class _Output(io.FileIO):
    """Remembers its own failure: no other error of the system, of a data folder for instance, is taken for it."""

    fault: OSError | None = None

    def write(self, data: Any, /) -> int | None:
        """As of a file."""
        try:
            return super().write(data)
        except OSError as error:
            self.fault = error
            raise


@contextmanager
def output_or_a_sentence() -> Generator[None]:
    """Run a command in the block, up to SystemExit. What it prints is on its way at the end, or the process leaves with
    1 and the reason; without one when whoever reads it has gone, which is no fault (``gerai orders list | head``)."""
    output = _Output(_STDOUT, "wb", closefd=False)
    before = sys.stdout
    sys.stdout = io.TextIOWrapper(
        io.BufferedWriter(output), before.encoding, before.errors, line_buffering=before.isatty()
    )
    try:
        try:
            yield
        finally:
            # Here: at the interpreter's own end there is nobody left to say it.
            sys.stdout.flush()
    except OSError as error:
        if error is not output.fault:
            raise
    finally:
        if output.fault is not None:
            # What is still held would fail once more at the end.
            with contextlib.suppress(OSError), open(os.devnull, "wb") as nowhere:
                os.dup2(nowhere.fileno(), _STDOUT)
        sys.stdout = before
    if output.fault is not None:
        if output.fault.errno != errno.EPIPE:
            print(f"gerai: the output could not be written: {output.fault.strerror}", file=sys.stderr)
        sys.exit(1)
