"""The small forms of the libraries and of the proposals."""

from __future__ import annotations

from typing import Any

from django import forms

from bot.knowledge import shared
from bot.review.answer_edit import name_of_field
from bot.review.redacting import redact


class Remark(forms.Form):
    text = forms.CharField(
        label="A comment for everybody who reads this", max_length=4000, widget=forms.Textarea({"rows": 3})
    )

    def clean_text(self) -> str:
        return redact(self.cleaned_data["text"])


class WhyBack(Remark):
    text = forms.CharField(
        label="What should be different", max_length=4000, widget=forms.Textarea({"rows": 3})
    )


class Approve(forms.Form):
    """Initials, because that is how advocates sign."""

    initials = forms.RegexField(
        r"^[A-Za-z]{2,4}$",
        label="Your initials",
        error_messages={"invalid": "Two to four letters."},
        widget=forms.TextInput({"size": 5, "autocomplete": "off"}),
    )

    def clean_initials(self) -> str:
        return str(self.cleaned_data["initials"]).upper()


class AnswerForm(forms.Form):
    """Every text of one answer."""

    def __init__(self, topic: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._texts = shared().answers[topic].texts()
        for field, text in self._texts.items():
            rows = 2 + text.count("\n") + len(text) // 90
            self.fields[field] = forms.CharField(
                label=name_of_field(field),
                initial=text,
                max_length=4000,
                widget=forms.Textarea({"rows": rows}),
            )

    def changed(self) -> dict[str, str]:
        """The new words, where they differ, by field."""
        lines = {field: self.cleaned_data[field].splitlines() for field in self._texts}
        new = {field: "\n".join(line.rstrip() for line in ls).strip() for field, ls in lines.items()}
        return {field: text for field, text in new.items() if text != self._texts[field]}
