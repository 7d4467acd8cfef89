"""A turn counts as said when it is kept, and is forgotten in time."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from rasa.shared.core.events import ActiveLoop, BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot import quiet  # noqa: F401  # before anything of Rasa
from bot.privacy.conversations import Conversations, OvertakenError, Turn
from bot.privacy.database import open_database
from bot.privacy.journal import FORGOTTEN, Journal
from bot.privacy.tracker_store import LOOKED_BACK, REMEMBERED
from tests.privacy.kept import ANNA, Kept, said, say

pytestmark = pytest.mark.rasa


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path)


async def test_a_conversation_goes_on_after_a_restart(kept: Kept) -> None:
    await say(kept.store, "what is an advocate", topic="advocate_get")
    await say(kept.store, "how do i get one")
    tracker = await kept.opened().retrieve(ANNA)
    assert said(tracker) == ["what is an advocate", "how do i get one"]
    assert tracker is not None
    assert tracker.get_slot("topic") == "advocate_get"
    assert tracker.latest_action_name == "action_listen"


async def test_what_another_process_said_is_seen_at_once(kept: Kept) -> None:
    other = kept.opened()
    await say(kept.store, "one")
    await say(other, "two")
    await say(kept.store, "three")
    assert said(await other.retrieve(ANNA)) == ["one", "two", "three"]


async def test_nothing_is_written_that_tells_who_somebody_is(kept: Kept) -> None:
    await say(kept.store, "my name is Zebedee Quartermain and my number is 07700 900123")
    written = b"".join(file.read_bytes() for file in kept.folder.glob("journal.db*"))
    assert b"advocate_get" in written
    assert not any(secret in written for secret in (b"Zebedee", b"Quartermain", b"900123"))


async def test_a_turn_that_fails_leaves_no_trace(kept: Kept) -> None:
    await say(kept.store, "one")
    tracker = await kept.store.retrieve(ANNA)
    assert tracker
    tracker.update(UserUttered("half said"))
    tracker.update(SlotSet("topic", "meetings"))
    again = await kept.store.retrieve(ANNA)
    assert said(again) == ["one"]
    assert again is not None
    assert again.get_slot("topic") is None


async def test_a_long_conversation_stays_short_in_memory_and_keeps_its_state(kept: Kept) -> None:
    await say(kept.store, "the first", topic="advocate_get")
    for number in range(3 * REMEMBERED):
        await say(kept.store, f"message {number}")
    for store in (kept.store, kept.opened()):
        tracker = await store.retrieve(ANNA)
        assert tracker is not None
        assert REMEMBERED <= len(said(tracker)) <= 2 * REMEMBERED
        assert said(tracker)[-1] == f"message {3 * REMEMBERED - 1}"
        assert tracker.get_slot("topic") == "advocate_get"


async def test_the_policies_look_back_over_the_last_turns_only(kept: Kept) -> None:
    for number in range(LOOKED_BACK + 3):
        await say(kept.store, f"message {number}")
    tracker = await kept.store.retrieve(ANNA)
    assert tracker is not None
    whole = DialogueStateTracker.from_events(ANNA, tracker.events, tracker.slots.values())
    seen, of_whole = (each.past_states(kept.store.domain) for each in (tracker, whole))
    assert LOOKED_BACK <= len(seen) < len(of_whole)
    assert seen[1:] == of_whole[1 - len(seen) :]


async def test_a_form_that_is_open_stays_open_in_a_long_conversation(kept: Kept) -> None:
    tracker = await kept.store.get_or_create_tracker(ANNA)
    tracker.update(ActiveLoop("a_form"))
    await kept.store.save(tracker)
    for number in range(REMEMBERED + 1):
        await say(kept.store, f"message {number}")
    tracker = await kept.opened().retrieve(ANNA)
    assert tracker is not None
    assert tracker.active_loop_name == "a_form"


async def test_a_message_is_known_to_have_been_answered(kept: Kept) -> None:
    tracker = await kept.store.get_or_create_tracker(ANNA)
    tracker.update(UserUttered("hello", message_id="page-1"))
    tracker.update(BotUttered("hello to you"))
    await kept.store.save(tracker)
    turn = await kept.opened().answered(ANNA, "page-1")
    assert turn
    assert [event["text"] for event in turn.events if event["event"] == "bot"] == ["hello to you"]
    assert await kept.store.answered(ANNA, "page-2") is None
    assert await kept.store.answered("b" * 32, "page-1") is None


def test_a_turn_is_added_once_and_never_over_another(kept: Kept) -> None:
    conversations = Conversations(open_database(kept.url))
    turn = Turn(ANNA, 1, 1e12, None, [], {}, [{"at": 1e12, "kind": "user", "said": {"text": "x"}}])
    conversations.add(turn)
    conversations.add(turn)
    assert len(list(Journal(kept.url).after(0))) == 1
    with pytest.raises(OvertakenError):
        conversations.add(Turn(ANNA, 1, 1e12 + 1, None, [], {}))


async def test_a_turn_that_was_overtaken_comes_after_the_other(kept: Kept) -> None:
    other = kept.opened()
    await say(kept.store, "one")
    mine, theirs = await kept.store.retrieve(ANNA), await other.retrieve(ANNA)
    assert mine
    assert theirs
    for store, tracker, text in ((other, theirs, "two"), (kept.store, mine, "three")):
        tracker.update(UserUttered(text))
        await store.save(tracker)
    assert said(await kept.store.retrieve(ANNA)) == ["one", "two", "three"]


async def test_deleting_says_what_was_deleted_and_tells_the_review_room(kept: Kept) -> None:
    await say(kept.store, "unmistakeable")
    await say(kept.store, "again")
    receipt = await kept.store.delete(ANNA)
    assert receipt
    assert (receipt.turns, receipt.entries) == (2, 4)
    assert await kept.store.retrieve(ANNA) is None
    assert [entry.kind for entry in Journal(kept.url).after(0)] == [FORGOTTEN]
    assert b"unmistakeable" not in b"".join(file.read_bytes() for file in kept.folder.glob("journal.db"))


async def test_ending_keeps_what_reviewers_may_read(kept: Kept) -> None:
    await say(kept.store, "one")
    await kept.store.end(ANNA)
    assert await kept.store.retrieve(ANNA) is None
    assert [entry.kind for entry in Journal(kept.url).after(0)] == ["user", "bot"]


async def test_a_conversation_is_forgotten_by_itself(tmp_path: Path) -> None:
    kept = Kept(tmp_path, kept_for=0.0)
    await say(kept.store, "one")
    assert await kept.store.retrieve(ANNA) is None
    await say(kept.store, "two")
    assert Conversations(open_database(kept.url), 0.0).purge().turns == 1
    assert Conversations(open_database(kept.url)).export(ANNA)["turns"] == []


async def test_everything_that_is_held_of_a_conversation_can_be_exported(kept: Kept) -> None:
    await say(kept.store, "one", topic="advocate_get")
    held = Conversations(open_database(kept.url)).export(ANNA)
    assert [event["text"] for event in held["turns"][0]["events"] if event["event"] == "user"] == ["one"]
    assert [entry["kind"] for entry in held["journal"]] == ["user", "bot"]
    assert json.loads(json.dumps(held)) == held


async def test_a_clock_that_is_put_back_loses_nothing(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    await say(kept.store, "one")
    now = time.time()
    monkeypatch.setattr("bot.privacy.tracker_store.time", lambda: now - 3 * 3600)
    monkeypatch.setattr("bot.privacy.conversations.time", lambda: now - 3 * 3600)
    await say(kept.store, "two")
    assert said(await kept.opened().retrieve(ANNA)) == ["one", "two"]


async def test_a_clock_that_jumps_ahead_only_forgets_sooner(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    await say(kept.store, "one")
    now = time.time()
    monkeypatch.setattr("bot.privacy.tracker_store.time", lambda: now + 3 * 3600)
    monkeypatch.setattr("bot.privacy.conversations.time", lambda: now + 3 * 3600)
    await say(kept.store, "two")
    assert said(await kept.opened().retrieve(ANNA)) == ["two"]
    told = [entry.said["text"] for entry in Journal(kept.url).after(0) if entry.kind == "user"]
    assert told == ["one", "two"]
