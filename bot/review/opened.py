"""Which distressing turns a reviewer has on the screen. Each opening is noted in the audit log."""

from __future__ import annotations

from django.http import HttpRequest

from bot.review import audit
from bot.review.models import Conversation, Turn

_OPENED = "opened"  # in the session: {"conversation": pk, "turns": [numbers]}


def opened(request: HttpRequest, conversation: Conversation) -> set[int]:
    """The numbers of the turns that are open. Reading another conversation folds all of this one again."""
    kept = request.session.get(_OPENED)
    if not kept or kept["conversation"] != conversation.pk:
        request.session.pop(_OPENED, None)
        return set()
    return set(kept["turns"])


def is_open(request: HttpRequest, turn: Turn) -> bool:
    """Whether it is open, on a page that shows turns of several conversations."""
    kept = request.session.get(_OPENED)
    return bool(kept and kept["conversation"] == turn.conversation_id and turn.number in kept["turns"])


def open_turn(request: HttpRequest, turn: Turn) -> None:
    """Show it from now on."""
    others = opened(request, turn.conversation)
    if turn.heavy and turn.number not in others:
        audit.note(request, audit.OPENED, f"conversation:{turn.conversation_id}", f"turn {turn.number}")
        _keep(request, turn.conversation, others | {turn.number})


def fold_turn(request: HttpRequest, turn: Turn) -> None:
    """Take it off the screen again."""
    _keep(request, turn.conversation, opened(request, turn.conversation) - {turn.number})


def _keep(request: HttpRequest, conversation: Conversation, numbers: set[int]) -> None:
    request.session[_OPENED] = {"conversation": conversation.pk, "turns": sorted(numbers)}
