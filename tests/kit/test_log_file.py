"""The log file: turned by size while it is written, bounded in all, private, and no line lost or torn at a turn."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from gerai.kit.log_file import TurningFile


def lines(folder: Path) -> list[str]:
    """All lines that are kept, the oldest first."""
    files = sorted(folder.glob("gerai.log*"), key=lambda file: file.name, reverse=True)
    return [line for file in files for line in file.read_text().splitlines()]


def test_it_is_turned_while_it_is_written(tmp_path: Path) -> None:
    """Ten thousand bytes in files of a thousand: never more in one, the newest in the file itself, three older ones."""
    with TurningFile(tmp_path / "gerai.log", max_bytes=1_000, kept=3) as file:
        for number in range(200):
            file.write(f"{number:049}\n".encode())
            assert (tmp_path / "gerai.log").stat().st_size <= 1_000
    assert sorted(os.listdir(tmp_path)) == ["gerai.log", "gerai.log.1", "gerai.log.2", "gerai.log.3"]
    assert [int(line) for line in lines(tmp_path)] == list(range(120, 200))
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}


def test_an_overlong_file_of_an_earlier_run_is_put_aside(tmp_path: Path) -> None:
    """What was there counts, and is kept."""
    (tmp_path / "gerai.log").write_bytes(b"x" * 2_000)
    with TurningFile(tmp_path / "gerai.log", max_bytes=1_000) as file:
        file.write(b"new\n")
    assert (tmp_path / "gerai.log").read_bytes() == b"new\n"
    assert (tmp_path / "gerai.log.1").stat().st_size == 2_000


def test_a_line_larger_than_a_file_is_written_whole(tmp_path: Path) -> None:
    """And makes no empty file."""
    with TurningFile(tmp_path / "gerai.log", max_bytes=100) as file:
        file.write(b"y" * 500)
        file.write(b"short\n")
    assert (tmp_path / "gerai.log").read_bytes() == b"short\n"
    assert (tmp_path / "gerai.log.1").read_bytes() == b"y" * 500
    assert not (tmp_path / "gerai.log.2").exists()


def test_many_threads_lose_nothing(tmp_path: Path) -> None:
    """Eight threads, many turns: every line is there once, and whole."""
    with TurningFile(tmp_path / "gerai.log", max_bytes=4_000, kept=100) as file:

        def write(thread: int) -> None:
            for number in range(300):
                file.write(json.dumps({"thread": thread, "number": number, "pad": "z" * 40}).encode() + b"\n")

        threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    found = [(entry["thread"], entry["number"]) for entry in map(json.loads, lines(tmp_path))]
    assert sorted(found) == [(thread, number) for thread in range(8) for number in range(300)]


def test_a_link_in_its_place_is_refused(tmp_path: Path) -> None:
    """Whoever can put a link there does not choose what we append to."""
    (tmp_path / "other").write_bytes(b"precious")
    (tmp_path / "gerai.log").symlink_to(tmp_path / "other")
    with pytest.raises(OSError, match="symbolic link"):
        TurningFile(tmp_path / "gerai.log")
    assert (tmp_path / "other").read_bytes() == b"precious"


def test_a_turn_that_fails_loses_no_line(tmp_path: Path) -> None:
    """The old file cannot be put aside (a folder stands there): the lines go on into it."""
    (tmp_path / "gerai.log.1").mkdir()
    (tmp_path / "gerai.log.1" / "full").touch()
    with TurningFile(tmp_path / "gerai.log", max_bytes=100, kept=1) as file:
        for number in range(20):
            file.write(f"{number:019}\n".encode())
    assert [int(line) for line in (tmp_path / "gerai.log").read_text().splitlines()] == list(range(20))


def test_a_turn_without_descriptors_is_made_later(tmp_path: Path) -> None:
    """None is left for the new file: the lines go on into the old one, under its own name; once there is one, it is
    turned as ever, and no file grows for good."""
    without = (
        "import os, resource, sys; from pathlib import Path; from gerai.kit.log_file import TurningFile\n"
        "file = TurningFile(Path(sys.argv[1]), max_bytes=100, kept=2)\n"
        "soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)\n"
        "free = os.open('/dev/null', os.O_RDONLY); os.close(free)\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))\n"
        "for number in range(8): file.write(f'{number:024}\\n'.encode())\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))\n"
        "for number in range(8, 40): file.write(f'{number:024}\\n'.encode())\n"
    )
    subprocess.run([sys.executable, "-c", without, str(tmp_path / "gerai.log")], check=True, timeout=60)
    assert [int(line) for line in lines(tmp_path)] == list(range(28, 40))
    assert max(file.stat().st_size for file in tmp_path.iterdir()) == 100


def test_a_full_disk_fails_no_caller(tmp_path: Path) -> None:
    """A line that cannot be written, or not to its end, is lost as a whole; whoever wrote it goes on, and later lines
    are written again."""
    limited = (
        "import resource, signal, sys; from pathlib import Path; from gerai.kit.log_file import TurningFile\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (75, 100))\n"
        "file = TurningFile(Path(sys.argv[1]))\n"
        "assert [file.write(b'q' * 50) for _ in range(3)] == [50] * 3\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)); file.write(b'later')"
    )
    subprocess.run([sys.executable, "-c", limited, str(tmp_path / "gerai.log")], check=True, timeout=60)
    assert (tmp_path / "gerai.log").read_bytes() == b"q" * 50 + b"later"


@pytest.mark.parametrize("format", ["json", "text"])
def test_the_log_goes_through_it(tmp_path: Path, format: str) -> None:
    """In both formats a run writes many files' worth, and none grows beyond its size."""
    run = (
        "import sys; from pathlib import Path; import structlog; from gerai.kit import log\n"
        "from gerai.kit.log_file import TurningFile\n"
        "log.configure('info', sys.argv[2], TurningFile(Path(sys.argv[1]), 5_000))\n"
        "for number in range(300): structlog.get_logger('x').info('happened', number=number)"
    )
    subprocess.run([sys.executable, "-c", run, str(tmp_path / "gerai.log"), format], check=True, timeout=60)
    sizes = {file.name: file.stat().st_size for file in tmp_path.iterdir()}
    assert set(sizes) == {"gerai.log", "gerai.log.1", "gerai.log.2", "gerai.log.3"}
    assert max(sizes.values()) <= 5_000
    assert "299" in (tmp_path / "gerai.log").read_text().splitlines()[-1]
