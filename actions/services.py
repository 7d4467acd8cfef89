"""Says how to reach the services that belong to an answer, and finds more for the same need."""

from __future__ import annotations

from datetime import UTC, datetime

from actions.person import Person
from actions.reply import ADULT, Reply
from bot.knowledge import Service, for_need
from bot.knowledge import shared as knowledge
from bot.knowledge.signpost import is_closed


def with_services(reply: Reply) -> Reply:
    """Add to the words each service that they do not name yet: how to reach it, whether it is open."""
    missing = [s for s in reply.services if (s.phone or s.web or s.name) not in reply.text]
    if missing:
        lines = [knowledge().menu.phrases["who_can_help"], *map(_line, missing)]
        ending = reply.source["says"] if reply.source and reply.part != "simpler" else ""
        body = reply.text.removesuffix(ending).rstrip()
        reply.text = "\n\n".join(part for part in (body, "\n".join(lines), ending) if part)
    return reply


def _line(service: Service) -> str:
    phrases = knowledge().menu.phrases
    text = service.text.words if service.text and service.text.verified else None
    ways = [way for way in (service.phone, text, service.web) if way]
    line = f"- {service.name}: {', or '.join(ways)}." if ways else f"- {service.name}."
    if service.phone and service.hours and service.hours.verified:
        state = "closed_now" if is_closed(service, datetime.now(UTC)) else "open_now"
        line += f" {phrases[state]} {service.hours.says}"
    if service.caution:
        line += f" {service.caution}"
    return line


def for_needs(topic: str, person: Person) -> list[Service]:
    """Services for the needs behind `topic` that suit this person and are open first."""
    answer = knowledge().answers[topic]
    age = person.age or (ADULT if answer.speaks_to == "adults" else None)
    nation, now = person.nation or "England", datetime.now(UTC)
    found = [for_need(knowledge(), need, at=now, age=age, nation=nation) for need in answer.needs]
    return [service for services in found for service in services]
