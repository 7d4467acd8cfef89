"""One turn of a conversation, the same on every channel: from what came in to what goes out.

Whatever happens in between, a reply comes back.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

from rasa.core.channels.channel import OutputChannel, UserMessage

from actions.menu import section_payload
from actions.reply import payload
from bot import metrics
from bot.channels.clean import clean
from bot.knowledge import Knowledge
from bot.logs import what
from bot.privacy.pseudonyms import pseudonym, pseudonyms

logger = logging.getLogger(__name__)
Message = dict[str, Any]


HandlesMessages = Callable[[UserMessage], Awaitable[Any]]
Forgets = Callable[[str], Awaitable[object]]  # of a conversation, by its pseudonym
Remembers = Callable[[str, str], Awaitable[list[Message]]]  # the replies to a message, by its number
OF_AN_ANSWER = ("follow_more", "repeat_or_explain", "feedback_helpful", "feedback_unhelpful")
LONGEST_TURN = 20.0  # seconds; then the young person gets the static help


async def nothing_to_forget(conversation: str) -> None:
    """For a store that is thrown away as a whole."""


def forgets(app: Any) -> Forgets:
    """Deletes a conversation, and what reviewers could read of it, from the stores of the server `app`."""

    async def forget(conversation: str) -> None:
        if app.ctx.agent:
            await app.ctx.agent.tracker_store.delete(conversation)

    return forget


def ends(app: Any) -> Forgets:
    """Deletes only the conversation that goes on; the copy for reviewers stays for as long as was said."""

    async def end(conversation: str) -> None:
        if app.ctx.agent:
            await app.ctx.agent.tracker_store.end(conversation)

    return end


def remembers(app: Any) -> Remembers:
    """Finds what a message was answered with, also by another process that is no longer there."""

    async def remember(conversation: str, number: str) -> list[Message]:
        turn = await app.ctx.agent.tracker_store.answered(conversation, number) if app.ctx.agent else None
        said = [event for event in turn.events if event["event"] == "bot"] if turn else []
        return [_whole({"text": event.get("text"), **event["data"]}) for event in said]

    return remember


class Replies(OutputChannel):
    """Collects the replies of one turn, each with its buttons and extras in one piece."""

    def __init__(self, channel: str) -> None:
        self.channel = channel
        self.messages: list[Message] = []

    def name(self) -> str:  # type: ignore[override]  # Rasa asks instances too
        return self.channel

    async def send_response(self, recipient_id: str, message: Message) -> None:
        if kept := _whole(message):
            self.messages.append(kept)


def _whole(message: Message) -> Message:
    return {key: message[key] for key in ("text", "buttons", "custom") if message.get(key)}


class Turns:
    """Takes messages of one channel through Rasa."""

    def __init__(
        self,
        channel: str,
        knowledge: Knowledge,
        handle: HandlesMessages,
        forget: Forgets = nothing_to_forget,
        longest: float = LONGEST_TURN,
        remember: Remembers | None = None,
    ) -> None:
        """`longest`: seconds that a turn may take."""
        self._remember = remember
        self._channel, self._knowledge = channel, knowledge
        self._handle, self._forgets, self._longest = handle, forget, longest
        self._payloads = button_payloads(knowledge)

    async def take(
        self, sender: str, text: object, place: str | None = None, number: str | None = None
    ) -> list[Message]:
        """The replies to `text` from `sender`, the channel's own id of the person.

        `place`: where they live, if the channel knows. `number`: the channel's own of this message; one
        that was answered before gets the same replies and is not said twice.

        Never raises and never comes back empty.
        """
        conversation = self.conversation(sender)
        words = self.readable(text)
        if not words:
            return [self._only("words_only")]
        replies, began = Replies(self._channel), monotonic()
        fault: metrics.Fault = "no_answer"
        message = UserMessage(
            words,
            replies,
            conversation,
            input_channel=self._channel,
            message_id=number,
            metadata={"place": place},
        )
        try:
            if self._remember and number and (before := await self._remember(conversation, number)):
                return before
            await asyncio.wait_for(self._handle(message), self._longest)
            if any(reply.get("custom", {}).get("forget") for reply in replies.messages):
                await self.forget(sender)
        except Exception as error:  # a frightened child must get an answer whatever broke
            fault = "too_slow" if isinstance(error, TimeoutError) else "error"
            logger.error("a turn failed: %s", what(error))
        said = [reply for reply in replies.messages if reply.get("text")]
        heard = message.parse_data
        if heard and "safety" not in heard and words not in self._payloads:
            fault = "no_screen"
        metrics.turn(self._channel, monotonic() - began, heard, None if said else fault)
        return said or [self._only("fault")]

    def conversation(self, sender: str) -> str:
        """The id under which the conversation with `sender` is kept."""
        return pseudonym(self._channel, sender)

    async def forget(self, sender: str, forget: Forgets | None = None) -> None:
        """Delete what is held of the conversation with `sender`, also under an earlier key."""
        for conversation in pseudonyms(self._channel, sender):
            await (forget or self._forgets)(conversation)

    def is_ours(self, payload: str) -> bool:
        """Whether a button of ours can carry `payload`."""
        return payload in self._payloads

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
    of_an_answer = {payload(button, topic=topic) for button in OF_AN_ANSWER for topic in knowledge.answers}
    return frozenset(topics | sections | of_an_answer | {"/safe_now", "/not_safe_now", "/wrong_alarm"})
