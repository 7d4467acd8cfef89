"""What waits on disk until the database is there again: a file for each process, the oldest first.

Only redacted turns and deletions come here. Each is written to the disk before it counts as kept.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any

from bot.privacy.where import data_folder

Operation = dict[str, Any]  # JSON; `conversation` says whose it is


class Spool:
    """Keeps operations in their order. Raises OSError when the disk cannot take one."""

    def __init__(self, folder: Path | None = None) -> None:
        """Takes over what processes that are no longer there have left in `folder`."""
        self._folder = folder or data_folder() / "spool"
        self._own: _File | None = None
        self._changing, self._doing = Lock(), Lock()
        self._waiting: deque[tuple[_File, Operation]] = deque()
        self._whose: Counter[str] = Counter()
        for path in sorted(self._folder.glob("*.jsonl"), key=lambda path: path.stat().st_mtime):
            if left := _File.left_behind(path):
                self._note(left, left.operations())

    def put(self, operation: Operation) -> None:
        with self._changing:
            if self._own is None:
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._own = _File(self._folder / f"{os.getpid()}-{os.urandom(4).hex()}.jsonl")
            self._own.append(operation)
            self._note(self._own, [operation])

    def waiting(self) -> int:
        """How many operations wait."""
        return len(self._waiting)

    def waits_for(self, conversation: str) -> bool:
        return conversation in self._whose

    def catch_up(self, do: Callable[[Operation], None]) -> int:
        """Do what waits, in order; says how much. What `do` raises ends it, and the rest waits on."""
        done = 0
        with self._doing:
            while self._waiting:
                file, operation = self._waiting[0]
                do(operation)
                done += 1
                with self._changing:
                    self._waiting.popleft()
                    self._whose -= Counter([operation["conversation"]])
                    file.done_one_more()
                    if not any(other is file for other, _ in self._waiting):
                        self._own = None if file is self._own else self._own
                        file.remove()
        return done

    def _note(self, file: _File, operations: list[Operation]) -> None:
        self._waiting += [(file, operation) for operation in operations]
        self._whose.update(operation["conversation"] for operation in operations)


class _File:
    """Lines of JSON, locked by the process that it belongs to; beside it, how many are done."""

    def __init__(self, path: Path, new: bool = True) -> None:
        """Raises OSError if it is another's."""
        self._path, self._count = path, path.with_suffix(".done")
        flags = os.O_RDWR | (os.O_CREAT | os.O_EXCL if new else 0)
        self._handle = os.open(path, flags, 0o600)
        self._done = 0
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._handle)
            raise

    @classmethod
    def left_behind(cls, path: Path) -> _File | None:
        """None if the process that writes it is still there."""
        with suppress(OSError):
            return cls(path, new=False)
        return None

    def append(self, operation: Operation) -> None:
        line = json.dumps(operation, ensure_ascii=False).encode() + b"\n"
        end = os.lseek(self._handle, 0, os.SEEK_END)
        try:
            if os.write(self._handle, line) < len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(self._handle)
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._handle, end)  # half a line would spoil the next
            raise

    def operations(self) -> list[Operation]:
        """Those that are not done. The last line may be cut off where its process died: it never counted."""
        with suppress(OSError, ValueError):
            self._done = int(self._count.read_text())
        return list(self._whole_lines())[self._done :]

    def _whole_lines(self) -> Iterator[Operation]:
        for line in self._path.read_bytes().splitlines(keepends=True):
            if line.endswith(b"\n"):
                yield json.loads(line)

    def done_one_more(self) -> None:
        self._done += 1
        with suppress(OSError):  # the disk may be full; then some will be done twice, which changes nothing
            self._count.write_text(str(self._done))

    def remove(self) -> None:
        self._path.unlink(missing_ok=True)
        self._count.unlink(missing_ok=True)
        os.close(self._handle)
