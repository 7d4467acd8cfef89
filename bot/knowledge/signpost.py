"""Chooses who to send a young person to, by need, age, nation and hour."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.knowledge.load import Knowledge
from bot.knowledge.schema import Service

LAST_RESORT = "childline"


def signpost(
    knowledge: Knowledge,
    ids: Iterable[str],
    *,
    age: int | None = None,
    nation: str = "England",
    place: str | None = None,
) -> list[Service]:
    """The services among `ids` that suit this person, in the order given.

    Somebody who may be under 19 is never left with adult lines only: Childline
    comes first then.
    """
    chosen = [s for id_ in ids if (s := knowledge.service(id_, place)).verified and s.suits(age, nation)]
    grown_up = age is not None and age >= 19
    if chosen and not grown_up and all(service.for_ == "adults" for service in chosen):
        chosen.insert(0, knowledge.services[LAST_RESORT])
    return chosen


def for_need(
    knowledge: Knowledge,
    need: str,
    *,
    at: datetime,
    age: int | None = None,
    nation: str = "England",
    most: int = 3,
) -> list[Service]:
    """Up to `most` services for `need`: those answering now first, young people's before general ones.

    `at` is an aware time. Never empty: Childline is always there.
    """
    fitting = [s.id for s in knowledge.services.values() if need in s.needs]
    found = signpost(knowledge, fitting, age=age, nation=nation)
    found.sort(key=lambda s: (is_closed(s, at), s.for_ != "young people"))
    return found[:most] or [knowledge.services[LAST_RESORT]]


def is_closed(service: Service, at: datetime) -> bool:
    """Whether its verified hours say that nobody answers at `at`; unknown hours count as open."""
    return bool(service.hours and service.hours.verified and not service.hours.open_at(at))
