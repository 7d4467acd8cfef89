"""What the dashboard counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from bot.privacy.where import KEPT_DAYS
from bot.review import plain_names
from bot.review.days import end, midnight
from bot.review.models import Conversation, Member
from bot.review.places import all_places

LONGEST = 366  # days
NOWHERE = "none"  # how an address says that no place was named
DAY = forms.DateInput({"type": "date"}, format="%Y-%m-%d")


class Choice(forms.Form):
    """Conversations that began in this time, at this place, in this way; at first the last month by days."""

    since = forms.DateField(label="From", widget=DAY)
    until = forms.DateField(label="Until", widget=DAY)
    place = forms.ChoiceField(required=False)
    channel = forms.ChoiceField(label="Where they wrote", required=False)
    each = forms.TypedChoiceField(label="Over time, by", choices=[(1, "Day"), (7, "Week")], coerce=int)

    use_required_attribute = False
    FIELDS: ClassVar = ("since", "until", "place", "channel", "each")

    def __init__(self, asked: dict[str, Any], member: Member) -> None:
        """`asked`: field by field, as in an address; `member` is whoever looks."""
        today = timezone.localdate()
        first = {"since": today - timedelta(days=KEPT_DAYS - 1), "until": today, "each": 1}
        super().__init__({**first, **{name: asked[name] for name in self.FIELDS if name in asked}})
        places = all_places()
        if not member.all_places:
            places = {id_: name for id_, name in places.items() if id_ in member.places}
        choices = {
            "place": [(id_ or NOWHERE, title) for id_, title in places.items()],
            "channel": plain_names.channels(),
        }
        for name, listed in choices.items():
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = [("", "Any"), *listed]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if "since" in given and "until" in given:
            if given["since"] > given["until"]:
                raise forms.ValidationError("The first day must not be after the last.")
            if (given["until"] - given["since"]).days >= LONGEST:
                raise forms.ValidationError("Choose a year or less.")
        return given

    def apply(self, conversations: QuerySet[Conversation]) -> QuerySet[Conversation]:
        """Those of `conversations` that were asked for, by a form that is valid."""
        chosen = self.cleaned_data
        found = conversations.filter(started__gte=midnight(chosen["since"]), started__lt=end(chosen["until"]))
        if chosen["place"]:
            found = found.filter(place="" if chosen["place"] == NOWHERE else chosen["place"])
        return found.filter(channel=chosen["channel"]) if chosen["channel"] else found

    def in_words(self, name: str) -> str:
        """What was chosen as `place` or `channel`."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        titles = dict(field.choices)  # type: ignore[arg-type]
        return str(titles[self.cleaned_data[name]])
