"""Hold the conversation and write docs/transcript.md: `.venv/bin/python -m tests.transcript`."""

from __future__ import annotations

import sys

from tests.transcript.page import PAGE, converse, written


def main() -> int:
    conversation = converse()
    PAGE.write_text(written(conversation), encoding="utf-8")
    wrong = [(number, said) for number, said in enumerate(conversation, 1) if said.problems]
    for number, said in wrong:
        print(f"{number}. {said.turn.who}: {said.what}: {'; '.join(said.problems)}\n{said.reply}\n")
    print(f"{len(conversation)} messages, {len(wrong)} with problems; written to {PAGE}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
