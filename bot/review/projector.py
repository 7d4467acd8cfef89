"""Reads the journal in order and writes the review room's own turns, each entry exactly once."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from bot.knowledge import Knowledge, shared
from bot.privacy.journal import FORGOTTEN, Entry, Journal
from bot.privacy.redaction import redact
from bot.review.detector import Detector
from bot.review.models import Conversation, Position, Turn, Word
from bot.review.models.conversations import Level
from bot.review.retention import forget

logger = logging.getLogger(__name__)
ASKED_BACK, UNHELPFUL = "not_sure", "feedback_unhelpful"
NOT_SAFE = "/not_safe_now"  # "no" to "are you safe right now?"
# Those that a new turn may change. Whom it is assigned to, say, somebody may change at the same moment.
_SUMMED_UP = (
    "turns_count",
    "channel",
    "place",
    "level",
    "categories",
    "topics",
    "least_confidence",
    "not_sure",
    "unhelpful",
    "suspicion",
    "reviewed",
)


class Projector:
    """Keeps the review room up to date with what was said."""

    def __init__(self, journal: Journal, detector: Detector, knowledge: Knowledge | None = None) -> None:
        self._journal, self._detector = journal, detector
        known = knowledge or shared()
        self._titles = button_titles(known)
        self._emergency = known.say(known.safety.levels["emergency"].strip())

    def catch_up(self) -> int:
        """Take over everything new; says how many entries that was. Raises when a database is gone."""
        taken = 0
        while entries := self._next():
            taken += len(entries)
        return taken

    @transaction.atomic
    def _next(self) -> list[Entry]:
        position, _ = Position.objects.select_for_update().get_or_create(pk="journal")
        entries = list(self._journal.after(position.number))
        if entries:
            self.take(entries)
            position.number = entries[-1].number
            position.save()
        return entries

    def take(self, entries: Iterable[Entry]) -> None:
        """Write what these say, in their order."""
        for entry in entries:
            if entry.kind == FORGOTTEN:
                forget(entry.conversation)
                continue
            conversation = self._conversation(entry)
            if entry.kind == "action":
                _answered_by(conversation, entry.said)
            else:
                self._add_turn(conversation, entry)

    def _conversation(self, entry: Entry) -> Conversation:
        at = _moment(entry)
        conversation, _ = Conversation.objects.get_or_create(
            pseudonym=entry.conversation, defaults={"started": at, "last": at}
        )
        return conversation

    def _add_turn(self, conversation: Conversation, entry: Entry) -> None:
        said, at = entry.said, _moment(entry)
        number = (conversation.turns.aggregate(last=Max("number"))["last"] or 0) + 1
        turn = Turn(
            conversation=conversation, number=number, at=at, who=entry.kind, topic=said["topic"] or ""
        )
        if entry.kind == Turn.Who.BOT:
            turn.text, turn.buttons = said["text"], said["buttons"]
            if turn.text.startswith(self._emergency):
                _is_emergency(conversation)
        else:
            self._heard(turn, said)
            _sum_up(conversation, turn, said)
        conversation.last = max(conversation.last, at)
        turn.save()
        summed_up = _SUMMED_UP if turn.who == Turn.Who.YOUNG_PERSON else ("level",)
        conversation.save(update_fields=["last", *summed_up])
        if turn.who == Turn.Who.YOUNG_PERSON and not turn.pressed:
            Word.remember([(conversation, turn.text)])

    def _title(self, payload: str) -> str:
        return self._titles.get(payload.partition("{")[0], "(a button)")

    def _heard(self, turn: Turn, said: dict[str, Any]) -> None:
        turn.pressed = said["pressed"]
        turn.payload = said["text"] if turn.pressed else ""
        # Redacted before it was written; once more here, in case an older bot wrote it.
        turn.text = self._title(said["text"]) if turn.pressed else redact(said["text"])
        turn.confidence, turn.runners_up, turn.offers = said["confidence"], said["runners_up"], said["offers"]
        turn.level, turn.categories = Level[said["level"].upper()], said["categories"]
        if turn.payload == NOT_SAFE:
            turn.level = Level.EMERGENCY
        turn.speaker, turn.why = said["speaker"], said["why"]
        if not turn.pressed and turn.level == Level.NONE:
            turn.suspicion = self._detector.suspicion(turn.text)


def button_titles(knowledge: Knowledge) -> dict[str, str]:
    """What buttons say, by what they send (without what that is about)."""
    phrases, page = knowledge.menu.phrases, knowledge.menu.page
    topics = {f"/{topic}": answer.title for topic, answer in knowledge.answers.items()}
    safety = knowledge.safety.phrases
    return topics | {
        "/safe_now": safety["answer_yes"],
        "/not_safe_now": safety["answer_no"],
        "/wrong_alarm": safety["not_meant"],
        "/follow_more": phrases["more_button"],
        "/repeat_or_explain": phrases["simpler_button"],
        "/feedback_helpful": f"{page['helpful']} {page['yes']}",
        "/feedback_unhelpful": f"{page['helpful']} {page['no']}",
        "/menu": page["menu"],
    }


def _moment(entry: Entry) -> datetime:
    return datetime.fromtimestamp(entry.at, UTC)


def _answered_by(conversation: Conversation, action: dict[str, Any]) -> None:
    heard = conversation.turns.filter(who=Turn.Who.YOUNG_PERSON).last()
    if heard:
        heard.actions = [*heard.actions, action]
        heard.save(update_fields=["actions"])


def _is_emergency(conversation: Conversation) -> None:
    """A typed "no" is known only by what the bot answered: the journal has no other trace of it."""
    conversation.level = Level.EMERGENCY
    heard = conversation.turns.filter(who=Turn.Who.YOUNG_PERSON).last()
    if heard and heard.level < Level.EMERGENCY:
        heard.level = Level.EMERGENCY
        heard.save(update_fields=["level"])


def _sum_up(conversation: Conversation, turn: Turn, said: dict[str, Any]) -> None:
    """What the queue filters and sorts by."""
    conversation.turns_count += 1
    conversation.channel = conversation.channel or said["channel"]
    conversation.place = conversation.place or said["place"]
    conversation.level = max(conversation.level, turn.level)
    conversation.categories = sorted({*conversation.categories, *turn.categories})
    if turn.topic:
        conversation.topics = sorted({*conversation.topics, turn.topic})
    if not turn.pressed and turn.confidence is not None:
        conversation.least_confidence = min(conversation.least_confidence, turn.confidence)
    conversation.not_sure |= turn.topic == ASKED_BACK and turn.level == Level.NONE
    conversation.unhelpful |= turn.topic == UNHELPFUL
    conversation.suspicion = max(conversation.suspicion, turn.suspicion)
    conversation.reviewed = None  # something new was said
