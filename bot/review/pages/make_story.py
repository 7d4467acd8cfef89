"""From a reviewed conversation to a story: the form, and changing a story that came back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from bot.review import audit
from bot.review.access import member_of, person, visible
from bot.review.judged import Judged, judged
from bot.review.models import Conversation, Proposal
from bot.review.opened import opened
from bot.review.proposing import CHANGEABLE, begin_check, subject_of
from bot.review.story_form import StoryForm
from bot.review.story_from_conversation import files_of, touches_safety


def make_story(request: HttpRequest, pk: int) -> HttpResponse:
    """The form for a conversation; and, sent off, the proposal that it becomes."""
    conversation = get_object_or_404(visible(request), pk=pk)
    if not conversation.reviewed:
        messages.error(request, "Review the conversation first. Then it can become a story.")
        return redirect("conversation", pk)
    new = Proposal(
        kind=Proposal.Kind.STORY, conversation=conversation, place=conversation.place, by=person(request)
    )
    return _form(request, conversation, new)


def change_story(request: HttpRequest, pk: int) -> HttpResponse:
    """The same form once more for a proposal of one's own."""
    mine = Proposal.seen_by(member_of(request)).filter(kind=Proposal.Kind.STORY, by=person(request))
    proposal = get_object_or_404(mine, pk=pk, status__in=CHANGEABLE)
    if not proposal.conversation:
        messages.error(request, "The conversation is no longer kept, so its story cannot be changed here.")
        return redirect("proposal", pk)
    return _form(request, get_object_or_404(visible(request), pk=proposal.conversation_id), proposal)


def _form(request: HttpRequest, conversation: Conversation, proposal: Proposal) -> HttpResponse:
    said = judged(conversation)
    if folded := [m for m in said if m.turn.heavy and m.turn.number not in opened(request, conversation)]:
        return render(request, "review/story_folded.html", {"conversation": conversation, "folded": folded})
    known = proposal if proposal.pk else None
    form = StoryForm(said, request.POST or None, of=known, initial=proposal.draft)
    if request.method == "POST" and form.is_valid():
        _propose(request, said, form, proposal)
        return redirect("proposal", proposal.pk)
    context = {"conversation": conversation, "form": form, "proposal": known, "grave": touches_safety(said)}
    return render(request, "review/story_form.html", context)


def _propose(request: HttpRequest, said: list[Judged], form: StoryForm, proposal: Proposal) -> None:
    kept = [message for message in said if message.turn.number in form.words]
    proposal.name, proposal.shows = form.cleaned_data["name"], form.cleaned_data["shows"]
    proposal.files = files_of(proposal.name, proposal.shows, kept, form.words, form.about)
    proposal.touches_safety = touches_safety(kept)
    proposal.draft = form.cleaned_data
    begin_check(proposal)
    audit.note(request, "proposed a story", subject_of(proposal), f"conversation:{proposal.conversation_id}")
