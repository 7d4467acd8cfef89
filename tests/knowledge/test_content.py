"""The content says what the Guide and today's rules say, in words a worried child can read."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
import yaml

from bot.check import report
from bot.knowledge import Knowledge
from bot.knowledge.load import ROOT, newest_content, read_again, shared
from bot.nlu.safety_examples import CATEGORIES, LEVELS, SPEAKERS

FACTS = {
    "assessment_how_long": ["45 working days", "nine weeks"],
    "child_protection_conference": ["15 working days", "three weeks"],
    "concern_reported": ["one working day"],
    "who_counts_as_child": ["18"],
    "taken_from_home": ["police", "court"],
    "all_services_must": ["section 11", "Children Act 2004"],
    "appropriate_adult": ["police", "appropriate adult"],
    "have_to_talk_to_social_worker": ["do not have to"],
    "safeguarding_board": ["council", "police"],
    "bot_challenge": ["computer program", "not a person"],
}
CHEERFUL = re.compile(
    r"!|\bwell done\b|\bgreat (?:question|job)\b|\bso brave\b|\bawesome\b|\bamazing\b", re.I
)
PROMISES = re.compile(
    r"\bI promise\b|\b(?:nobody|no one) will ever\b|\bcompletely (?:secret|private)\b", re.I
)
PRYING = re.compile(
    r"(?<!need to )(?<!have to )\b(?:what is|tell me) your (?:name|address|school)\b"
    r"|(?<!not )(?<!to )\bsend (?:me|us) (?:a )?(?:photo|picture)s?\b",
    re.I,
)
BLAMING = re.compile(r"\bcalm down\b|\bare you sure\b|\bwhy did(?:n't)? you\b", re.I)


def test_every_intent_that_is_a_topic_has_an_answer(knowledge: Knowledge) -> None:
    intents = yaml.safe_load((ROOT / "domain.yml").read_text())["intents"]
    no_topics = {"not_sure", "choose", "safe_now", "not_safe_now", "wrong_alarm"}
    topics = {i for i in intents if not i.startswith("follow_")} - no_topics
    assert topics == set(knowledge.answers)
    assert len(topics) == 82


def test_every_kind_of_follow_up_question_has_words_for_any_topic(knowledge: Knowledge) -> None:
    intents = yaml.safe_load((ROOT / "domain.yml").read_text())["intents"]
    assert {i.removeprefix("follow_") for i in intents if i.startswith("follow_")} == set(
        knowledge.menu.follow_ups
    )


@pytest.mark.parametrize("topic", FACTS)
def test_the_answer_carries_the_fact(topic: str, knowledge: Knowledge) -> None:
    answer = knowledge.answers[topic]
    said = f"{answer.answer} {answer.more or ''}".casefold()
    assert [fact for fact in FACTS[topic] if fact.casefold() not in said] == []


@pytest.mark.parametrize(
    "wrong", [CHEERFUL, PROMISES, PRYING, BLAMING], ids=["cheers", "promises", "pries", "blames"]
)
def test_no_text_cheers_or_promises_or_pries_or_blames(wrong: re.Pattern[str], knowledge: Knowledge) -> None:
    texts = {
        f"{answer.id}.{field}": text
        for answer in knowledge.answers.values()
        for field, text in answer.texts().items()
    }
    texts |= {f"safety.{field}": text for field, text in knowledge.safety.texts().items()}
    assert [name for name, text in texts.items() if wrong.search(text)] == []


def test_every_answer_about_the_guide_has_a_simpler_form_without_the_law(knowledge: Knowledge) -> None:
    sourced = [answer for answer in knowledge.answers.values() if answer.section]
    assert [answer.id for answer in sourced if not answer.simpler] == []
    legal = re.compile(r"section \d|statutory|\bAct\b")
    assert [answer.id for answer in sourced if legal.search(answer.simpler or "")] == []


def test_nothing_is_shown_as_approved_before_a_professional_has_approved_it(knowledge: Knowledge) -> None:
    assert [answer.id for answer in knowledge.answers.values() if answer.approved_by] == []
    assert "82 topics answered, 0 approved by a safeguarding professional" in list(report(knowledge))


def test_what_the_bot_says_about_forgetting_is_what_it_does(knowledge: Knowledge) -> None:
    from bot.privacy.conversations import KEPT_FOR

    assert KEPT_FOR == 3600
    assert "one hour after your last message" in knowledge.answers["privacy"].answer


def test_numbers_known_to_be_dead_are_nowhere_in_what_is_shown(knowledge: Knowledge) -> None:
    dead = ["0844 353 3350", "08088 020 008", "0845 6000 388", "07786 209697", "07860 039967", "88858"]
    shown = str([s.card() for s in knowledge.services.values()]) + str(
        [s.card() for p in knowledge.places.values() for s in p.services.values()]
    )
    assert [number for number in dead if number.replace(" ", "") in shown.replace(" ", "")] == []


def test_there_are_words_for_every_level_category_and_speaker(knowledge: Knowledge) -> None:
    safety = knowledge.safety
    assert set(safety.levels) == set(LEVELS) - {"none"}
    assert set(safety.categories) == set(CATEGORIES)
    assert set(safety.speakers) == set(SPEAKERS) - {"young person"}


def test_nobody_under_19_is_sent_to_an_adult_line_only(knowledge: Knowledge) -> None:
    for speaker in knowledge.safety.speakers.values():
        assert "childline" in speaker.services
        assert "{childline.phone}" in speaker.says


def test_the_gravest_words_give_999_first(knowledge: Knowledge) -> None:
    for words in (knowledge.safety.levels["emergency"], *(c.card for c in knowledge.help_cards.values())):
        assert words.index("{emergency_999.phone}") < words.index("{childline.phone}")


def test_help_cards_are_there_for_the_languages_most_spoken_at_home(knowledge: Knowledge) -> None:
    most_spoken = {
        "polish",
        "romanian",
        "urdu",
        "punjabi",
        "bengali",
        "arabic",
        "somali",
        "portuguese",
        "turkish",
        "welsh",
    }
    assert most_spoken <= set(knowledge.help_cards)
    assert {name for name, card in knowledge.help_cards.items() if card.approved_by} == set()


def test_a_change_of_any_content_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "data" / "guide").mkdir(parents=True)
    answers = tmp_path / "data" / "guide" / "meetings.yml"
    answers.write_text("a: 1")
    os.utime(answers, (1, 1))
    os.utime(answers.parent, (1, 1))
    before = newest_content(tmp_path)
    answers.write_text("a: 2")
    assert newest_content(tmp_path) > before


def test_content_is_read_again_when_asked() -> None:
    before = shared()
    read_again()
    assert shared() is not before
    assert shared() == before
