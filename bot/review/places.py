"""The places whose conversations a team may be given."""

from __future__ import annotations

from bot.knowledge import shared
from bot.review.models import Member

NO_PLACE = ""  # as `Conversation.place` says it


def all_places() -> dict[str, str]:
    """Names by id; also of those conversations in which no place was named."""
    return {place: known.name for place, known in shared().places.items()} | {NO_PLACE: "No place named"}


def names_of(member: Member) -> list[str]:
    """The names of this person's places. A place that is no longer in `data/places` goes by its id."""
    if member.all_places:
        return ["All places"]
    names = all_places()
    return [names.get(place, place) for place in member.places]
