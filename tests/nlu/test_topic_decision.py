"""To answer, to ask or to refuse."""

from __future__ import annotations

import pytest

from bot.nlu.topic_decision import Decision, Thresholds, decide, without_conversation

pytestmark = pytest.mark.rasa
LEAST = Thresholds(answer=0.3, certain=0.8, refuse=0.7)


def test_a_clear_question_is_answered_without_more_ado() -> None:
    assert decide([("nspcc", 0.95), ("childline", 0.03)], LEAST) == Decision("nspcc", 0.95)


def test_a_likely_question_is_answered_and_the_next_likeliest_offered() -> None:
    ranking = [
        ("nspcc", 0.5),
        ("out_of_scope", 0.2),
        ("childline", 0.15),
        ("follow_cost", 0.1),
        ("get_help", 0.05),
    ]
    assert decide(ranking, LEAST) == Decision("nspcc", 0.5, ("childline", "get_help"))


def test_an_unclear_question_is_asked_about() -> None:
    ranking = [("nspcc", 0.2), ("childline", 0.15), ("get_help", 0.1), ("thanks", 0.05)]
    assert decide(ranking, LEAST) == Decision("not_sure", 0.2, ("nspcc", "childline", "get_help"))


def test_what_is_clearly_outside_is_refused_and_what_may_be_is_asked_about() -> None:
    assert decide([("out_of_scope", 0.9), ("nspcc", 0.1)], LEAST).topic == "out_of_scope"
    assert decide([("out_of_scope", 0.5), ("nspcc", 0.4)], LEAST) == Decision("not_sure", 0.5, ("nspcc",))


def test_a_first_message_cannot_be_a_follow_up() -> None:
    ranking = [("follow_who_finds_out", 0.6), ("confidentiality", 0.3), ("privacy", 0.1)]
    assert without_conversation(ranking) == [
        ("confidentiality", pytest.approx(0.75)),
        ("privacy", pytest.approx(0.25)),
    ]
