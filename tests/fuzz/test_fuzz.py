"""No text, however strange, breaks what reads a message before the model does."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.channels.clean import clean
from bot.channels.long_messages import in_short
from bot.knowledge.load import ROOT
from tests.contract.hostile import read_hostile
from tests.fuzz.reading import make_reader

pytestmark = pytest.mark.encoder
TRICKY = "a é.,-_*@/\\'\"0\u0301\u0302\u200d\u200b™①가\u1160´ﾟ\u3164\ud800ﷺ…😭\ufe0f\u20e3\x00\x1c\n[]ǅßİ"
PIECES = st.text(
    st.sampled_from(TRICKY) | st.characters() | st.characters(categories=["Cs", "Mn", "Cf"]), max_size=12
)
WORDS = st.sampled_from(
    ["my name is ", "tyler ", "07700 900", "@", "ring ", "k.i.l.l ", "www.", "ex4 3", "[name]", "'s"]
)


@pytest.fixture(scope="module")
def read() -> Callable[[str], None]:
    return make_reader()


@pytest.mark.parametrize("hostile", read_hostile(), ids=lambda hostile: hostile.id)
def test_what_is_known_to_be_hostile_is_read(read: Callable[[str], None], hostile: object) -> None:
    read(hostile.text)  # type: ignore[attr-defined]
    read(hostile.disclosing or "")  # type: ignore[attr-defined]


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES | WORDS, max_size=8).map("".join))
def test_any_text_is_read(read: Callable[[str], None], text: str) -> None:
    read(text)


@settings(max_examples=25, deadline=None)
@given(st.lists(PIECES | WORDS, min_size=1, max_size=2).map("".join))
def test_the_same_again_and_again_is_read_up_to_the_longest_text(
    read: Callable[[str], None], piece: str
) -> None:
    read(piece * (100_000 // max(1, len(piece))))


@settings(max_examples=300, deadline=None)
@given(PIECES)
@example("™\u200d")
@example("ᄀ\u0301ᅡ")
@example("a\u200b\u0301")
def test_what_is_clean_stays_as_it_is(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(st.text("ab kill\n.", max_size=600), st.integers(60, 400))
def test_a_long_text_keeps_its_start_and_its_end_and_is_short_enough(text: str, longest: int) -> None:
    short = in_short(text, longest)
    assert len(short) <= longest
    assert text.startswith(short[:10].rstrip())
    assert text.endswith(short[-10:].lstrip())


def test_atheris_finds_nothing_in_a_short_run(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "tests.fuzz",
        str(tmp_path),
        f"-artifact_prefix={tmp_path}/",
        "-runs=1000",
        "-max_total_time=12",
    ]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert ran.returncode == 0, ran.stderr[-3000:]
    assert "Done" in ran.stderr
