"""Rasa's tracker store: keeps each turn, redacted, before it counts as said, and forgets it in time.

While the database is down turns wait on disk and go there in order afterwards; when the disk is full as
well they wait in memory. Whoever is talking notices nothing. Nothing turns into memory for good.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import islice
from threading import Lock
from time import monotonic, time
from typing import Any, TypeVar

from cachetools import TTLCache
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.events import ActiveLoop, Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.exc import SQLAlchemyError

from bot import metrics
from bot.logs import what
from bot.privacy.conversations import KEPT_FOR, Conversations, Receipt, Turn, is_turn_of
from bot.privacy.event_record import journal_entries, record
from bot.privacy.schema import NewerDatabaseError
from bot.privacy.spool import Operation, Spool

logger = logging.getLogger(__name__)
REMEMBERED = 20  # turns: a page without scripts shows so many
LOOKED_BACK = 6  # turns: more than any rule or story of ours is long
MOST_LIVE = 2_000  # conversations that need not be read again
_THREADS = 8
_PATIENCE = 4.0  # seconds; a database that has not answered by then is down, whatever its driver waits for
_PAUSE = 1.0  # seconds between two attempts to reach a database that is down
_TIDIED = 300.0  # seconds between two looks for what is too old
_MOST_UNSAVED = 10_000  # operations
Result = TypeVar("Result")


class NoAnswerError(SQLAlchemyError):
    """The database has not answered in time."""


class StoreFullError(Exception):
    """Neither the database nor the disk takes anything, and too much waits in memory."""


@dataclass(frozen=True)
class _Mark:
    """Where a turn ends in a tracker's events, and the state there."""

    events: int
    state: dict[str, Any]


class KeptTracker(DialogueStateTracker):
    """A tracker that knows what of it is kept."""

    number = 0  # of the last turn that is kept
    at = 0.0  # when it was; seconds since 1970
    begin: _Mark = _Mark(0, {})
    marks: tuple[_Mark, ...] = ()  # of the turns since `begin`

    @property
    def kept(self) -> _Mark:
        return self.marks[-1] if self.marks else self.begin

    def generate_all_prior_trackers(self) -> Generator[tuple[DialogueStateTracker, bool], None, None]:
        """What the policies look at: the last few turns, so that a later turn costs no more."""
        since = self.marks[-LOOKED_BACK] if len(self.marks) >= LOOKED_BACK else self.begin
        recent = self.init_copy()
        if loop := since.state.get("loop"):
            recent.update(ActiveLoop(loop))
        recent.events.extend(islice(self.events, since.events, None))
        yield from recent.generate_all_prior_trackers()


