"""A mistake in the content is reported with its file, its entry and its field, and nothing is lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from bot.knowledge import ContentError, load
from bot.knowledge.load import ROOT

Change = Callable[[str, str, str], list[str]]


@pytest.fixture
def after(tmp_path: Path) -> Change:
    """The problems found after `old` became `new` in a file of data/."""
    for name in ("guide", "places", "safety"):
        shutil.copytree(ROOT / "data" / name, tmp_path / "data" / name)
    shutil.copy(ROOT / "data" / "services.yml", tmp_path / "data")

    def problems(file: str, old: str, new: str) -> list[str]:
        path = tmp_path / "data" / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(ContentError) as caught:
            load(tmp_path)
        return [str(problem) for problem in caught.value.problems]

    return problems


def test_a_number_that_is_not_a_telephone_number(after: Change) -> None:
    found = after("services.yml", '"0800 1111"', '"0800 11119999"')
    assert found == [
        "data/services.yml: childline: phones.0.number: '0800 11119999' is not a telephone number in the"
        " United Kingdom"
    ]


def test_a_misspelt_field(after: Change) -> None:
    found = after("guide/about.yml", "    simpler: |", "    simplest: |")
    assert found == ["data/guide/about.yml: about_guide: simplest: extra fields not permitted"]


def test_a_missing_answer(after: Change) -> None:
    found = after("guide/conversation.yml", "answer: |\n      That is okay.", "more: |\n      That is okay.")
    assert found == ["data/guide/conversation.yml: thanks: answer: field required"]


def test_a_related_topic_that_does_not_exist(after: Change) -> None:
    found = after("guide/about.yml", "related: [about_working_together", "related: [about_nothing")
    assert found == ["data/guide/about.yml: about_guide: related: there is no 'about_nothing'"]


def test_a_telephone_number_typed_into_an_answer(after: Change) -> None:
    found = after("guide/conversation.yml", "free on {childline.phone}", "free on 0800 1111")
    assert found == [
        "data/guide/conversation.yml: greet: answer: types a telephone number: use a placeholder such as"
        " {childline.phone}"
    ]


def test_a_number_that_nobody_has_verified(after: Change) -> None:
    found = after("guide/conversation.yml", "{childline.phone}", "{nyas.phone}")
    assert found == ["data/guide/conversation.yml: greet: answer: nyas has no verified phone"]


def test_an_answer_that_is_too_hard_to_read(after: Change) -> None:
    hard = (
        "Notwithstanding institutional responsibilities, multidisciplinary professionals systematically"
        " communicate safeguarding considerations regarding vulnerable individuals throughout assessments."
    )
    found = after("guide/conversation.yml", "Hello. This is Your Say.", hard)
    assert len(found) == 1
    assert "greet: answer: reading age" in found[0]


def test_the_same_answer_twice_in_one_file(after: Change) -> None:
    found = after("guide/conversation.yml", "  goodbye:\n", "  greet:\n")
    assert "'greet' is written twice" in found[0]


def test_a_file_that_is_not_yaml(after: Change) -> None:
    found = after("guide/conversation.yml", "answers:\n", "answers: [\n")
    assert found[0].startswith("data/guide/conversation.yml: the file")


def test_opening_hours_that_cannot_be_read(after: Change) -> None:
    found = after("services.yml", 'opens: "24/7"', 'opens: "all day long"')
    assert any("hours.opens" in problem for problem in found)


def test_an_adult_line_on_its_own_for_young_people(after: Change) -> None:
    found = after("guide/conversation.yml", "services: [emergency_999, childline]", "services: [nspcc]")
    assert found == [
        "data/guide/conversation.yml: greet: services: somebody under 19 must never be sent to an adult"
        " line only"
    ]


def test_several_mistakes_are_reported_together(after: Change) -> None:
    found = after("guide/about.yml", "title: What the Guide is", f"title: {'x' * 60}\n    wrong: yes")
    assert len(found) == 2


def test_a_service_that_is_due_to_be_checked_again_stops_the_build() -> None:
    with pytest.raises(ContentError) as caught:
        load(today=date(2027, 12, 1))
    assert "childline: expires: was due to be checked again by 2027-05-22" in str(caught.value)


def test_a_bot_that_serves_starts_all_the_same_and_says_so_in_its_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert load(today=date(2027, 12, 1), serving=True) == load()
    assert "childline: expires: was due to be checked again by 2027-05-22" in caplog.text
    assert load(today=date(2020, 1, 1), serving=True) == load()  # a clock that is wrong
