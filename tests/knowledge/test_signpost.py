"""Help is for the person who asks: their age, their nation, the hour."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.knowledge import Knowledge, for_need, signpost

SUNDAY_NIGHT = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
MONDAY_NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def test_a_young_person_is_never_left_with_an_adult_line(knowledge: Knowledge) -> None:
    assert [s.id for s in signpost(knowledge, ["nspcc"], age=None)] != ["nspcc"]
    assert "nspcc" in [s.id for s in signpost(knowledge, ["nspcc"], age=40)]


def test_a_line_that_starts_at_16_is_not_given_to_a_child_of_12(knowledge: Knowledge) -> None:
    assert [s.id for s in signpost(knowledge, ["rape_crisis", "childline"], age=12)] == ["childline"]
    assert "rape_crisis" in [s.id for s in signpost(knowledge, ["rape_crisis", "childline"], age=17)]


def test_somebody_of_19_is_not_sent_to_childline(knowledge: Knowledge) -> None:
    assert signpost(knowledge, ["childline"], age=19) == []


def test_a_welsh_line_is_only_for_wales(knowledge: Knowledge) -> None:
    assert [s.id for s in signpost(knowledge, ["meic"], nation="Wales")] == ["meic"]
    assert signpost(knowledge, ["meic"], nation="England") == []


def test_an_unverified_service_is_never_offered(knowledge: Knowledge) -> None:
    unverified = [s.id for s in knowledge.services.values() if not s.verified]
    assert unverified
    assert signpost(knowledge, unverified, age=17) == []


def test_at_night_the_lines_that_answer_come_first(knowledge: Knowledge) -> None:
    by_day = [s.id for s in for_need(knowledge, "homeless", at=MONDAY_NOON, age=17)]
    at_night = [s.id for s in for_need(knowledge, "homeless", at=SUNDAY_NIGHT, age=17)]
    assert "centrepoint" in by_day
    assert at_night[0] != "centrepoint"


def test_there_is_always_somebody(knowledge: Knowledge) -> None:
    assert [s.id for s in for_need(knowledge, "a need nobody has written down", at=SUNDAY_NIGHT)] == [
        "childline"
    ]


def test_a_card_shows_nothing_unverified(knowledge: Knowledge) -> None:
    for service in knowledge.services.values():
        shown = str(service.card())
        hidden = [p.number for p in service.phones if not p.verified]
        assert [number for number in hidden if number in shown] == []
        assert service.note is None or service.note not in shown


def test_a_young_person_in_devon_gets_devons_own_number(knowledge: Knowledge) -> None:
    service = knowledge.service("council_childrens_services", "devon")
    assert service.phone == "0345 155 1071"
