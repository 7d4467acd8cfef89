"""A conversation as its reviewers judged it: what each message was, and what followed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.knowledge import Knowledge, shared
from bot.review.models import Conversation, Turn
from bot.review.models.conversations import Level
from bot.stories.told import read_rules

AFTERWARDS = "action_remind"  # what the bot adds after an answer; it is not the answer


@dataclass(frozen=True)
class Judged:
    """One message of the young person. `reply` names the words of data/safety that answered it, if any."""

    turn: Turn
    topic: str
    level: Level
    by_somebody: bool  # whether a reviewer judged it
    agreed: bool  # whether those who did agree
    action: str
    reply: str
    answered: str  # the topic of the answer that was given, or that should have been
    is_known: bool  # what the bot says to it, given what should have been heard before it

    @property
    def topic_was_wrong(self) -> bool:
        return self.topic != self.turn.topic

    @property
    def level_was_wrong(self) -> bool:
        return self.level != self.turn.level

    @property
    def shows_danger(self) -> bool:
        """Whether it does, or was thought to."""
        return bool(self.level or self.turn.level)


def judged(conversation: Conversation) -> list[Judged]:
    """Every message of the young person, in order."""
    rules, knowledge = read_rules(), shared()
    messages: list[Judged] = []
    is_known = True
    for turn, said in _exchanges(conversation):
        verdicts = list(turn.verdicts.all())
        views = {
            (verdict.right_topic or turn.topic, _level(verdict.right_level, turn)) for verdict in verdicts
        }
        topic, level = min(views, default=(turn.topic, Level(turn.level)))
        answered = said[0].topic if said else ""
        if topic != turn.topic:
            answered = topic
        messages.append(
            Judged(
                turn=turn,
                topic=topic,
                level=level,
                by_somebody=bool(verdicts),
                agreed=len(views) <= 1,
                action=_action(turn, topic, rules),
                reply=_reply(turn, level, said, knowledge),
                answered=answered if answered in knowledge.answers else "",
                is_known=is_known,
            )
        )
        is_known = is_known and level == turn.level
    return messages


def _exchanges(conversation: Conversation) -> Iterator[tuple[Turn, list[Turn]]]:
    """Each message with what the bot said to it."""
    heard: Turn | None = None
    said: list[Turn] = []
    for turn in conversation.turns.prefetch_related("verdicts"):
        if turn.who == Turn.Who.BOT:
            said.append(turn)
            continue
        if heard:
            yield heard, said
        heard, said = turn, []
    if heard:
        yield heard, said


def _level(right: int | None, turn: Turn) -> Level:
    return Level(turn.level if right is None else right)


def _action(turn: Turn, topic: str, rules: dict[str, str]) -> str:
    """What answered it; for a message that was taken for another topic, what answers the right one."""
    done = [action["name"] for action in turn.actions if action["name"] != AFTERWARDS]
    return done[-1] if done and topic == turn.topic else rules.get(topic, "")


def _reply(turn: Turn, level: Level, said: list[Turn], knowledge: Knowledge) -> str:
    """The name of the words of data/safety that begin what was said: "levels.urgent", "languages.polish"."""
    if level != turn.level:
        return f"levels.{level.name.lower()}" if level else ""
    words = {f"languages.{name}": card.card for name, card in knowledge.help_cards.items()}
    words |= knowledge.safety.texts()
    spoken = "\n\n".join(turn.text for turn in said)
    fitting = {name: text for name, text in words.items() if spoken.startswith(knowledge.say(text))}
    return max(fitting, key=lambda name: len(fitting[name]), default="")
