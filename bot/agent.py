"""Loads the trained model with our store, our actions and our logging."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from itertools import takewhile
from pathlib import Path
from tempfile import TemporaryDirectory
from time import time
from typing import Any

from rasa.core.actions.action import Action, RemoteAction
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.core.utils import AvailableEndpoints
from rasa.engine.loader import load_predict_graph_runner
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.storage import ModelMetadata
from rasa.shared.core.events import SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from threadpoolctl import threadpool_limits

from bot.actions_in_process import ActionInProcess, ActionsInProcess
from bot.graph_runner import OneByOneRunner
from bot.knowledge import ContentError, Problem
from bot.locks import ConversationLocks
from bot.privacy.conversations import Conversations
from bot.privacy.database import IN_MEMORY, open_database
from bot.privacy.redaction import redact
from bot.privacy.spool import Spool
from bot.privacy.tracker_store import ConversationStore
from bot.quiet import quiet_rasa

JUST_BEFORE = 120  # seconds: how long a thought may take that is typed over several messages
MOST_BEFORE = 2  # messages


def load_agent(
    model: Path,
    endpoints_file: Path,
    store: ConversationStore | None = None,
    locks: ConversationLocks | None = None,
) -> Agent:
    """The bot, ready to answer; conversations are kept in `store`, or only in memory.

    `endpoints_file` may name an action server; without one actions run here. Raises ContentError if it
    names something that would keep conversations in a way of Rasa's.
    """
    quiet_rasa()
    threadpool_limits(1)  # a message is read in one thread; numpy's others would only wait for it, busily
    endpoints, store = read_endpoints(endpoints_file), store or _passing_store()
    agent = Agent(action_endpoint=endpoints.action or ActionsInProcess())
    agent.lock_store = locks or ConversationLocks()
    agent.processor = ListeningProcessor(
        model_path=str(model),
        tracker_store=store,
        lock_store=agent.lock_store,
        action_endpoint=agent.action_endpoint,
        generator=agent.nlg,
    )
    agent.domain = agent.processor.domain
    agent.nlg.responses = agent.domain.responses
    store.domain = agent.domain
    agent.tracker_store = agent.processor.tracker_store = store
    return agent


def lasting_store(keep_journal: bool) -> ConversationStore:
    """In the database of this machine, or the one that is set. Raises SettingError for a wrong address."""
    redact("")  # its lists are read now, and not while the first young person waits for an answer
    return ConversationStore(None, Conversations(open_database()), Spool(), keep_journal)


def _passing_store() -> ConversationStore:
    nowhere = Spool(Path(os.devnull))  # nothing ever waits for a database in memory
    return ConversationStore(None, Conversations(open_database(IN_MEMORY)), nowhere, keep_journal=False)


def read_endpoints(file: Path) -> AvailableEndpoints:
    """What `file` names. Rasa's own stores neither redact nor survive a fault: ContentError for those."""
    endpoints = AvailableEndpoints.read_endpoints(str(file))
    named = {
        "tracker_store": (endpoints.tracker_store, "set YOUR_SAY_DATABASE instead"),
        "lock_store": (endpoints.lock_store, "set YOUR_SAY_REDIS instead"),
        "event_broker": (endpoints.event_broker, "set YOUR_SAY_BROKER instead"),
    }
    if wrong := [(name, instead) for name, (given, instead) in named.items() if given]:
        raise ContentError([Problem(str(file), "the file", name, instead) for name, instead in wrong])
    return endpoints


class ListeningProcessor(MessageProcessor):
    """Rasa's processor, which reads a message together with what was said just before it.

    Reading takes the processor of the machine, so it happens in a thread: a slow one can
    then be given up, and others are answered meanwhile.
    """

    @staticmethod
    def _load_model(model_path: Path | str) -> tuple[str, ModelMetadata, GraphRunner]:
        """As Rasa's, with a runner of ours; `load_agent` always names a file."""
        with TemporaryDirectory() as folder:
            metadata, runner = load_predict_graph_runner(
                Path(folder), Path(model_path), LocalModelStorage, OneByOneRunner
            )
        return Path(model_path).name, metadata, runner

    async def _run_action(self, action: Action, *of_the_turn: Any, **more: Any) -> bool:
        if isinstance(action, RemoteAction) and isinstance(self.action_endpoint, ActionsInProcess):
            action = ActionInProcess(action.name(), self.action_endpoint)
        return bool(await super()._run_action(action, *of_the_turn, **more))

    def _check_for_unseen_features(self, parse_data: dict[str, Any]) -> None:
        """Rasa asks at each message, slowly, whether we know our own topics. The tests do."""

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
        understood: dict[str, Any] = await asyncio.to_thread(_finish, parsing)
        message.parse_data = understood  # for whoever counts
        return understood


def _finish(parsing: Coroutine[Any, Any, dict[str, Any]]) -> dict[str, Any]:
    """What `parsing` returns. It never waits for anything, so it needs no event loop of its own."""
    try:
        parsing.send(None)
    except StopIteration as finished:
        understood: dict[str, Any] = finished.value
        return understood
    raise RuntimeError("Rasa's parsing waits for something: run it in an event loop")


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
