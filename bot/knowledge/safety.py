"""What is said when a message shows danger or distress."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, TypeAlias

from pydantic import constr, validator

from bot.knowledge.schema import Entry, Sentence

if TYPE_CHECKING:
    LanguageCode: TypeAlias = str
else:
    LanguageCode = constr(regex=r"^[a-z]{2}$")  # ISO 639-1


class CategoryReply(Entry):
    """`says` follows an urgent or milder opening, `emergency` the gravest opening.

    Of `services` the first that suits the person and the hour is named besides Childline.
    """

    says: Sentence | None
    emergency: Sentence | None
    services: tuple[str, ...] = ()


class SpeakerReply(Entry):
    """For somebody who is not the young person: `says` stands in place of the words for a child."""

    says: Sentence
    emergency: Sentence
    services: tuple[str, ...]


class SafetyReplies(Entry):
    """`levels` are the first words, by level; `categories` and `speakers` make them fit."""

    checked: date
    approved_by: Sentence | None
    levels: dict[str, Sentence]
    categories: dict[str, CategoryReply]
    speakers: dict[str, SpeakerReply]
    phrases: dict[str, Sentence]

    def texts(self) -> dict[str, str]:
        """Every text that a young person may read, by its field."""
        said = {f"levels.{name}": text for name, text in self.levels.items()}
        said |= {f"phrases.{name}": text for name, text in self.phrases.items()}
        for group in ("categories", "speakers"):
            for name, reply in getattr(self, group).items():
                said |= {f"{group}.{name}.says": reply.says, f"{group}.{name}.emergency": reply.emergency}
        return {name: text for name, text in said.items() if text}


class HelpCard(Entry):
    """Help in one other language, the messages by which it is known, by level, and its `words` in English.

    The first line of `card` says why it is shown, the others stand alone. `approved_by` is
    somebody who speaks the language; `card_latin` is for those who type it in
    Latin letters; a word that ends in a star stands for all that begin like it.
    """

    language: Sentence
    own_name: Sentence
    code: LanguageCode
    checked: date
    approved_by: Sentence | None
    card: Sentence
    card_latin: Sentence | None
    says_in_english: Sentence
    messages: dict[str, tuple[str, ...]]
    words: dict[str, str]

    @property
    def unasked(self) -> str:
        """The card for somebody who has written nothing yet."""
        return self.card.partition("\n")[2]

    @validator("messages", pre=True)
    def one_message_a_line(cls, messages: dict[str, str]) -> dict[str, list[str]]:
        lines = {level: text.splitlines() for level, text in messages.items()}
        return {
            level: [line.strip().removeprefix("- ") for line in ls if line.strip()]
            for level, ls in lines.items()
        }
