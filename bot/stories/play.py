"""Plays stories on the trained model and says where it goes another way than they are written."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import ActionExecuted, UserUttered

from bot.channels.turn import Turns
from bot.knowledge import Knowledge
from bot.privacy.event_record import RASAS_OWN
from bot.stories.told import Story, Turn

NONE = "none"  # the level of a message that shows no danger


@dataclass
class Played:
    """What came of a story: `problems` and `notes` in sentences, and what the bot replied, turn by turn."""

    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)


class Player:
    """Plays stories apart from everybody's conversations: its agent must have a store of its own."""

    def __init__(self, agent: Agent, knowledge: Knowledge) -> None:
        self._agent, self._knowledge = agent, knowledge
        self._instead = ""
        self._turns = Turns("story", knowledge, self._handle)

    async def play(self, story: Story, learns: Collection[str] = ()) -> Played:
        """Play `story` to its end, or to the first turn that goes another way.

        `learns`: messages that come as training examples with the story. One that the model does not
        understand yet is noted; the story then goes on as if it had been understood.
        """
        played, sender = Played(), secrets.token_hex(8)
        for number, turn in enumerate(story.turns, 1):
            learns_it = turn.says in learns and await self._is_new(turn)
            if learns_it and turn.reply:
                wrong = (
                    "is not heard as the story says yet. It comes with a training example; the rest can only"
                )
                played.notes.append(f"Message {number} {wrong} be played when the model has learned that.")
                break
            if learns_it:
                wrong = "is not understood as the story says yet, and comes with a training example"
                played.notes.append(f"Message {number} {wrong}. The rest was played as if it were.")
            self._instead = f"/{turn.intent or turn.topic}" if learns_it else ""
            replies = await self._turns.take(sender, turn.says)
            played.replies.append("\n\n".join(reply["text"] for reply in replies))
            if wrong := self._fault(turn, replies, await self._last(sender)):
                played.problems.append(f"Message {number}: {wrong}")
                break
        return played

    async def _handle(self, message: UserMessage) -> Any:
        message.text = self._instead or message.text
        return await self._agent.handle_message(message)

    async def _is_new(self, turn: Turn) -> bool:
        """Whether the model does not understand this message as the story says, on its own."""
        heard = await self._agent.parse_message(turn.says)
        level = (heard.get("safety") or {}).get("level", NONE)
        if turn.reply:
            return not turn.reply.endswith(f".{level}")
        return bool(level != NONE or heard["intent"]["name"] != (turn.intent or turn.topic))

    async def _last(self, sender: str) -> tuple[UserUttered | None, str]:
        """The last message as it was understood, and the action that answered it."""
        tracker = await self._agent.tracker_store.retrieve(self._turns.conversation(sender))
        if tracker is None:
            return None, ""
        heard = [event for event in tracker.events if isinstance(event, UserUttered)]
        acted = [event.action_name for event in tracker.events if isinstance(event, ActionExecuted)]
        return heard[-1], next(name for name in reversed(acted) if name not in RASAS_OWN)

    def _fault(self, turn: Turn, replies: list[dict[str, Any]], last: tuple[UserUttered | None, str]) -> str:
        heard, acted = last
        said = "\n\n".join(reply["text"] for reply in replies)
        if heard is None:
            return "the bot gave no answer of its own"
        level = (heard.parse_data.get("safety") or {}).get("level", NONE)  # type: ignore[call-overload]
        if turn.intent and level != NONE:
            return f"it is heard as something wrong ({level}), and help would be given first"
        if turn.intent and heard.intent_name != turn.intent:
            understood = self._named(str(heard.intent_name))
            return f"it is understood as {understood}, and the story says {self._named(turn.intent)}"
        if turn.action and acted != turn.action:
            return f"it is answered by {acted}, and the story says {turn.action}"
        if turn.reply and not said.startswith(words_of(self._knowledge, turn.reply)):
            return f"the reply does not begin with {turn.reply} (heard: {level})"
        if turn.also and words_of(self._knowledge, turn.also) not in said:
            return f"the reply does not hold {turn.also}"
        answered = (replies[0].get("custom") or {}).get("topic")
        if turn.topic and answered != turn.topic:
            given = self._named(answered) if answered else "none"
            return f"the answer given is {given}, and the story says {self._named(turn.topic)}"
        return ""

    def _named(self, topic: str) -> str:
        answer = self._knowledge.answers.get(topic)
        return f"“{answer.title}” ({topic})" if answer else topic


def words_of(knowledge: Knowledge, name: str) -> str:
    """What the bot says for `name` in a story: levels.urgent, phrases.safe, languages.polish."""
    kind, _, rest = name.partition(".")
    if kind == "languages":
        return knowledge.say(knowledge.help_cards[rest].card)
    return knowledge.say(knowledge.safety.texts()[name])
