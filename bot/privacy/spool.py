"""What waits on disk until the database is there again: a file for each process, the oldest first.

Only redacted turns and deletions come here. Each is written to the disk before it counts as kept, and
overwritten there when it is done or must not be kept any longer.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from bot.privacy.where import data_folder

Operation = dict[str, Any]  # JSON: what to do (add, end, forget) with which conversation


class Spool:
    """Keeps operations in their order. Raises OSError when the disk cannot take one."""

    def __init__(self, folder: Path | None = None) -> None:
        """Takes over what processes that are no longer there have left in `folder`."""
        self._folder = folder or data_folder() / "spool"
        self._own: _File | None = None
        self._changing, self._doing = Lock(), Lock()
        self._waiting: deque[_Line] = deque()
        self._whose: Counter[str] = Counter()
        for path in sorted(self._folder.glob("*.jsonl"), key=lambda path: path.stat().st_mtime):
            if left := _File.left_behind(path):
                self._take_over(left)

    def put(self, operation: Operation) -> None:
        with self._changing:
            if self._own is None:
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._own = _File(self._folder / f"{os.getpid()}-{os.urandom(4).hex()}.jsonl")
            self._note([self._own.append(operation)])

    def waiting(self) -> int:
        """How many operations wait."""
        return len(self._waiting)

    def waits_for(self, conversation: str) -> bool:
        return conversation in self._whose

    def catch_up(self, do: Callable[[Operation], object]) -> int:
        """Do what waits, in order; says how much. What `do` raises ends it, and the rest waits on."""
        done = 0
        with self._doing:
            while self._waiting:
                line = self._waiting[0]
                do(line.operation)
                done += 1
                with self._changing:
                    self._waiting.popleft()
                    self._is_over(line)
        return done

    def drop(self, unwanted: Callable[[Operation], bool]) -> int:
        """Take out what must not be kept, undone; says how much."""
        with self._doing, self._changing:
            dropped = [line for line in self._waiting if unwanted(line.operation)]
            for line in dropped:
                self._waiting.remove(line)
                self._is_over(line)
        return len(dropped)

    def close(self) -> None:
        """Leave what waits to the next process that takes it over."""
        for file in {line.file for line in self._waiting}:
            file.close()
        self._waiting.clear()
        self._whose.clear()
        self._own = None

    def _take_over(self, file: _File) -> None:
        if lines := list(file.lines()):
            self._note(lines)
        elif file.path.stat().st_size:  # its process died just before it would have removed it
            file.remove()
        else:  # its process is just about to begin
            file.close()

    def _note(self, lines: list[_Line]) -> None:
        self._waiting += lines
        self._whose.update(line.operation["conversation"] for line in lines)

    def _is_over(self, line: _Line) -> None:
        self._whose -= Counter([line.operation["conversation"]])
        line.file.overwrite(line)
        if not any(other.file is line.file for other in self._waiting):
            self._own = None if line.file is self._own else self._own
            line.file.remove()


def on_disk(folder: Path | None = None) -> Iterator[Operation]:
    """What waits at this moment in the files of all processes of this machine, which go on with them."""
    for path in sorted((folder or data_folder() / "spool").glob("*.jsonl")):
        with suppress(FileNotFoundError):  # it was done meanwhile
            yield from (operation for *_, operation in _read(path))


@dataclass(frozen=True, eq=False)
class _Line:
    """An operation, and where it stands: in bytes from the file's beginning."""

    file: _File
    begin: int
    length: int
    operation: Operation


class _File:
    """Lines of JSON, locked by the process that it belongs to. A line that is over is blank."""

    def __init__(self, path: Path, new: bool = True) -> None:
        """Raises OSError if it is another's."""
        self.path = path
        flags = os.O_RDWR | (os.O_CREAT | os.O_EXCL if new else 0)
        self._handle = os.open(path, flags, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self.close()
            raise

    @classmethod
    def left_behind(cls, path: Path) -> _File | None:
        """None if the process that writes it is still there."""
        with suppress(OSError):
            return cls(path, new=False)
        return None

    def append(self, operation: Operation) -> _Line:
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
        return _Line(self, end, len(line), operation)

    def lines(self) -> Iterator[_Line]:
        """Those that are not over."""
        for begin, length, operation in _read(self.path):
            yield _Line(self, begin, length, operation)

    def overwrite(self, line: _Line) -> None:
        with suppress(OSError):  # then it may be done twice, which changes nothing
            os.pwrite(self._handle, b" " * (line.length - 1), line.begin)

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)
        _count(self.path).unlink(missing_ok=True)
        self.close()

    def close(self) -> None:
        os.close(self._handle)


def _read(path: Path) -> Iterator[tuple[int, int, Operation]]:
    """What waits in a file: where, how long, and what. The last line may be cut off where its process died:
    it never counted.
    """
    begin, done = 0, 0
    with suppress(OSError, ValueError):
        done = int(_count(path).read_text())
    for number, line in enumerate(path.read_bytes().splitlines(keepends=True)):
        if number >= done and line.endswith(b"\n") and line.strip():
            yield begin, len(line), json.loads(line)
        begin += len(line)


def _count(path: Path) -> Path:
    """Beside its file an earlier release wrote how many lines are done, and left them as they were."""
    return path.with_suffix(".done")
