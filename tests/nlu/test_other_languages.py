"""Other languages are told apart by their letters and turned into rough English by their word lists."""

from __future__ import annotations

import pytest

from bot.knowledge import Knowledge
from bot.nlu.encoder import export, shared_encoder
from bot.nlu.other_languages import Glossary, fold


@pytest.fixture
def small() -> Glossary:
    words = {"tata": "dad", "bij*": "hits", "boje sie": "i am scared", "nie": "not", "мам*": "mum"}
    return Glossary(words, {"school": 1, "an": 2})


@pytest.mark.parametrize(
    ("said", "english"),
    [
        ("Tata bije!", "dad hits"),
        ("boję się tata", "i am scared dad"),
        ("nie bije", "not hits"),
        ("school, nie", "school not"),
        ("мама", "mum"),
        ("qwerty an", ""),
        ("", ""),
    ],
)
def test_a_message_becomes_rough_english(small: Glossary, said: str, english: str) -> None:
    assert small.english(said) == english


@pytest.mark.parametrize(("typed", "folded"), [("ŁÓDŹ", "lodz"), ("ਪਾਪਾ", "ਪਾਪਾ"), ("söylüyor", "soyluyor")])
def test_accents_do_not_matter_and_marks_of_other_scripts_do(typed: str, folded: str) -> None:
    assert fold(typed) == folded


@pytest.mark.encoder
def test_every_word_list_covers_most_of_its_own_messages(knowledge: Knowledge) -> None:
    export()
    english = shared_encoder().vocabulary()
    for name, card in knowledge.help_cards.items():
        glossary = Glossary(card.words, english)
        urgent = card.messages["urgent"] + card.messages["emergency"]
        bare = [
            message for message in urgent if len(glossary.english(message).split()) < len(message.split()) / 2
        ]
        assert len(bare) <= 0.1 * len(urgent), name
