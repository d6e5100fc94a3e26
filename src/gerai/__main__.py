"""The command ``gerai``."""

from __future__ import annotations

from gerai.cli import main

if __name__ == "__main__":
    main()
