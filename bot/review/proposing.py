"""What happens to a proposal: it is checked, approved, sent back, exported."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from pydantic import ValidationError

from bot.knowledge import ContentError
from bot.review import jobs
from bot.review.answer_edit import fingerprint_of_edit
from bot.review.models import Comment, Member, Proposal
from bot.stories.change import Approved, Change, Item
from bot.stories.told import Story
from bot.training import fingerprint

Status = Proposal.Status
CHANGEABLE = (Status.CHECKING, Status.REFUSED, Status.WAITING, Status.SENT_BACK)
LOST = "The check was cut off."


def begin_check(proposal: Proposal) -> None:
    """Have it played on the present model. Approvals of other words do not count."""
    proposal.status, proposal.problems, proposal.played = Status.CHECKING, [], {}
    proposal.save()
    proposal.approvals.all().delete()
    jobs.forget(_job(proposal))
    jobs.start(_job(proposal), ["-"], Change(items=(item_of(proposal),)).json())


def settle(proposal: Proposal) -> str:
    """Take over what the check found, if it has ended. Says why it could not be checked; else nothing."""
    if proposal.status != Status.CHECKING:
        return ""
    state, report = jobs.look(_job(proposal))
    if state is jobs.State.RUNNING:
        return ""
    if state is not jobs.State.DONE or "could_not" in report:
        return str(report.get("could_not", LOST))
    found = Status.REFUSED if report["problems"] else Status.WAITING
    taken = Proposal.objects.filter(pk=proposal.pk, status=Status.CHECKING)
    taken.update(status=found, problems=report["problems"], played=report)
    jobs.forget(_job(proposal))
    proposal.refresh_from_db()
    return ""


def is_of_another_model(proposal: Proposal) -> bool:
    """Whether it was played on a model before the present one."""
    model = proposal.played.get("model")
    return proposal.status == Status.WAITING and bool(model) and model != fingerprint()


def may_not_approve(proposal: Proposal, member: Member) -> str:
    """Why this person may not approve it, in a sentence; empty if they may."""
    if not member.may_approve:
        return "Only an approver can approve it."
    if proposal.by_id == member.user_id:
        return "You proposed it, so somebody else must approve it."
    if any(approval.by_id == member.user_id for approval in proposal.approvals.all()):
        return "You have approved it. It needs one more person, because it touches what is said about danger."
    return "" if proposal.status == Status.WAITING else "It is not waiting for approval."


@transaction.atomic
def approve(proposal: Proposal, member: Member, initials: str) -> str:
    """This person's yes. Says why not, if they may not."""
    proposal = Proposal.objects.select_for_update().get(pk=proposal.pk)
    if wrong := may_not_approve(proposal, member):
        return wrong
    subject, fingerprint = _words(proposal)
    proposal.approvals.create(by=member.user, initials=initials, subject=subject, fingerprint=fingerprint)
    if proposal.approvals.count() >= proposal.approvals_needed:
        proposal.status = Status.APPROVED
        proposal.save(update_fields=["status"])
    return ""


def send_back(proposal: Proposal, by: User, why: str) -> None:
    """To its author, who can change it; approvals so far do not count for what comes back."""
    Comment.objects.create(subject=subject_of(proposal), by=by, text=why)
    proposal.approvals.all().delete()
    proposal.status = Status.SENT_BACK
    proposal.save(update_fields=["status"])


def export(proposals: Iterable[Proposal]) -> str:
    """The change for `bot stories apply`, in JSON."""
    items = tuple(item_of(proposal) for proposal in proposals)
    return Change(items=items).json(indent=1, ensure_ascii=False)


def item_of(proposal: Proposal) -> Item:
    return Item(
        id=proposal.pk,
        kind="answer" if proposal.kind == Proposal.Kind.ANSWER else "story",
        name=proposal.name,
        touches_safety=proposal.touches_safety,
        approvals=tuple(
            Approved(initials=one.initials, number=one.by_id, on=timezone.localdate(one.at))
            for one in proposal.approvals.all()
        ),
        files=proposal.files,
        before=proposal.before,
    )


def story_of(proposal: Proposal) -> Story | None:
    """The story that it adds; None if it was made by a version that wrote other files."""
    try:
        (story,) = item_of(proposal).stories()
    except (ContentError, ValidationError):
        return None
    return story


def subject_of(proposal: Proposal) -> str:
    """What comments on it are kept under."""
    return f"proposal:{proposal.pk}"


def _words(proposal: Proposal) -> tuple[str, str]:
    """What is approved, as the library will know it once it is in data/."""
    if proposal.kind == Proposal.Kind.ANSWER:
        return f"answer:{proposal.name}", fingerprint_of_edit(proposal.name, proposal.draft)
    (story,) = item_of(proposal).stories()
    return f"story:{story.name}", story.fingerprint


def _job(proposal: Proposal) -> str:
    return f"proposal-{proposal.pk}"
