"""What the review room keeps, in tables of its own."""

from bot.review.models.conversations import Conversation, Position, Turn
from bot.review.models.judging import Comparison, Label, Rubric, Verdict
from bot.review.models.library import Approval, Comment, Proposal
from bot.review.models.sampling import DrawnTurn, Sample
from bot.review.models.search import Word
from bot.review.models.trust import AuditEntry, Member

__all__ = [
    "Approval",
    "AuditEntry",
    "Comment",
    "Comparison",
    "Conversation",
    "DrawnTurn",
    "Label",
    "Member",
    "Position",
    "Proposal",
    "Rubric",
    "Sample",
    "Turn",
    "Verdict",
    "Word",
]
