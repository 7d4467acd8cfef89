"""An edit of an answer: what would be wrong with it, how hard it is to read, and what it touches."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import yaml
from pydantic import ValidationError

from bot.knowledge import Answer, shared
from bot.knowledge.load import ROOT, answer_faults, hard_words
from bot.knowledge.reading_age import reading_age
from bot.review import plain_names
from bot.stories.homes import guide_file

Words = Mapping[str, str]  # by field: "answer", "more", "follow_ups.who"
_HELPLINES = ("{emergency_999.", "{childline.")
_NAMES = {
    "answer": "The answer",
    "more": "Tell me more",
    "simpler": "In easier words",
    "since_2013": "What has changed since 2013",
}


def name_of_field(field: str) -> str:
    """What the pages call a text of an answer."""
    return _NAMES.get(field) or plain_names.topic(field.replace("follow_ups.", "follow_"))


def fingerprint(words: Words) -> str:
    """Changes when a word of an answer does, so that an approval of other words does not count."""
    return hashlib.sha256(json.dumps(sorted(words.items())).encode()).hexdigest()


def fingerprint_of_edit(topic: str, draft: Words) -> str:
    """The fingerprint that the answer will have with these words."""
    return fingerprint({**shared().answers[topic].texts(), **draft})


def edited(topic: str, words: Words) -> Answer:
    """The answer with these words. Raises ValidationError."""
    fields = shared().answers[topic].dict()
    for field, text in words.items():
        if field.startswith("follow_ups."):
            fields["follow_ups"] = {**fields["follow_ups"], field.removeprefix("follow_ups."): text}
        else:
            fields[field] = text
    return Answer.parse_obj(fields)


def faults(topic: str, words: Words) -> dict[str, list[str]]:
    """What `bot check` would complain of, by field."""
    found: dict[str, list[str]] = {}
    try:
        answer = edited(topic, words)
    except ValidationError as error:
        for fault in error.errors():
            found.setdefault(".".join(map(str, fault["loc"])), []).append(fault["msg"])
        return found
    file = guide_file(topic)
    for problem in (*answer_faults(file, answer, shared()), *hard_words(file, answer)):
        found.setdefault(problem.field, []).append(problem.wrong)
    return found


@lru_cache(maxsize=4096)  # every text of every answer, and some edits
def age_of(topic: str, text: str) -> float:
    """Reading age in years."""
    return reading_age(text, shared().answers[topic].needs_words)


def files_of(topic: str, words: Words) -> dict[str, str]:
    """The piece of YAML for data/guide."""
    nested: dict[str, object] = {field: text for field, text in words.items() if "." not in field}
    follow_ups = {f.removeprefix("follow_ups."): text for f, text in words.items() if "." in f}
    if follow_ups:
        nested["follow_ups"] = follow_ups
    return {guide_file(topic): "\n".join([f"  {topic}:", *_lines(nested, "    ")]) + "\n"}


def _lines(fields: Mapping[str, object], margin: str) -> Iterator[str]:
    for field, value in fields.items():
        if isinstance(value, Mapping):
            yield f"{margin}{field}:"
            yield from _lines(value, f"{margin}  ")
        else:
            yield f"{margin}{field}: |"
            yield from (f"{margin}  {line}" if line else "" for line in str(value).split("\n"))


def touches_safety(topic: str, words: Words) -> bool:
    """Whether it changes what is said to somebody who may be in danger, or how to reach help."""
    before = shared().answers[topic].texts()
    texts = [text for field, new in words.items() for text in (before[field], new)]
    return topic in _where_danger_is_told() or any(line in text for text in texts for line in _HELPLINES)


@lru_cache(maxsize=1)
def _where_danger_is_told() -> frozenset[str]:
    """The topics in which somebody may disclose: the safety screen's own list."""
    config = yaml.load((ROOT / "config.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    lists = (component.get("may_disclose", ()) for component in config["pipeline"])
    return frozenset(topic for topics in lists for topic in topics)


@dataclass(frozen=True)
class Touched:
    """What a change of an answer may concern besides."""

    related_from: list[str]  # topics that lead to this one
    places: list[str]  # that add a note to it
    tests: list[str]  # files that name it


def touched(topic: str) -> Touched:
    knowledge = shared()
    named = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "tests").rglob("*"))
        if path.suffix in (".py", ".yml") and _names(path.read_text(encoding="utf-8"), topic)
    ]
    return Touched(
        related_from=[a.id for a in knowledge.answers.values() if topic in a.related],
        places=[place.id for place in knowledge.places.values() if topic in place.notes],
        tests=named,
    )


def _names(text: str, topic: str) -> bool:
    return f'"{topic}"' in text or f"/{topic}" in text or f"\n{topic}:" in text or f"topic: {topic}" in text
