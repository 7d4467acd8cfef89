"""From chances to a level: the gravest wins, and only evidence lowers it."""

from __future__ import annotations

from bot.nlu.safety_decision import Reading, Thresholds, decide
from bot.nlu.safety_examples import CATEGORIES
from bot.nlu.safety_patterns import Pattern

LEAST = Thresholds(whole=0.5, clause=0.8, urgent=0.4, emergency=0.5, pattern=0.05, category=0.5, speaker=0.7)
WANTS_TO_DIE = Pattern("wants_to_die", "urgent", ("suicide",))


def reading(none: float, concern: float, urgent: float, emergency: float, *named: str) -> Reading:
    return Reading("words", (none, concern, urgent, emergency), [float(name in named) for name in CATEGORIES])


CALM = reading(0.98, 0.01, 0.01, 0.0)


def test_nothing_wrong_is_nothing() -> None:
    assert decide(CALM, [CALM], None, LEAST).level == "none"


def test_what_is_likely_wrong_is_answered() -> None:
    assert decide(reading(0.4, 0.5, 0.1, 0.0, "low_mood"), [], None, LEAST).level == "concern"


def test_a_doubt_between_concern_and_urgent_is_urgent() -> None:
    assert decide(reading(0.1, 0.5, 0.4, 0.0, "bullying"), [], None, LEAST).level == "urgent"


def test_one_clause_is_enough() -> None:
    verdict = decide(CALM, [CALM, reading(0.05, 0.0, 0.1, 0.85, "suicide")], None, LEAST)
    assert verdict.level == "emergency"
    assert verdict.categories == ("suicide",)


def test_a_plain_plea_is_heard_whatever_the_classifier_thinks() -> None:
    assert decide(reading(0.9, 0.1, 0.0, 0.0), [], WANTS_TO_DIE, LEAST).level == "urgent"


def test_a_plain_plea_does_not_lower_what_is_graver() -> None:
    assert decide(reading(0.01, 0.0, 0.1, 0.89, "suicide"), [], WANTS_TO_DIE, LEAST).level == "emergency"


def test_only_strong_evidence_makes_it_a_joke() -> None:
    assert decide(reading(0.97, 0.03, 0.0, 0.0), [], WANTS_TO_DIE, LEAST).level == "none"


def test_a_disclosure_always_has_a_category() -> None:
    assert decide(reading(0.1, 0.1, 0.8, 0.0), [], None, LEAST).categories
