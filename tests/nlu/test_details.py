"""Age, place and nation are heard; nothing else about a person is."""

from __future__ import annotations

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.details import PersonDetails

pytestmark = pytest.mark.rasa


def heard(text: str) -> dict[str, object]:
    (message,) = PersonDetails({}).process([Message({"text": text})])
    return {entity["entity"]: entity["value"] for entity in message.get("entities")}


@pytest.mark.parametrize("text", ["im 14", "I'm 14 and", "i am 14 years old", "hi im only 14", "aged 14"])
def test_an_age_is_heard(text: str) -> None:
    assert heard(text) == {"age": 14}


@pytest.mark.parametrize(
    "text", ["it took 14 weeks", "im 14 weeks pregnant", "page 14", "45 working days", "14"]
)
def test_another_number_is_no_age(text: str) -> None:
    assert heard(text) == {}


@pytest.mark.parametrize("text", ["i live in devon", "im in Exeter", "devon", "we are based in barnstaple"])
def test_a_place_is_heard(text: str) -> None:
    assert heard(text) == {"place": "devon"}


def test_plymouth_is_not_devon() -> None:
    assert heard("i live in plymouth") == {}


def test_a_nation_is_heard() -> None:
    assert heard("i live in northern ireland") == {"nation": "Northern Ireland"}


def test_names_and_numbers_are_not_kept() -> None:
    assert heard("my name is sam jones, 07700 900123, sam@example.org") == {}
