"""Nobody can be traced, and what is forgotten is gone."""

from __future__ import annotations

import time

import pytest

from bot.privacy.pseudonyms import pseudonym


def test_a_pseudonym_is_the_same_each_time_and_differs_by_person_and_channel() -> None:
    assert pseudonym("rest", "1") == pseudonym("rest", "1")
    assert len({pseudonym("rest", "1"), pseudonym("rest", "2"), pseudonym("telegram", "1")}) == 3


def test_a_pseudonym_does_not_show_the_id() -> None:
    assert "123456" not in pseudonym("telegram", "123456")


@pytest.mark.rasa
async def test_a_conversation_is_forgotten_on_request_and_by_itself() -> None:
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import UserUttered

    from bot.privacy.forgetful_store import ForgetfulTrackerStore

    store = ForgetfulTrackerStore(Domain.empty(), kept_for=0.2)
    tracker = await store.get_or_create_tracker("a")
    tracker.update(UserUttered("hello"))
    await store.save(tracker)
    assert await store.retrieve("a")
    store.delete("a")
    assert not await store.retrieve("a")

    await store.save(tracker)
    gone_by = time.monotonic() + 0.2
    while time.monotonic() <= gone_by:
        pass
    assert not await store.retrieve("a")
