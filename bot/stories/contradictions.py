"""Finds stories that ask for two different things in the same place, which nothing can learn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from bot.knowledge.load import Problem
from bot.stories.told import Story

REMEMBERED = 2  # messages before the present one that MemoizationPolicy remembers: max_history in config.yml
Place = tuple[str, ...]


def contradictions(stories: Iterable[Story], rules: Mapping[str, str]) -> Iterator[Problem]:
    """Where a story says otherwise than a rule of data/rules, or than a story before it.

    `rules`: the action for each intent. As in `rasa data validate stories`, two places are the same when
    the last messages and actions are; for stories of data/safety, when all the words up to there are.
    """
    seen: dict[Place, tuple[str, Story]] = {}
    for story in stories:
        for number, (place, follows) in enumerate(_safety(story) if story.is_safety else _ordinary(story), 1):
            where = (story.file, story.name, f"message {number}")
            wrong = None if story.is_safety else _against_rule(story, number - 1, rules)
            other, first = seen.setdefault(place, (follows, story))
            if wrong:
                yield Problem(*where, wrong)
            elif follows and other and other != follows:
                wrong = f"the story {first.name!r} goes the same way up to here, and then on with {other}"
                yield Problem(*where, f"{wrong}; this one goes on with {follows}")


def _against_rule(story: Story, index: int, rules: Mapping[str, str]) -> str | None:
    turn = story.turns[index]
    if turn.intent not in rules:
        return f"there is no topic {turn.intent!r}"
    if turn.action != rules[turn.intent]:
        return f"a rule answers {turn.intent} with {rules[turn.intent]}, and this story with {turn.action}"
    return None


def _ordinary(story: Story) -> Iterator[tuple[Place, str]]:
    for index, turn in enumerate(story.turns):
        before = story.turns[max(0, index - REMEMBERED) : index]
        yield (*(name for t in before for name in (t.intent, t.action)), turn.intent), turn.action


def _safety(story: Story) -> Iterator[tuple[Place, str]]:
    for index, turn in enumerate(story.turns):
        yield ("safety", *(t.says.casefold() for t in story.turns[: index + 1])), turn.reply or turn.topic
