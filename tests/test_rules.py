"""What a button leads to is what the same question typed leads to."""

from __future__ import annotations

import yaml

from actions import choose, signpost
from bot.knowledge import Knowledge
from bot.knowledge.load import ROOT

OWN = {
    "advocate_get": "action_advocate",
    "contact_social_services": "action_council",
    "repeat_or_explain": "action_repeat",
    "delete_my_data": "action_forget",
}


def by_action() -> dict[str, set[str]]:
    rules = yaml.safe_load((ROOT / "data" / "rules" / "answers.yml").read_text())["rules"]
    heard: dict[str, set[str]] = {}
    for rule in rules:
        first, second = rule["steps"]
        intents = [step["intent"] for step in first.get("or", [first])]
        heard.setdefault(second["action"], set()).update(intents)
    return heard


def test_every_topic_is_heard_by_exactly_one_action(knowledge: Knowledge) -> None:
    heard = [intent for intents in by_action().values() for intent in intents]
    assert len(heard) == len(set(heard))
    assert set(knowledge.answers) <= set(heard)


def test_the_signposts_are_those_of_the_rules() -> None:
    assert by_action()["action_signpost"] == signpost.TOPICS


def test_a_choice_from_a_list_takes_the_same_action_as_the_question_typed() -> None:
    assert set(OWN) == set(choose._OWN_ACTION)
    heard = by_action()
    assert [topic for topic, action in OWN.items() if topic not in heard[action]] == []
