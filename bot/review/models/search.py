"""Which words young people typed in which conversation, for the search of the queue.

An ordinary table rather than a database's own full-text index: those keep deleted words until they
tidy up, and what a young person has deleted must be gone. It works the same on SQLite and PostgreSQL.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import models

from bot.review.models.conversations import Conversation

LONGEST = 24  # letters of a word that are kept; more is hardly ever typed in a search
_WORD = re.compile(r"[^\W_]{2,}")


class Word(models.Model):
    """One word of one conversation, without capitals, accents and apostrophes."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="words", db_index=False)
    text = models.CharField(max_length=LONGEST)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["conversation", "text"], name="one_word_a_conversation")
        ]
        indexes: ClassVar = [
            # The classes let PostgreSQL look up beginnings of words whatever its language is.
            models.Index(
                fields=["text", "conversation"],
                name="word_search",
                opclasses=["varchar_pattern_ops", "int8_ops"],
            )
        ]

    @staticmethod
    def remember(said: Iterable[tuple[Conversation, str]]) -> None:
        """Make what was typed (redacted) findable."""
        found = {(conversation.pk, word) for conversation, text in said for word in words_of(text)}
        Word.objects.bulk_create(
            [Word(conversation_id=pk, text=word) for pk, word in sorted(found)],
            batch_size=1000,
            ignore_conflicts=True,
        )


@models.CharField.register_lookup
class Begins(models.Lookup):  # type: ignore[type-arg]  # it takes none when it runs
    """`text__begins`: starts with this word. Unlike Django's own it can use an index on SQLite too."""

    lookup_name = "begins"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, given = self.process_lhs(compiler, connection)
        return f"{column} LIKE %s", [*given, f"{self.rhs}%"]

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, given = self.process_lhs(compiler, connection)
        last = chr(0x10FFFF)  # after every letter
        return f"({column} >= %s AND {column} < %s)", [*given, self.rhs, *given, f"{self.rhs}{last}"]


def words_of(text: str) -> set[str]:
    """The words of a text as they are kept and looked up; one letter alone is no word."""
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", text.casefold())
        if letter not in "'’" and not unicodedata.combining(letter)
    )
    return {word[:LONGEST] for word in _WORD.findall(plain)}
