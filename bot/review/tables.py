"""The tables of the dashboard, each row with its number, its share and a bar."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.utils.safestring import SafeString

from bot.knowledge import shared
from bot.review import plain_names, plots
from bot.review.figures import ALL, FLAGGED, HELPFUL, NOT_SURE, REVIEWED, UNHELPFUL, Days, Figures
from bot.review.models.conversations import Level
from bot.review.small_counts import Key, Shown

TITLES: dict[Key, str] = {
    ALL: "Conversations",
    FLAGGED: "Danger or distress was noticed",
    NOT_SURE: "Your Say had to ask back",
    HELPFUL: "They said an answer helped",
    UNHELPFUL: "They said an answer did not help",
    REVIEWED: "Reviewed by somebody",
}
OVER_TIME = (ALL, FLAGGED, NOT_SURE, UNHELPFUL)
_FIRST = 12  # rows of a table that are shown at once
_TAPS = (
    "Counted: buttons of the chat. Not counted: taps on a phone number, a link or the card of a service. "
    "The phone opens those by itself and the chat is not told. Nor does anybody know here who rang."
)


@dataclass(frozen=True)
class Row:
    """`share` is of all conversations, in words, where both may be shown."""

    name: str
    count: Shown
    share: str
    bar: SafeString


@dataclass(frozen=True)
class Table:
    """`of` says what a row is."""

    title: str
    of: str
    rows: list[Row]
    remark: str = ""

    @property
    def first(self) -> list[Row]:
        """Those that are shown at once."""
        return self.rows[:_FIRST]

    @property
    def others(self) -> list[Row]:
        return self.rows[_FIRST:]


def tables(figures: Figures) -> Iterator[Table]:
    """All of them, the shortest first."""
    yield _table(figures, "In short", "What", [(title, key) for key, title in TITLES.items()])
    yield _table(figures, "How grave", "Level", [(level.label, ("level", level)) for level in Level])
    category = _named(figures, "categories", figures.categories, plain_names.category)
    yield _table(
        figures, "What the danger or distress was about", "About", category, "It may be several at once."
    )
    menu = {topic for section in shared().menu.sections.values() for topic in section.topics}
    asked = _named(figures, "topics", (id_ for id_ in figures.topics if id_ in menu), plain_names.topic)
    remark = "As Your Say understood it, typed or pressed. It may be several things in one conversation."
    yield _table(figures, "What they asked about", "Topic", asked, remark)
    said = _named(figures, "topics", (id_ for id_ in figures.topics if id_ not in menu), plain_names.topic)
    yield _table(figures, "What else they said", "What", said)
    pressed = _named(figures, "pressed", figures.pressed, lambda payload: plain_names.topic(payload[1:]))
    yield _table(figures, "Which buttons on to help they pressed", "Button", pressed, _TAPS)
    places = _named(figures, "place", figures.places, plain_names.place)
    yield _table(figures, "Places", "Place", places)
    channels = _named(figures, "channel", figures.channels, plain_names.channel)
    yield _table(figures, "Where they wrote", "Where", channels)


def over_time(figures: Figures) -> Iterator[tuple[Days, list[Shown]]]:
    """For each day or week the counts of `OVER_TIME`."""
    for piece in figures.pieces:
        yield piece, [figures[what, piece] for what in OVER_TIME]


def charts(figures: Figures) -> Iterator[tuple[str, SafeString]]:
    """A title and a line for each of `OVER_TIME`."""
    for number, what in enumerate(OVER_TIME):
        points = [(piece.begins, figures[what, piece]) for piece in figures.pieces]
        yield TITLES[what], plots.line(f"chart-{number}", TITLES[what], points)


def _named(
    figures: Figures, kind: str, ids: Iterable[str], name: Callable[[str], str]
) -> list[tuple[str, Key]]:
    """A name for each, the most frequent first."""
    return [(name(id_) or "Unknown", (kind, id_)) for id_ in figures.most_first(kind, ids)]


def _table(figures: Figures, title: str, of: str, keys: list[tuple[str, Key]], remark: str = "") -> Table:
    counts = [figures[key] for _, key in keys]
    most = max((count for count in counts if isinstance(count, int)), default=0)
    rows = [
        Row(name[:1].upper() + name[1:], count, _share(count, figures[ALL]), plots.bar(count, most))
        for (name, _), count in zip(keys, counts, strict=True)
    ]
    return Table(title, of, rows, remark)


def _share(count: Shown, everybody: Shown) -> str:
    if isinstance(count, int) and isinstance(everybody, int) and everybody:
        return f"{count / everybody:.0%}".replace("%", "\u00a0%")
    return ""
