"""What the pages call topics, levels, actions and places: words instead of ids."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.knowledge import shared
from bot.review.places import all_places


@lru_cache(maxsize=1)
def _names() -> dict[str, Any]:
    names: dict[str, Any] = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
    return names


def topic(id_: str) -> str:
    """The title of a topic, or what a young person meant by something that is none."""
    answer = shared().answers.get(id_)
    return answer.title if answer else _name("topics", id_)


def channel(id_: str) -> str:
    return _name("channels", id_)


def channels() -> list[tuple[str, str]]:
    """(id, name) of each way to write to the bot."""
    return list(_names()["channels"].items())


def place(id_: str) -> str:
    return all_places().get(id_, id_)


def speaker(id_: str) -> str:
    return _name("speakers", id_)


def action(id_: str) -> str:
    """What the bot did, after "it"."""
    return _name("actions", id_)


def policy(id_: str) -> str:
    """What decided so: a rule, a story or the safety policy."""
    return _name("policies", id_)


def category(id_: str) -> str:
    """A category of the safety screen."""
    return id_.replace("_", " ")


def categories(ids: Iterable[str]) -> str:
    return ", ".join(category(id_) for id_ in ids)


def every_category() -> list[str]:
    """The ids of all categories that the screen knows."""
    return list(shared().safety.categories)


def topics_by_section() -> list[tuple[str, list[tuple[str, str]]]]:
    """(section, [(id, title)]) of every topic, in the order of the menu, and at the end what is no topic."""
    knowledge = shared()
    listed: set[str] = set()
    groups = []
    for section in knowledge.menu.sections.values():
        fresh = [id_ for id_ in section.topics if id_ not in listed]
        listed.update(fresh)
        groups.append((section.title, [(id_, topic(id_)) for id_ in fresh]))
    others = [*(id_ for id_ in knowledge.answers if id_ not in listed), *_names()["topics"]]
    return [*groups, ("Other", sorted(((id_, topic(id_)) for id_ in others), key=lambda pair: pair[1]))]


def _name(kind: str, id_: str) -> str:
    """The name in the YAML file; something newer than the file is called by its id in words."""
    return str(_names()[kind].get(id_) or id_.removeprefix("action_").replace("_", " "))
