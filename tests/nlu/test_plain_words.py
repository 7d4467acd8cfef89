"""However it is spelt, the screen reads the same plain words."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.load import ROOT
from bot.nlu.encoder import export, shared_encoder
from bot.nlu.plain_words import PlainWords, latin

pytestmark = pytest.mark.encoder


@pytest.fixture(scope="module")
def words() -> PlainWords:
    export()
    return PlainWords(shared_encoder().vocabulary())


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("i wаnt tо kіll mуsеlf", "i want to kill myself"),  # Cyrillic look-alikes
        ("k i l l  m y s e l f", "kill myself"),
        ("i w-a-n-t t.o d.i.e", "i want to die"),
        ("im soooo scaaaared", "i am soo scared"),
        ("wnt 2 kil myslef", "want 2 kill myself"),
        ("he t.o.u.c.h.e.d me", "he touched me"),
        ("su1c1de", "suicide"),
        ("he r*ped me", "he raped me"),
        ("some1 is bleding 🩸", "someone is bleeding blood"),
        ("I’M FINE", "i am fine"),
    ],
)
def test_a_hidden_word_is_read(words: PlainWords, typed: str, plain: str) -> None:
    assert words.plain(typed) == plain


@pytest.mark.parametrize(
    "ordinary",
    ["oil myself", "my uncle ed is ill", "mr bean is on tv", "she was born in the 90s", "the dog ran away"],
)
def test_a_well_spelt_word_is_never_made_into_a_word_of_danger(words: PlainWords, ordinary: str) -> None:
    assert words.plain(ordinary) == ordinary


@pytest.mark.parametrize("foreign", ["мой папа меня бьет", "أبي يضربني", "мама, допоможіть"])
def test_another_script_is_left_alone(foreign: str) -> None:
    assert latin(foreign) == foreign


@given(st.text(max_size=300))
def test_nothing_that_can_be_typed_breaks_it(words: PlainWords, text: str) -> None:
    assert isinstance(words.plain(text), str)


def test_every_word_of_the_lists_is_a_word(words: PlainWords) -> None:
    """YAML takes a bare yes or no for something else."""
    lists = yaml.safe_load((ROOT / "data" / "safety" / "spelling.yml").read_text())
    for short, meant in lists["short_for"].items():
        assert isinstance(short, str), short
        assert isinstance(meant, str), short
    assert words.plain("nope") == "no"
