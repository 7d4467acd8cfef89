"""The form in which a conversation becomes a story: its name, what it shows, the words of each message."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms

from bot.knowledge import ContentError
from bot.nlu.safety_examples import CATEGORIES
from bot.review import plain_names
from bot.review.judged import Judged
from bot.review.models import Proposal
from bot.stories.made_up import MadeUp, personal_details
from bot.stories.told import read_stories

OPEN = (Proposal.Status.CHECKING, Proposal.Status.WAITING, Proposal.Status.APPROVED)
PERSONAL = "This may be a personal detail, such as a name, a school or a street: say it another way."


@dataclass(frozen=True)
class Line:
    """One message in the form. `words` is missing for a button, `about` unless its level was wrong."""

    message: Judged
    words: forms.BoundField | None
    about: forms.BoundField | None


class StoryForm(forms.Form):
    name = forms.CharField(
        label="Name of the story",
        help_text="What happens, in a few words: asks about a visit and needs shorter words",
        max_length=120,
    )
    shows = forms.CharField(
        label="What it shows",
        help_text="Why a colleague should read it. No real name, age or place.",
        max_length=400,
        widget=forms.Textarea({"rows": 2}),
    )

    def __init__(self, messages: list[Judged], *args: Any, of: Proposal | None = None, **kwargs: Any) -> None:
        """`of`: the proposal that is changed, if this is no new one."""
        super().__init__(*args, **kwargs)
        self._messages, self._of = messages, of
        made_up = MadeUp()
        for place, message in enumerate(messages, 1):
            number, turn = message.turn.number, message.turn
            if turn.pressed:
                continue
            self.fields[f"words_{number}"] = forms.CharField(
                label=f"Message {place}",
                initial=made_up.fill(turn.text),
                required=False,
                max_length=2000,
                widget=forms.Textarea({"rows": min(8, 2 + len(turn.text) // 60)}),
            )
            if message.level_was_wrong and message.level:
                self.fields[f"about_{number}"] = forms.ChoiceField(
                    label=f"What message {place} is about",
                    choices=[("", "Choose"), *((name, plain_names.category(name)) for name in CATEGORIES)],
                    required=False,
                )

    @property
    def lines(self) -> Iterator[Line]:
        """The messages with their fields, in order."""
        for message in self._messages:
            names = (f"{kind}_{message.turn.number}" for kind in ("words", "about"))
            yield Line(message, *(self[name] if name in self.fields else None for name in names))

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if "/" in name:
            raise forms.ValidationError("A name has no slash in it.")
        if personal_details(name):
            raise forms.ValidationError(PERSONAL)
        others = Proposal.objects.filter(kind=Proposal.Kind.STORY, name=name, status__in=OPEN)
        if self._of:
            others = others.exclude(pk=self._of.pk)
        try:
            taken = any(story.name == name for story in read_stories())
        except ContentError as error:
            raise forms.ValidationError(f"The stories of this project cannot be read: {error}") from error
        if taken or others.exists():
            raise forms.ValidationError("Another story has this name already.")
        return name

    def clean_shows(self) -> str:
        shows = " ".join(self.cleaned_data["shows"].split())
        if personal_details(shows):
            raise forms.ValidationError(PERSONAL)
        return shows

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for line in self.lines:
            number = line.message.turn.number
            says = " ".join(given.get(f"words_{number}", "").split())
            given[f"words_{number}"] = says
            if says and (wrong := _wrong_with(says)):
                self.add_error(f"words_{number}", wrong)
            if says and not line.message.agreed:
                wrong = "Reviewers disagree on this message. Agree first what is right, or leave it out."
                self.add_error(f"words_{number}", wrong)
            if says and line.about and not given.get(f"about_{number}"):
                self.add_error(f"about_{number}", "Choose what it is about, so that the bot can learn it.")
        if not self.words:
            raise forms.ValidationError("A story needs at least one message.")
        return given

    @property
    def words(self) -> dict[int, str]:
        """What is said, by the number of the turn. A message without words is left out; a button stays."""
        said = {}
        for message in self._messages:
            number, turn = message.turn.number, message.turn
            if words := turn.payload if turn.pressed else self.cleaned_data.get(f"words_{number}", ""):
                said[number] = words
        return said

    @property
    def about(self) -> dict[int, str]:
        """The category of danger, by the number of the turn, where the level was wrong."""
        given = {line.message.turn.number: line for line in self.lines if line.about}
        return {number: self.cleaned_data[f"about_{number}"] for number in given}


def _wrong_with(says: str) -> str | None:
    if "[" in says or "]" in says:
        return "Square brackets stand for a detail that was taken out: put made-up words in their place."
    if personal_details(says):
        return PERSONAL
    if says.startswith("/"):
        return "A message cannot begin with a slash: that is how buttons are written."
    return None
