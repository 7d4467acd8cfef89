"""One turn of a conversation, the same on every channel: from what came in to what goes out.

Whatever happens in between, a reply comes back.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import OutputChannel, UserMessage

from actions.menu import section_payload
from bot.channels.clean import clean
from bot.knowledge import Knowledge
from bot.privacy.pseudonyms import pseudonym

logger = logging.getLogger(__name__)
Message = dict[str, Any]


HandlesMessages = Callable[[UserMessage], Awaitable[Any]]
Forgets = Callable[[str], None]


class Replies(OutputChannel):
    """Collects the replies of one turn, each with its buttons and extras in one piece."""

    def __init__(self, channel: str) -> None:
        self.channel = channel
        self.messages: list[Message] = []

    def name(self) -> str:  # type: ignore[override]  # Rasa asks instances too
        return self.channel

    async def send_response(self, recipient_id: str, message: Message) -> None:
        kept = {key: message[key] for key in ("text", "buttons", "custom") if message.get(key)}
        if kept:
            self.messages.append(kept)


class Turns:
    """Takes messages of one channel through Rasa."""

    def __init__(self, channel: str, knowledge: Knowledge, handle: HandlesMessages, forget: Forgets) -> None:
        self._channel, self._knowledge = channel, knowledge
        self._handle, self._forget = handle, forget
        self._payloads = button_payloads(knowledge)

    async def take(self, sender: str, text: object) -> list[Message]:
        """The replies to `text` from `sender`, the channel's own id of the person.

        Never raises and never comes back empty.
        """
        conversation = pseudonym(self._channel, sender)
        words = self.readable(text)
        if not words:
            return [self._only("words_only")]
        replies = Replies(self._channel)
        try:
            await self._handle(UserMessage(words, replies, conversation, input_channel=self._channel))
        except Exception as error:  # a frightened child must get an answer whatever broke
            logger.error("a turn failed: %s", type(error).__name__)
        if any(message.get("custom", {}).get("forget") for message in replies.messages):
            self._forget(conversation)
        return [m for m in replies.messages if m.get("text")] or [self._only("fault")]

    def readable(self, text: object) -> str:
        """What Rasa may read of `text`: a payload that we issue, or words that are no command."""
        if not isinstance(text, str):
            return ""
        if text.strip() in self._payloads:
            return text.strip()
        return clean(text).lstrip("/ ")

    def _only(self, phrase: str) -> Message:
        return {"text": self._knowledge.phrase(phrase)}


def button_payloads(knowledge: Knowledge) -> frozenset[str]:
    """Every payload that a button of ours can carry. Anything else with a slash is only words."""
    topics = {f"/{topic}" for topic in knowledge.answers}
    sections = {section_payload(name) for name in knowledge.menu.sections}
    return frozenset(topics | sections | {"/follow_more"})
