"""Log lines without anybody's words."""

from __future__ import annotations

import logging
import traceback
from types import TracebackType


class PlainLog(logging.Formatter):
    """Names what went wrong and where. What an exception says may quote a row of the database."""

    def formatException(  # noqa: N802  # the name is that of logging
        self, ei: tuple[type[BaseException] | None, BaseException | None, TracebackType | None]
    ) -> str:
        kind, _, where = ei
        lines = traceback.format_list(traceback.extract_tb(where))
        return "".join([*lines, kind.__name__ if kind else "an error"])
