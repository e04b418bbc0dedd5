"""The pictures that README shows are in the tree, and small; drawing them again is `screenshots.main`."""

from __future__ import annotations

import pytest

from tests.browser.chat_pictures import WINDOWS
from tests.browser.reading_pages import EXAMPLES
from tests.browser.screenshots import FOLDER, LIMIT, PICTURES

pytestmark = [pytest.mark.browser]

NAMES = [
    *(f"{name}-{window}" for name in [*PICTURES, "replay"] for window in ("desktop", "phone")),
    "message-dark",
    *(f"reading-{system}-{window}" for system in EXAMPLES for window in ("phone", "desktop")),
    "reading-bazi-dark",
    *WINDOWS,
]


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_there_and_small(name: str) -> None:
    assert 0 < (FOLDER / f"{name}.png").stat().st_size < LIMIT
