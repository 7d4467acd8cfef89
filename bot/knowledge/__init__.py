"""What the bot knows: answers, helplines and places, read from `data/` and checked.

The ground floor of the house: it imports nothing else of the project.
"""

from bot.knowledge.load import ContentError, Knowledge, Problem, load, shared
from bot.knowledge.schema import Answer, Menu, Place, Service
from bot.knowledge.signpost import for_need, is_closed, signpost

__all__ = [
    "Answer",
    "ContentError",
    "Knowledge",
    "Menu",
    "Place",
    "Problem",
    "Service",
    "for_need",
    "is_closed",
    "load",
    "shared",
    "signpost",
]
