"""How to reach the children's services of the young person's own council."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.person import Person
from actions.reply import Reply, about
from actions.services import with_services
from bot.knowledge import shared as knowledge

TOPIC = "contact_social_services"


def council_reply(person: Person) -> Reply:
    """The council's own numbers when the place is known; else the general answer, asking for the place."""
    known = knowledge()
    reply = about(TOPIC, person)
    place = known.places.get(person.place or "")
    if place is None:
        reply.text = f"{reply.text}\n\n{known.phrase('no_place')}"
        return with_services(reply)
    front_door = place.services[place.front_door]
    opening = known.phrase("place_known").replace("<place>", place.name)
    numbers = "\n".join(
        f"- {phone.name or front_door.name}: {phone.number}" for phone in front_door.phones if phone.verified
    )
    reply.text = f"{opening}\n\n{numbers}\n\n{reply.text}"
    reply.services = [front_door, *(s for s in reply.services if s.id != front_door.id)]
    return with_services(reply)


class ActionCouncil(Action):
    def name(self) -> str:
        return "action_council"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        return council_reply(Person.of(tracker)).send(dispatcher)
