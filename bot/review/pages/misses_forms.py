"""The forms of the page of likely misses."""

from __future__ import annotations

from typing import Any

from django import forms

from bot.review import plain_names
from bot.review.models.conversations import Level

_DAY = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
SIZES = {60: "5", 120: "2.5", 300: "1"}  # messages: per cent that are missed at most, if none is found


class DrawForm(forms.Form):
    """Which messages to draw from, and how many."""

    since = forms.DateField(label="From", widget=_DAY)
    until = forms.DateField(label="Until", widget=_DAY)
    size = forms.TypedChoiceField(
        label="How many to read",
        coerce=int,
        choices=[(size, f"{size} (none missed: at most {share} %)") for size, share in SIZES.items()],
        initial=120,
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if "since" in given and "until" in given and given["since"] > given["until"]:
            raise forms.ValidationError("The first day must not be after the last.")
        return given


class JudgeForm(forms.Form):
    """Nothing wrong; or how grave it is, and what it is about. One button for each."""

    NOTHING, MISSED = "nothing", "missed"

    verdict = forms.ChoiceField(choices=[(NOTHING, "Nothing wrong"), (MISSED, "It was missed")])
    grave = forms.ChoiceField(label="How grave", required=False, choices=[])
    category = forms.ChoiceField(label="What it is about", required=False, choices=[])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: dict[str, list[tuple[Any, str]]] = {
            "grave": [(level.value, level.label) for level in Level if level],
            "category": [(id_, plain_names.category(id_)) for id_ in plain_names.every_category()],
        }
        for name, listed in choices.items():
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = [("", "Choose"), *listed]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("verdict") == self.MISSED and not (given.get("grave") and given.get("category")):
            raise forms.ValidationError("Choose how grave it is and what it is about.")
        if given.get("verdict") == self.NOTHING:
            given.update(grave="", category="")
        return given

    @property
    def level(self) -> Level:
        """What was judged, when the form is valid."""
        return Level(int(self.cleaned_data["grave"] or Level.NONE))
