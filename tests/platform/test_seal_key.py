"""The key file of a data folder, whatever stands in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gerai.cli.seal_key import kept_key
from gerai.kit.secret_box import SecretBox, SecretBoxError, new_key


def test_a_key_file_that_is_spoilt(tmp_path: Path) -> None:
    """The key without the blanks around it; nothing where there is no file; and what a disk made of it is no key, which
    is found when something is to be opened, and not with an error about characters."""
    file, key = tmp_path / "seal.key", new_key()
    assert kept_key(tmp_path) == ""
    file.write_text(f"{key}\n")
    assert kept_key(tmp_path) == key
    file.write_bytes(b"\xff\xfe\x00" + key.encode())
    with pytest.raises(SecretBoxError, match="a sealing key must be 32 bytes"):
        SecretBox(kept_key(tmp_path))
