"""Feeds what reads a message with input that atheris makes up, guided by which code it reaches.

    python -m tests.fuzz [FOLDER] [-runs=N] [-max_total_time=SECONDS]

FOLDER keeps what was found to reach new code, for the next time. An input that breaks something is
printed and kept as crash-... in the folder in which it runs.
"""

from __future__ import annotations

import sys

import atheris

from bot import quiet  # noqa: F401  # before anything of Rasa
from tests.contract.hostile import read_hostile

with atheris.instrument_imports(include=["bot.channels", "bot.nlu", "bot.privacy"]):
    from tests.fuzz.reading import make_reader

LONGEST_INPUT = 4_000  # bytes
LONGEST_SEED = 300  # characters


def main() -> None:
    read = make_reader()
    known = [hostile.disclosing or hostile.text for hostile in read_hostile()]

    def read_bytes(given: bytes) -> None:
        data = atheris.FuzzedDataProvider(given)
        start = data.PickValueInList(["", *known])[:LONGEST_SEED]
        said = data.ConsumeUnicode(LONGEST_INPUT)
        read((said + start) * data.ConsumeIntInRange(1, 4))

    atheris.Setup([*sys.argv, f"-max_len={LONGEST_INPUT}", "-timeout=30", "-len_control=0"], read_bytes)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
