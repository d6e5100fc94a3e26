"""Standard output that cannot be written, also because it was closed: one sentence and exit code 1, whatever the
command was doing."""

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
#: Of descriptors 0, 1 and 2. What was closed is open for reading: whatever is written to it fails, as everywhere.
_STREAMS: Final = (("stdin", "r", os.O_RDONLY), ("stdout", "w", os.O_RDONLY), ("stderr", "w", os.O_WRONLY))


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


def open_what_was_closed() -> None:
    """Put something in the place of each standard stream this process was started without (``>&-``): the next file or
    socket would get its number, and what we print. Input is empty then, output cannot be written, and complaints are
    heard by nobody."""
    for descriptor, (name, mode, flags) in enumerate(_STREAMS):
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, flags)
            if nowhere != descriptor:
                os.dup2(nowhere, descriptor)
                os.close(nowhere)
            # Programs that we start need them as much as we do.
            os.set_inheritable(descriptor, True)
            setattr(sys, name, open(descriptor, mode, encoding="utf-8", closefd=False))  # noqa: SIM115


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
