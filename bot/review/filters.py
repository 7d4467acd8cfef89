"""What the queue can be narrowed to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.db.models import TextField
from django.db.models.functions import Cast

from bot.review import plain_names
from bot.review.days import end, midnight
from bot.review.models import Label, Member, Word
from bot.review.models.conversations import Level
from bot.review.models.search import words_of
from bot.review.order import NEWEST, RISKIEST, Conversations
from bot.review.places import all_places

LOW = 0.5  # confidence below which it was less than half sure
FLAGGED = "flagged"
NOWHERE = "none"  # how an address says that no place was named
MOST_WORDS = 8  # of a search
BEGINNING = 3  # letters; shorter words are only looked for as they are
TO_REVIEW = {"order": RISKIEST, "unreviewed": "on"}  # what somebody sees who has chosen nothing


class Filters(forms.Form):
    """The form above the queue. `found` is the key to words that the session keeps (see `pages.queue`)."""

    words = forms.CharField(label="Words that were typed", max_length=200)
    found = forms.CharField(widget=forms.HiddenInput)
    order = forms.ChoiceField(choices=[(RISKIEST, "Riskiest first"), (NEWEST, "Newest first")])
    level = forms.ChoiceField()
    category = forms.ChoiceField(label="About")
    topic = forms.ChoiceField()
    channel = forms.ChoiceField(label="Where they wrote")
    place = forms.ChoiceField()
    label = forms.ModelChoiceField(Label.objects.order_by("name"), empty_label="Any")
    since = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="Until", widget=forms.DateInput(attrs={"type": "date"}))
    unreviewed = forms.BooleanField(label="Not reviewed yet")
    mine = forms.BooleanField(label="Assigned to me")
    second = forms.BooleanField(label="Second opinion wanted")
    unsure = forms.BooleanField(label="Your Say was less than half sure")
    not_sure = forms.BooleanField(label="Your Say had to ask back")
    unhelpful = forms.BooleanField(label="They said it did not help")

    use_required_attribute = False
    CHOICES: ClassVar = ("order", "level", "category", "topic", "channel", "place", "label", "since", "until")
    CHECKS: ClassVar = ("unreviewed", "mine", "second", "unsure", "not_sure", "unhelpful")

    def __init__(self, chosen: dict[str, Any], member: Member) -> None:
        """`chosen`: field by field, as in an address; `member` is whoever looks."""
        super().__init__(chosen)
        self._member = member
        places = all_places()
        if not member.all_places:
            places = {id_: name for id_, name in places.items() if id_ in member.places}
        choices: dict[str, list[Any]] = {
            "level": [(FLAGGED, "Concern or above"), *Level.choices],
            "category": [(id_, plain_names.category(id_)) for id_ in plain_names.every_category()],
            "topic": plain_names.topics_by_section(),
            "channel": plain_names.channels(),
            "place": [(id_ or NOWHERE, title) for id_, title in places.items()],
        }
        for name, field in self.fields.items():
            field.required = False
            if name in choices and isinstance(field, forms.ChoiceField):
                field.choices = [("", "Any"), *choices[name]]

    def choices(self) -> list[forms.BoundField]:
        return [self[name] for name in self.CHOICES]

    def checks(self) -> list[forms.BoundField]:
        return [self[name] for name in self.CHECKS]

    def narrowed(self) -> int:
        """How many of these are in use."""
        return sum(bool(self._chosen(name)) for name in (*self.CHOICES, *self.CHECKS) if name != "order")

    @property
    def in_order(self) -> str:
        """Which of `bot.review.order`'s."""
        return self._chosen("order") or RISKIEST

    @property
    def address(self) -> str:
        """The query of an address that chooses the same; never the words themselves."""
        chosen = {name: self.data.get(name) for name in self.fields if name != "words" and self._chosen(name)}
        return urlencode(chosen)

    def apply(self, conversations: Conversations) -> Conversations:
        """Those of `conversations` that were asked for; none, if the form has a mistake."""
        if not self.is_valid():
            return conversations.none()
        for name, narrow in _NARROW.items():
            if chosen := self._chosen(name):
                conversations = narrow(conversations, chosen)
        if self._chosen("mine"):
            conversations = conversations.filter(assigned_to=self._member.user_id)
        return conversations

    def _chosen(self, name: str) -> Any:
        return self.cleaned_data.get(name) if self.is_valid() else None


def _words(conversations: Conversations, words: str) -> Conversations:
    """All of the words must have been typed, or longer ones that begin so (but "me" is not "meeting")."""
    looked_for = sorted(words_of(words))[:MOST_WORDS]
    if not looked_for:
        return conversations.none()
    for word in looked_for:
        same = {"text__begins": word} if len(word) >= BEGINNING else {"text": word}
        conversations = conversations.filter(pk__in=Word.objects.filter(**same).values("conversation"))
    return conversations


def _level(conversations: Conversations, level: str) -> Conversations:
    if level == FLAGGED:
        return conversations.filter(level__gte=Level.CONCERN)
    return conversations.filter(level=int(level))


def _listed_in(field: str) -> Callable[[Conversations, str], Conversations]:
    """Narrows to those with an id in the JSON list `field`; SQLite's JSON cannot be asked for it."""

    def narrow(conversations: Conversations, id_: str) -> Conversations:
        text = {f"{field}_text": Cast(field, TextField())}
        return conversations.alias(**text).filter(**{f"{field}_text__contains": f'"{id_}"'})

    return narrow


_NARROW: dict[str, Callable[[Conversations, Any], Conversations]] = {
    "words": _words,
    "level": _level,
    "category": _listed_in("categories"),
    "topic": _listed_in("topics"),
    "channel": lambda some, channel: some.filter(channel=channel),
    "place": lambda some, place: some.filter(place="" if place == NOWHERE else place),
    "label": lambda some, label: some.filter(labels=label),
    "since": lambda some, day: some.filter(last__gte=midnight(day)),
    "until": lambda some, day: some.filter(last__lt=end(day)),
    "unreviewed": lambda some, _: some.filter(reviewed=None),
    "second": lambda some, _: some.filter(second_opinion=True),
    "unsure": lambda some, _: some.filter(least_confidence__lt=LOW),
    "not_sure": lambda some, _: some.filter(not_sure=True),
    "unhelpful": lambda some, _: some.filter(unhelpful=True),
}
