"""What a follower and the account say to each other, on top of the parser: rules of staff, memory, long answers."""

from __future__ import annotations
