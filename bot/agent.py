"""Loads the trained model with our store, our actions and our logging."""

from __future__ import annotations

import asyncio
from itertools import takewhile
from pathlib import Path
from time import time
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import TrackerStore
from rasa.core.utils import AvailableEndpoints
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.actions_in_process import ActionsInProcess
from bot.privacy.forgetful_store import ForgetfulTrackerStore
from bot.privacy.journal import Journal
from bot.privacy.journal_broker import JournalBroker
from bot.quiet import quiet_rasa

JUST_BEFORE = 120  # seconds: how long a thought may take that is typed over several messages
MOST_BEFORE = 2  # messages


def load_agent(model: Path, endpoints_file: Path, journal: Journal | None = None) -> Agent:
    """The bot, ready to answer; what is said goes, redacted, into `journal`.

    `endpoints_file` may name another tracker store or an action server; without
    them conversations live in memory and actions run here.
    """
    quiet_rasa()
    endpoints = AvailableEndpoints.read_endpoints(str(endpoints_file))
    agent = Agent(action_endpoint=endpoints.action or ActionsInProcess())
    agent.processor = ListeningProcessor(
        model_path=str(model),
        tracker_store=agent.tracker_store,
        lock_store=agent.lock_store,
        action_endpoint=agent.action_endpoint,
        generator=agent.nlg,
    )
    agent.domain = agent.processor.domain
    agent.nlg.responses = agent.domain.responses
    agent.tracker_store = agent.processor.tracker_store = _store(endpoints, agent.domain, journal)
    return agent


def _store(endpoints: AvailableEndpoints, domain: Domain | None, journal: Journal | None) -> Any:
    broker = JournalBroker(journal) if journal else None
    if endpoints.tracker_store is None:
        return ForgetfulTrackerStore(domain, broker)
    return TrackerStore.create(endpoints.tracker_store, domain, broker)


class ListeningProcessor(MessageProcessor):
    """Rasa's processor, which reads a message together with what was said just before it.

    Reading takes the processor of the machine, so it happens in a thread: a slow one can
    then be given up, and others are answered meanwhile.
    """

    async def parse_message(
        self,
        message: UserMessage,
        tracker: DialogueStateTracker | None = None,
        only_output_properties: bool = True,
    ) -> dict[str, Any]:
        place = (message.metadata or {}).get("place")
        if tracker and place and not tracker.get_slot("place"):
            tracker.update(SlotSet("place", place))
        context = what_came_before(tracker) if tracker else {}
        heard = UserMessage(message.text, sender_id=message.sender_id, metadata=context)
        parsing = super().parse_message(heard, tracker, only_output_properties)
        return await asyncio.to_thread(asyncio.run, parsing)


def what_came_before(tracker: DialogueStateTracker) -> dict[str, Any]:
    """What the safety screen needs to know of the conversation: see SafetyScreen."""
    said = [event for event in tracker.applied_events() if isinstance(event, UserUttered)]
    recent = takewhile(lambda event: time() - event.timestamp <= JUST_BEFORE, reversed(said))
    before = [event for event, _ in zip(recent, range(MOST_BEFORE), strict=False) if _is_open(event)]
    return {
        "before": [event.text for event in reversed(before)],
        "asked_safe": tracker.get_slot("danger") in ("urgent", "emergency"),
    }


def _is_open(event: UserUttered) -> bool:
    """Whether it is typed and has had no help of its own, so that it may be the start of a thought."""
    noticed = (event.parse_data.get("safety") or {}).get("level", "none") != "none"
    return bool(event.text) and not event.text.startswith("/") and not noticed
