"""The pictures of the documentation show the pages as they are."""

from __future__ import annotations

import re

from draw_images import IMAGES, SOURCES, pictures, sources

README = IMAGES.parents[1] / "README.md"


def test_the_pictures_are_of_todays_pages() -> None:
    """When a page, its style or its script changes, the pictures are drawn anew by the command at the head of
    draw_images.py."""
    assert SOURCES.read_text(encoding="utf-8") == sources()


def test_every_picture_is_drawn_and_shown() -> None:
    """No picture lies about unused, and none of a page is shown that nothing draws; each has the width it claims."""
    drawn = pictures()
    assert {path.name for path in IMAGES.glob("*.png")} == set(drawn)
    assert set(re.findall(r"docs/images/([\w-]+\.png)", README.read_text(encoding="utf-8"))) == set(drawn)
    for name, picture in drawn.items():
        header = (IMAGES / name).read_bytes()[:24]
        assert int.from_bytes(header[16:20]) == picture.width
        assert int.from_bytes(header[20:24]) == picture.height
