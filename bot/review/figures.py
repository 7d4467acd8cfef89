"""What the dashboard counts: conversations, never messages, so that one small-count rule holds for all.

Counted by the database. Every number passes through `small_counts` in one go, together with all that it
adds up to, so that no part of the page gives away what another part hides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import inf
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Count,
    ExpressionWrapper,
    IntegerField,
    Q,
    QuerySet,
    When,
)

from bot.knowledge import shared
from bot.review.days import end
from bot.review.models import Conversation, Turn
from bot.review.models.conversations import Level
from bot.review.small_counts import Hidden, Key, Shown, Sum, protect

ALL, FLAGGED, NOT_SURE, UNHELPFUL, REVIEWED = "all", "flagged", "not_sure", "unhelpful", "reviewed"
HELPFUL = ("topics", "feedback_helpful")
_BY_PIECE = (FLAGGED, NOT_SURE, UNHELPFUL)
_REST = "all but"  # those of whom something is not so: never shown, but easily worked out


@dataclass(frozen=True)
class Days:
    """A day or a week of the time that is shown."""

    first: date
    last: date

    @property
    def begins(self) -> str:
        return f"{self.first.day} {self.first:%b}"


def split(since: date, until: date, length: int) -> list[Days]:
    """The time from `since` to `until`, both counted, in pieces of so many days; the last may be shorter."""
    count = (until - since).days // length + 1
    starts = [since + timedelta(days=length * number) for number in range(count)]
    return [Days(first, min(first + timedelta(days=length - 1), until)) for first in starts]


class Figures:
    """All counts of one page; each of its methods says what may be shown."""

    def __init__(self, conversations: QuerySet[Conversation], pieces: Sequence[Days]) -> None:
        """`conversations` began within `pieces`."""
        self._counts: Counter[Key] = Counter()
        self._sums: list[Sum] = []
        self._untold: set[Key] = set()
        self.pieces = pieces
        self._count_all(conversations)
        self.topics = self._listed("topics", conversations, ALL, HELPFUL[1])
        flagged = conversations.filter(level__gte=Level.CONCERN)
        self.categories = self._listed("categories", flagged, FLAGGED)
        self.pressed = self._count_pressed(conversations)
        for total, parts in self._sums:
            self._counts.update(dict.fromkeys((total, *parts), 0))  # what is not there has been counted too
        self._shown = protect(self._counts, self._sums, frozenset(self._untold))

    def __getitem__(self, key: Key) -> Shown:
        return self._shown[key]

    @property
    def are_few(self) -> bool:
        """Whether so few wrote that nothing may be said of them but that."""
        return self._shown[ALL] in (0, Hidden.FEWER)

    def most_first(self, kind: str, ids: Iterable[str]) -> list[str]:
        """The ids; those that are hidden last and by name, for their place would tell their size."""

        def place(id_: str) -> tuple[float, str]:
            count = self._shown[kind, id_]
            return (-count if isinstance(count, int) else inf, id_)

        return sorted(ids, key=place)

    def _count_all(self, conversations: QuerySet[Conversation]) -> None:
        # Not by the database's own dates: SQLite asks Python for the time zone of each row.
        number = Case(
            *(When(started__lt=end(piece.last), then=place) for place, piece in enumerate(self.pieces)),
            output_field=IntegerField(),
        )
        alike = ("number", "level", "not_sure", "unhelpful", "is_reviewed", "place", "channel")
        is_reviewed = ExpressionWrapper(Q(reviewed__isnull=False), BooleanField())
        told = conversations.annotate(number=number, is_reviewed=is_reviewed)
        grouped = told.order_by().values(*alike)
        places, channels = set(), set()
        for group in grouped.annotate(count=Count("pk")):
            piece, count = self.pieces[group["number"]], group["count"]
            places.add(group["place"])
            channels.add(group["channel"])
            self._add(piece, group, count)
        self.places, self.channels = sorted(places), sorted(channels)
        self._sums.append((ALL, [(ALL, piece) for piece in self.pieces]))
        self._sums.append((ALL, [("level", level) for level in Level]))
        self._sums.append((FLAGGED, [("level", level) for level in Level if level]))
        self._sums.append((ALL, [("place", place) for place in self.places]))
        self._sums.append((ALL, [("channel", channel) for channel in self.channels]))
        self._part(ALL, REVIEWED)
        for what in _BY_PIECE:
            self._part(ALL, what)
            self._sums.append((what, [(what, piece) for piece in self.pieces]))
            self._sums.append(((_REST, what), [(_REST, (what, piece)) for piece in self.pieces]))
            for piece in self.pieces:
                self._part((ALL, piece), (what, piece))

    def _add(self, piece: Days, group: dict[str, Any], count: int) -> None:
        is_so = {
            ALL: True,
            FLAGGED: group["level"] >= Level.CONCERN,
            NOT_SURE: group["not_sure"],
            UNHELPFUL: group["unhelpful"],
            REVIEWED: group["is_reviewed"],
        }
        for what, is_true in is_so.items():
            self._counts[what] += count * is_true
            self._counts[what, piece] += count * is_true
        for kind in ("level", "place", "channel"):
            self._counts[kind, group[kind]] += count

    def _part(self, whole: Key, part: Key) -> None:
        """`part` of `whole` are so, and the rest, which nobody is shown, are not."""
        rest = (_REST, part)
        self._counts[rest] = self._counts[whole] - self._counts[part]
        self._untold.add(rest)
        self._sums.append((whole, [part, rest]))

    def _listed(
        self, field: str, conversations: QuerySet[Conversation], whole: str, *always: str
    ) -> list[str]:
        """Count what stands in a list of each conversation; says what there is, and what is `always` said."""
        found = Counter(dict.fromkeys(always, 0))
        for row in conversations.order_by().values(field).annotate(count=Count("pk")):
            found.update(dict.fromkeys(row[field], row["count"]))
        for id_ in found:
            self._counts[field, id_] = found[id_]
            self._part(whole, (field, id_))
        return sorted(found)

    def _count_pressed(self, conversations: QuerySet[Conversation]) -> list[str]:
        payloads = onward_buttons()
        pressed = Turn.objects.filter(pressed=True, payload__in=payloads, conversation__in=conversations)
        rows = pressed.order_by().values("payload").annotate(count=Count("conversation", distinct=True))
        self._counts.update({("pressed", row["payload"]): row["count"] for row in rows})
        for payload in payloads:
            self._part(ALL, ("pressed", payload))
        return payloads


def onward_buttons() -> list[str]:
    """What the buttons send that lead on to help: the answers to "are you safe right now?", and contacts."""
    menu = shared().menu.sections
    helplines = next((section.topics for section in menu.values() if "childline" in section.topics), ())
    contacts = dict.fromkeys((*helplines, "advocate_get", "human_handover"))
    return ["/safe_now", "/not_safe_now", *(f"/{topic}" for topic in contacts)]
