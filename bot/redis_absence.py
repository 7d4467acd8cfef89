"""While Redis does not answer nobody waits for it; it is asked again after a while."""

from __future__ import annotations

import logging
from time import monotonic

from bot import metrics

logger = logging.getLogger(__name__)
ASKED_AGAIN = 5.0  # seconds after it did not answer


class Absence:
    """Of Redis, for one who can do without. `meanwhile`: what that one does then, for the log."""

    def __init__(self, meanwhile: str) -> None:
        self._meanwhile, self._until = meanwhile, 0.0

    def begins(self, error: Exception) -> None:
        self._until = monotonic() + ASKED_AGAIN
        metrics.fault("redis")
        logger.error("Redis does not answer, %s: %s", self._meanwhile, type(error).__name__)

    def lasts(self) -> bool:
        return monotonic() < self._until