class ConversationStore(TrackerStore):
    """`keep_journal`: whether reviewers may read, redacted, what is said."""

    def __init__(
        self, domain: Any, conversations: Conversations, spool: Spool, keep_journal: bool = True
    ) -> None:
        super().__init__(domain)
        self._conversations, self._spool, self._keep_journal = conversations, spool, keep_journal
        self._live: TTLCache[str, KeptTracker] = TTLCache(MOST_LIVE, KEPT_FOR)
        self._unsaved: list[Operation] = []  # the disk was full
        self._saving = Lock()  # held while one of these is taken out
        self._threads = ThreadPoolExecutor(_THREADS, "conversations")
        self._down_until = 0.0
        self._beside: list[asyncio.Task[None]] = []

    def init_tracker(self, sender_id: str) -> KeptTracker:
        return KeptTracker(sender_id, self.domain.slots)

    async def create_tracker(self, sender_id: str, append_action_listen: bool = True) -> KeptTracker:
        """A new tracker. Rasa's own would be saved at once; this one is with its first turn."""
        return self.init_tracker(sender_id)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation as it was at the end of its last turn, from here or from the database."""
        live = self._live.get(sender_id)
        if not self._waits_for(sender_id) and not self._is_down():
            try:
                live = await self._in_thread(self._current, sender_id, live)
            except SQLAlchemyError as error:
                self._fault("could not be read", error)
            else:
                self._live.pop(sender_id, None)
                if live:
                    self._live[sender_id] = live
        if live and len(live.events) != live.kept.events:  # a turn failed before its end
            live = self._live[sender_id] = self._since(live, live.begin)
        return live

    def _current(self, conversation: str, live: KeptTracker | None) -> KeptTracker | None:
        """`live` if nothing was said since, or else what the database has. In a thread."""
        last = self._conversations.last(conversation)
        if last is None or (live and (live.number, live.at) == last):
            return live if last else None
        return self._read(conversation, self._conversations.recent(conversation, REMEMBERED + 1))

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Returns when the turn is kept: in the database, or on disk on its way there."""
        assert isinstance(tracker, KeptTracker)
        events = list(islice(tracker.events, tracker.kept.events, None))
        if not events:
            return
        state, number, at = _state(tracker), tracker.number + 1, time()
        operation = await self._in_thread(self._addition, tracker.sender_id, number, at, events, state)
        await self._do(operation)
        tracker.number, tracker.at = number, at
        tracker.marks += (_Mark(len(tracker.events), state),)
        if len(tracker.marks) > 2 * REMEMBERED:
            tracker = self._since(tracker, tracker.marks[-REMEMBERED - 1])
        self._live[tracker.sender_id] = tracker

    def _addition(
        self, conversation: str, number: int, at: float, events: Sequence[Event], state: dict[str, Any]
    ) -> Operation:
        records = [record(event) for event in events]
        message = next((said["message_id"] for said in records if said.get("message_id")), None)
        entries = journal_entries(records) if self._keep_journal else []
        turn = Turn(conversation, number, at, message, records, state, entries)
        return {"do": "add", "conversation": conversation, "turn": asdict(turn)}

    async def answered(self, conversation: str, message: str) -> Turn | None:
        """The turn that answered this message of the channel, if there was one."""
        if self._is_down():
            return None
        try:
            return await self._in_thread(self._conversations.answered, conversation, message)
        except SQLAlchemyError as error:
            self._fault("could not be asked", error)
            return None

    async def end(self, conversation: str) -> None:
        """Forget the conversation that goes on; nothing happens if it is not there."""
        self._live.pop(conversation, None)
        await self._do({"do": "end", "conversation": conversation})

    async def delete(self, conversation: str) -> Receipt | None:
        """Forget it now, also what waits here, and what reviewers could read of it.

        None: the rest as soon as the database is there.
        """
        self._live.pop(conversation, None)
        at = time()
        if self._waits_for(conversation):
            with suppress(NoAnswerError):  # one of them is just being written: the deletion comes after it
                await self._in_thread(self._drop, lambda waits: is_turn_of(conversation, at, waits))
        receipt: Receipt | None = await self._do({"do": "forget", "conversation": conversation, "at": at})
        return receipt

    async def _do(self, operation: Operation) -> Any:
        """Do it now, or as soon as the database is there and what waits before it is done."""
        if not self.waiting() and not self._is_down():
            try:
                return await self._in_thread(self._conversations.carry_out, operation, False)
            except SQLAlchemyError as error:
                self._fault("could not be written", error)
        if not self._unsaved:
            try:
                await asyncio.to_thread(self._spool.put, operation)
                return None
            except OSError as error:
                self._fault("could not wait on disk", error)
        if len(self._unsaved) >= _MOST_UNSAVED:
            raise StoreFullError
        self._unsaved.append(operation)
        return None

    def waiting(self) -> int:
        """How many turns and deletions wait for the database."""
        return self._spool.waiting() + len(self._unsaved)

    async def is_usable(self) -> bool:
        """Whether the database can be read and nothing waits for it."""
        try:
            await self._in_thread(self._conversations.last, "")
        except SQLAlchemyError:
            return False
        return not self.waiting()

    def prepare(self) -> None:
        """Bring the database to the version of this release, if it is there. Raises NewerDatabaseError."""
        try:
            self._conversations.prepare()
        except NewerDatabaseError:
            raise
        except SQLAlchemyError as error:
            self._fault("is not there at the start", error)

    def start(self) -> None:
        """Catch up and tidy from now on, beside the conversations. Needs a running event loop."""
        self._beside = [
            asyncio.create_task(self._again_and_again(_PAUSE, self.catch_up)),
            asyncio.create_task(self._again_and_again(_TIDIED, self.purge)),
        ]

    async def stop(self) -> None:
        for task in self._beside:
            task.cancel()

    async def _again_and_again(self, pause: float, do: Callable[[], Any]) -> None:
        while True:
            try:
                await asyncio.to_thread(do)
            except (SQLAlchemyError, OSError) as error:
                self._fault("is still not there", error)
            await asyncio.sleep(pause)

    def catch_up(self) -> int:
        """Write what waits, in order; says how much. Raises SQLAlchemyError if the database is still down."""
        done = self._spool.catch_up(self._conversations.carry_out)
        with self._saving:
            while self._unsaved:
                self._conversations.carry_out(self._unsaved[0])
                self._unsaved.pop(0)
                done += 1
        if done:
            self._down_until = 0.0
        return done

    def purge(self) -> None:
        """Delete what is too old: first what waits, which needs no database. Raises SQLAlchemyError."""
        now = time()
        self._drop(lambda waits: self._conversations.is_too_old(waits, now))
        self._conversations.purge()

    def _drop(self, unwanted: Callable[[Operation], bool]) -> int:
        """Take out what waits and must not be kept, from the disk and from memory; says how much."""
        dropped = self._spool.drop(unwanted)
        with self._saving:
            for operation in [waits for waits in self._unsaved if unwanted(waits)]:
                self._unsaved.remove(operation)
                dropped += 1
        return dropped

    def _waits_for(self, conversation: str) -> bool:
        unsaved = any(operation["conversation"] == conversation for operation in self._unsaved)
        return unsaved or self._spool.waits_for(conversation)

    def _read(self, conversation: str, turns: list[Turn]) -> KeptTracker:
        """From stored turns; the state before the first is that after it, if more came before."""
        state: dict[str, Any] = {}
        if turns[0].number > 1:
            state, turns = turns[0].state, turns[1:] or turns[:1]
        told = [(turn.state, [Event.from_parameters(event) for event in turn.events]) for turn in turns]
        return self._tracker(conversation, state, told, turns[-1].number, turns[-1].at)

    def _since(self, tracker: KeptTracker, begin: _Mark) -> KeptTracker:
        """The same conversation without what came before `begin`, and without what is not kept."""
        events, place = list(tracker.events), begin.events
        told = []
        for mark in tracker.marks:
            if mark.events > begin.events:
                told.append((mark.state, events[place : mark.events]))
                place = mark.events
        return self._tracker(tracker.sender_id, begin.state, told, tracker.number, tracker.at)

    def _tracker(
        self,
        conversation: str,
        state: dict[str, Any],
        told: list[tuple[dict[str, Any], list[Event]]],
        number: int,
        at: float,
    ) -> KeptTracker:
        """A tracker in `state`, told the events of each turn, each with the state after it."""
        tracker = self.init_tracker(conversation)
        for name, value in state.get("slots", {}).items():
            tracker.update(SlotSet(name, value))
        if loop := state.get("loop"):
            tracker.update(ActiveLoop(loop))
        tracker.begin = _Mark(len(tracker.events), state)
        for after, events in told:
            for event in events:
                tracker.update(event)
            tracker.marks += (_Mark(len(tracker.events), after),)
        tracker.number, tracker.at = number, at
        return tracker

    async def _in_thread(self, do: Callable[..., Result], *arguments: Any) -> Result:
        """In a thread of the store's own, so that a database that hangs holds up nothing else."""
        doing = asyncio.get_running_loop().run_in_executor(self._threads, do, *arguments)
        try:
            return await asyncio.wait_for(doing, _PATIENCE)
        except TimeoutError:
            raise NoAnswerError from None

    def _is_down(self) -> bool:
        return monotonic() < self._down_until

    def _fault(self, trouble: str, error: Exception) -> None:
        self._down_until = monotonic() + _PAUSE
        metrics.fault("disk" if isinstance(error, OSError) else "database")
        logger.error("the store of conversations %s: %s", trouble, what(error))


def _state(tracker: DialogueStateTracker) -> dict[str, Any]:
    slots = {slot.name: slot.value for slot in tracker.slots.values() if slot.value is not None}
    loop = tracker.active_loop
    return {"slots": slots, "loop": loop.name if loop else None}
