"""Who has approved a story or an answer as it stands in `data/`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from bot.review.models import Approval, Member, Proposal


@dataclass(frozen=True)
class Standing:
    """Of one story or answer. `former`: of words that it no longer has."""

    valid: list[Approval]
    former: list[Approval]
    needed: int  # people

    @property
    def is_approved(self) -> bool:
        return len({approval.by_id for approval in self.valid}) >= self.needed

    def may_not(self, member: Member) -> str:
        """Why this person may not approve it, in a sentence; empty if they may."""
        if not member.may_approve:
            return "Only an approver can approve it."
        if any(approval.by_id == member.user_id for approval in self.valid):
            return "You have approved these words."
        return ""


def standings(words: Iterable[tuple[str, str, int]]) -> dict[str, Standing]:
    """By subject, of these (subject, fingerprint, people needed)."""
    wanted = list(words)
    found: dict[str, list[Approval]] = {subject: [] for subject, _, _ in wanted}
    # An approval of a proposal counts for the words only once enough people gave theirs.
    done = Q(proposal=None) | Q(proposal__status__in=(Proposal.Status.APPROVED, Proposal.Status.EXPORTED))
    for approval in Approval.objects.filter(done).select_related("by"):
        if approval.subject in found:
            found[approval.subject].append(approval)
    return {
        subject: Standing(
            valid=[one for one in found[subject] if one.fingerprint == fingerprint],
            former=[one for one in found[subject] if one.fingerprint != fingerprint],
            needed=needed,
        )
        for subject, fingerprint, needed in wanted
    }


def approve(subject: str, fingerprint: str, member: Member, initials: str) -> None:
    """This person's yes to the words with this fingerprint."""
    Approval.objects.create(subject=subject, fingerprint=fingerprint, by=member.user, initials=initials)
