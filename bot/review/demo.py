"""Fills the review room with made-up conversations: a few to try it with, very many to measure it with."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from datetime import datetime, timedelta
from itertools import islice
from random import Random
from uuid import uuid4

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from bot.privacy.journal import Journal
from bot.review.detector import shared_detector
from bot.review.made_up import SAYS, Told, conversations
from bot.review.models import Comment, Conversation, Label, Member, Rubric, Turn, Verdict, Word
from bot.review.models.conversations import Level
from bot.review.projector import Projector

MADE_UP = "made-up-"  # how their pseudonyms begin
DAYS = 28  # over which they are spread; retention deletes what is older than a month
_AT_ONCE = 500


class RealConversationsError(Exception):
    """There are conversations of real people here; made-up ones must not be mixed with them."""


@transaction.atomic
def fill(seed: int = 1) -> int:
    """Add made-up conversations and what made-up reviewers think of them; says how many conversations.

    The same seed tells the same ones. Raises RealConversationsError where there are real ones.
    """
    if Conversation.objects.exclude(pseudonym__startswith=MADE_UP).exists():
        raise RealConversationsError
    chance, journal = Random(seed), Journal("sqlite://")
    told = sorted(((_some_evening(chance), talk) for talk in conversations(chance)), key=lambda one: one[0])
    for number, (started, talk) in enumerate(told):
        _tell(journal, f"{MADE_UP}{seed}-{number}", started, talk, chance)
    # Through the projector, so that they are just what a real bot would have left here.
    Projector(journal, shared_detector()).take(journal.after(0, most=100_000))
    made = Conversation.objects.filter(pseudonym__startswith=f"{MADE_UP}{seed}-").order_by("pk")
    _review(list(made), chance)
    return len(told)


def _some_evening(chance: Random) -> datetime:
    """Within the last weeks; most young people write after school and at night."""
    day = timezone.localtime() - timedelta(days=chance.randint(1, DAYS))
    often = [4, 3, 2, 1, 1, 1, 1, 3, 4, 3, 2, 2, 4, 3, 2, 6, 9, 9, 9, 10, 11, 11, 9, 6]
    hour = chance.choices(range(24), often)[0]
    return day.replace(hour=hour, minute=chance.randrange(60), second=0, microsecond=0)


def _tell(journal: Journal, pseudonym: str, started: datetime, talk: Told, chance: Random) -> None:
    at = started.timestamp()
    for kind, said in talk:
        at += chance.uniform(8, 90) if kind == "user" else 0.02
        journal.write(pseudonym, at, kind, said)


def _review(made: list[Conversation], chance: Random) -> None:
    reviewers = [_reviewer(name) for name in SAYS["reviewers"]]
    labels = [Label.objects.get_or_create(name=name)[0] for name in SAYS["labels"]]
    for conversation in made:
        by = chance.sample(reviewers, chance.choices([0, 1, 2], [5, 3, 2])[0])
        for reviewer in by:
            _marks(conversation, reviewer, chance)
        if by:
            conversation.reviewed = conversation.last + timedelta(hours=chance.uniform(1, 20))
        elif chance.random() < 0.2:
            conversation.assigned_to = chance.choice(reviewers)
        conversation.second_opinion = len(by) == 1 and chance.random() < 0.4
        conversation.save()
        if chance.random() < 0.3:
            conversation.labels.add(chance.choice(labels))
        if by and chance.random() < 0.3:
            subject = f"conversation:{conversation.pseudonym}"
            Comment.objects.create(subject=subject, by=by[0], text=chance.choice(SAYS["notes"]))


def _reviewer(name: str) -> User:
    """Somebody who can be assigned a conversation and whose marks stand there, and who cannot log in."""
    user, is_new = User.objects.get_or_create(username=name, defaults={"last_name": "(made up)"})
    if is_new:
        user.set_unusable_password()
        user.save()
        Member.objects.create(user=user, all_places=True)
    return user


def _marks(conversation: Conversation, reviewer: User, chance: Random) -> None:
    for turn in conversation.turns.filter(who=Turn.Who.YOUNG_PERSON, pressed=False):
        if chance.random() < 0.8:
            _verdict(turn, reviewer, chance)
    marks = {name: chance.choices([0, 1, 2], [1, 3, 8])[0] for name in Rubric.QUESTIONS}
    Rubric.objects.create(conversation=conversation, by=reviewer, **marks)


def _verdict(turn: Turn, reviewer: User, chance: Random) -> None:
    missed = turn.heavy and turn.level == Level.NONE
    right = not missed and chance.random() < (0.9 if turn.topic != "not_sure" else 0.5)
    verdict = Verdict(turn=turn, by=reviewer, right=right)
    if missed:
        verdict.right_level, verdict.right_category = Level.URGENT, "neglect"
    elif not right:
        verdict.right_topic = turn.runners_up[0]["topic"] if turn.runners_up else "get_help"
    if chance.random() < 0.15:
        verdict.better_wording = chance.choice(SAYS["wordings"])
    verdict.save()


def many(count: int, seed: int = 1) -> None:
    """Add `count` conversations at once, copies of the made-up ones at other times, for measuring."""
    few = Conversation.objects.filter(pseudonym__startswith=f"{MADE_UP}{seed}-")
    if not few.exists():
        fill(seed)
    chance = Random(seed)
    copies = _copies(list(few.prefetch_related("turns", "words")), count, chance)
    while some := list(islice(copies, _AT_ONCE)):
        _write(some, chance)


def _copies(
    made: list[Conversation], count: int, chance: Random
) -> Iterator[tuple[Conversation, Conversation]]:
    """Pairs of a new conversation and the one that it was copied from."""
    newest = timezone.now()
    for _ in range(count):
        model = chance.choice(made)
        new = copy(model)
        new._state = copy(model._state)  # it is not in the database yet
        new._state.adding, new.pk = True, None
        new.pseudonym = f"{MADE_UP}{uuid4().hex}"
        new.started = newest - timedelta(days=DAYS * chance.random())
        new.last = new.started + (model.last - model.started)
        new.reviewed = new.last if chance.random() < 0.6 else None
        yield new, model


@transaction.atomic
def _write(some: list[tuple[Conversation, Conversation]], chance: Random) -> None:
    Conversation.objects.bulk_create([new for new, _ in some])
    turns, words = [], []
    for new, model in some:
        shift = new.started - model.started
        for turn in model.turns.all():
            turns.append(copied := copy(turn))
            copied.pk, copied.conversation, copied.at = None, new, turn.at + shift
        words += [Word(conversation=new, text=word.text) for word in model.words.all()]
    Turn.objects.bulk_create(turns, batch_size=5000)
    Word.objects.bulk_create(words, batch_size=20_000)
    labels = list(Label.objects.all())
    tagged = [new for new, _ in some if chance.random() < 0.05]
    Conversation.labels.through.objects.bulk_create(
        [Conversation.labels.through(conversation=new, label=chance.choice(labels)) for new in tagged]
    )
