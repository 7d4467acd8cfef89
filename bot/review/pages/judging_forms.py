"""The forms with which a conversation is judged. What reviewers write is redacted too: they quote."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib.auth.models import User

from bot.review import plain_names
from bot.review.models import Conversation, Label, Rubric, Verdict
from bot.review.models.conversations import Level
from bot.review.redacting import redact

_FEW = {"rows": 3}


class VerdictForm(forms.ModelForm):  # type: ignore[type-arg]  # it takes none when it runs
    """One turn: understood rightly or not, what would have been right, and better words for the answer."""

    right = forms.TypedChoiceField(
        label="Did Your Say understand this rightly?",
        choices=[(True, "Yes"), (False, "No")],
        coerce=lambda given: given == "True",
        widget=forms.RadioSelect,
    )
    right_topic = forms.ChoiceField(label="If not: the right topic", required=False)
    right_level = forms.TypedChoiceField(
        label="If not: the right level",
        choices=[("", "The level is right"), *Level.choices],
        coerce=int,
        empty_value=None,
        required=False,
    )
    right_category = forms.ChoiceField(label="If not: what it is really about", required=False)
    better_wording = forms.CharField(
        label="Better words for the answer, if you have them",
        required=False,
        max_length=2000,
        widget=forms.Textarea(_FEW),
    )

    class Meta:
        model = Verdict
        fields: ClassVar = ["right", "right_topic", "right_level", "right_category", "better_wording"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        categories = [(id_, plain_names.category(id_)) for id_ in plain_names.every_category()]
        choices: dict[str, list[Any]] = {
            "right_topic": [("", "The topic is right"), *plain_names.topics_by_section()],
            "right_category": [("", "That is right"), *categories],
        }
        for name, listed in choices.items():
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = listed

    def clean_better_wording(self) -> str:
        return redact(self.cleaned_data["better_wording"])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("right"):
            given.update(right_topic="", right_level=None, right_category="")
        elif given.get("right") is False and not (
            given.get("right_topic") or given.get("right_level") is not None or given.get("right_category")
        ):
            raise forms.ValidationError("Choose the topic, the level or the kind that would have been right.")
        return given


class RubricForm(forms.ModelForm):  # type: ignore[type-arg]  # it takes none when it runs
    """The whole conversation."""

    class Meta:
        model = Rubric
        fields: ClassVar = [*Rubric.QUESTIONS, "notes"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, question in Rubric.QUESTIONS.items():
            marks = [(mark.value, mark.label) for mark in reversed(Rubric.Mark)]
            self.fields[name] = forms.TypedChoiceField(
                label=question, choices=marks, coerce=int, widget=forms.RadioSelect
            )
        self.fields["notes"] = forms.CharField(
            label="Why, if you like. Other reviewers see it once they have given their own marks.",
            required=False,
            max_length=4000,
            widget=forms.Textarea(_FEW),
        )

    def clean_notes(self) -> str:
        return redact(self.cleaned_data["notes"])


class Note(forms.Form):
    text = forms.CharField(
        label="A note for everybody who reads this", max_length=4000, widget=forms.Textarea(_FEW)
    )

    def clean_text(self) -> str:
        return redact(self.cleaned_data["text"])


class Labels(forms.Form):
    labels = forms.ModelMultipleChoiceField(
        Label.objects.order_by("name"), required=False, widget=forms.CheckboxSelectMultiple
    )
    new = forms.CharField(label="A new label", required=False, max_length=40)

    def clean_new(self) -> str:
        return redact(" ".join(self.cleaned_data["new"].split()))[:40]

    def chosen(self) -> list[Label]:
        """What was ticked, and the new one."""
        ticked = list(self.cleaned_data["labels"])
        if name := self.cleaned_data["new"]:
            ticked.append(Label.objects.filter(name__iexact=name).first() or Label.objects.create(name=name))
        return ticked


class Assign(forms.Form):
    """To somebody whose team reads this place."""

    to = forms.ModelChoiceField(
        User.objects.none(), label="Assign it to", required=False, empty_label="Nobody"
    )

    def __init__(self, one: Conversation, chosen: Any = None) -> None:
        super().__init__(chosen, initial={"to": one.assigned_to})
        people = User.objects.filter(is_active=True, member__isnull=False).select_related("member")
        may = [user.pk for user in people if user.member.all_places or one.place in user.member.places]
        choice = self.fields["to"]
        if isinstance(choice, forms.ModelChoiceField):
            choice.queryset = User.objects.filter(pk__in=may).order_by("username")
