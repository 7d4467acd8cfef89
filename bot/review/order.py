"""The order in which conversations are read, and what comes before and after one of them.

Pages begin after a conversation rather than after so many, so that a late page costs what the first
one does, and "next" is right even if the present one has left the list meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from bot.review.models import Conversation

RISKIEST, NEWEST = "risk", "new"
_FIELDS = {RISKIEST: ("level", "last", "pk"), NEWEST: ("last", "pk")}  # each from high to low
FEW = 1000  # conversations; so many are found one by one and then ordered
Conversations = QuerySet[Conversation]


def counted(conversations: Conversations) -> tuple[Conversations, int]:
    """The same conversations in a form that is quick to order, and how many: beyond FEW just one more.

    A database that looks for a few rare rows in an order walks through all of its index for them; it is
    ten times faster at finding them anyhow and ordering them then. Of many it finds the first ones at once.
    """
    found = list(conversations.order_by().values_list("pk", flat=True)[: FEW + 1])
    few = len(found) <= FEW
    return (Conversation.objects.filter(pk__in=found) if few else conversations), len(found)


def after(conversations: Conversations, order: str, one: Conversation | None) -> Conversations:
    """Those that come after `one` in the queue, in its order; all of them after None."""
    fields = _FIELDS[order]
    return _beyond(conversations, fields, one, "lt").order_by(*(f"-{field}" for field in fields))


def before(conversations: Conversations, order: str, one: Conversation) -> Conversations:
    """Those that come before `one`, the nearest first."""
    return _beyond(conversations, _FIELDS[order], one, "gt").order_by(*_FIELDS[order])


def _beyond(
    conversations: Conversations, fields: Sequence[str], one: Conversation | None, side: str
) -> Conversations:
    if one is None:
        return conversations
    beyond, same = Q(), Q()
    for field in fields:
        beyond |= same & Q(**{f"{field}__{side}": getattr(one, field)})
        same &= Q(**{field: getattr(one, field)})
    # Follows from the rest, and lets the database begin in the midst of its index.
    return conversations.filter(beyond, **{f"{fields[0]}__{side}e": getattr(one, fields[0])})
