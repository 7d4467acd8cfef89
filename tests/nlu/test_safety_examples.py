"""What the screen learns from is well-formed, plentiful, varied and fit to be read."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from bot.knowledge import ContentError
from bot.knowledge.load import ROOT
from bot.nlu.safety_examples import CATEGORIES, Example, read_examples

MEASURED = [
    ROOT / "tests" / "messages" / f"safety{part}.yml"
    for part in ("", "_validation", "_like_samples", "_public")
]
METHODS = re.compile(r"\b(noose|ligature|paracetamol|ibuprofen|bleach|\d+ ?(pills|tablets|mg|ml))\b", re.I)
GRAPHIC = re.compile(r"\b(penis|vagina|pussy|blowjob|orgasm|fingered|penetrat\w*)\b", re.I)


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return read_examples()


def test_every_category_has_at_least_120_messages_by_several_writers() -> None:
    messages: Counter[str] = Counter()
    voices: dict[str, set[str]] = {name: set() for name in CATEGORIES}
    for path in (ROOT / "data" / "safety" / "examples").rglob("*.yml"):
        for block in yaml.safe_load(path.read_text())["examples"]:
            for category in block["categories"]:
                messages[category] += len(block["messages"].splitlines())
                voices[category].add(block["voice"])
    assert {name: count for name, count in messages.items() if count < 120} == {}
    assert {name: len(who) for name, who in voices.items() if len(who) < 4} == {}
    assert set(messages) == set(CATEGORIES)


def test_there_are_as_many_look_alikes_as_disclosures(examples: list[Example]) -> None:
    harmless = sum(example.level == "none" for example in examples)
    assert harmless >= 0.9 * (len(examples) - harmless)


def test_nothing_graphic_and_no_methods(examples: list[Example]) -> None:
    disclosed = [e.text for e in examples if e.level != "none"]
    assert [text for text in disclosed if METHODS.search(text)] == []
    assert [e.text for e in examples if GRAPHIC.search(e.text)] == []


def test_nothing_that_is_measured_is_learned(examples: list[Example]) -> None:
    learned = {re.sub(r"\W+", " ", example.text.casefold()).strip() for example in examples}
    blocks = [block for path in MEASURED for block in yaml.safe_load(path.read_text())]
    held = {re.sub(r"\W+", " ", m.casefold()).strip() for block in blocks for m in block["messages"]}
    assert {message for message in held & learned if len(message.split()) > 4} == set()


@pytest.mark.parametrize(
    ("block", "wrong"),
    [
        ("{level: dire, categories: [suicide], voice: a, messages: x}", "level: unknown: 'dire'"),
        ("{level: urgent, categories: [sadness], voice: a, messages: x}", "categories: unknown: ['sadness']"),
        ("{level: urgent, categories: [], voice: a, messages: x}", "a disclosure has at least one"),
        ("{level: none, categories: [], speaker: cat, messages: x}", "speaker: unknown: 'cat'"),
        ("{level: none, categories: [], messages: 3}", "messages: must be lines of text"),
        ("{level: none, category: [], messages: x}", "unknown: ['category']"),
    ],
)
def test_a_mistake_is_named_with_its_file_and_field(tmp_path: Path, block: str, wrong: str) -> None:
    folder = tmp_path / "data" / "safety" / "examples"
    folder.mkdir(parents=True)
    (folder / "suicide.yml").write_text(f"examples: [{block}]")
    with pytest.raises(ContentError, match=re.escape(wrong)) as raised:
        read_examples(tmp_path)
    assert "data/safety/examples/suicide.yml: block 1" in str(raised.value)


@pytest.mark.parametrize("text", ["examples: [", "messages: []", "examples: {a: b: c}"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "data" / "safety" / "examples"
    folder.mkdir(parents=True)
    (folder / "neglect.yml").write_text(text)
    with pytest.raises(ContentError, match=re.escape("data/safety/examples/neglect.yml: the file: examples")):
        read_examples(tmp_path)


def test_one_message_with_two_levels_is_a_mistake(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "safety" / "examples"
    folder.mkdir(parents=True)
    one = "{level: none, categories: [], messages: help me}"
    (folder / "a.yml").write_text(
        f"examples: [{one}, {{level: urgent, categories: [neglect], messages: Help me}}]"
    )
    with pytest.raises(ContentError, match="is none elsewhere and urgent here"):
        read_examples(tmp_path)
