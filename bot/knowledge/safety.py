"""What is said when a message shows danger or distress."""

from __future__ import annotations

from datetime import date

from bot.knowledge.schema import Entry, Sentence


class CategoryReply(Entry):
    says: Sentence


class SafetyReplies(Entry):
    """`levels` are the first words, by level; `categories` add a sentence on who knows about that."""

    checked: date
    approved_by: Sentence | None
    levels: dict[str, Sentence]
    categories: dict[str, CategoryReply]
    phrases: dict[str, Sentence]
