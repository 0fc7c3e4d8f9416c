"""A log in a file: a line an entry, only ever added to, safe with several processes on one machine.

A transaction is one write of all of its lines and a flush to the disk. Readers take whole transactions only, so what a
process that died left behind is never seen; the next writer drops it.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from myotis.log.disk import MODE, Write, flush_folder, lock_beside, read_part, replace_file, write_whole
from myotis.log.entry import Entry
from myotis.log.store import Clock, Entropy, StoreError, Transaction, Turn


class FileStore:
    """A log of JSON lines in the file ``path``, which need not exist yet.

    ``sync=False`` leaves it to the system when the disk has what was written: for simulations, never for a trial.
    StoreError is raised where the file can't be read or written, or isn't a log whose entries follow one another.

    >>> import secrets, tempfile
    >>> from datetime import UTC, datetime
    >>> from myotis.log.entry import Draft
    >>> when = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    >>> draft = Draft(act="record_weight", by="ines", role="investigator", occurred=when, values={"weight": "81.5 kg"},
    ...               protocol="ProDERM", protocol_digest="")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     log = FileStore(folder + "/conduct.jsonl")
    ...     with log.transaction(lambda: when, secrets.token_bytes) as transaction:
    ...         entry = transaction.append(draft)
    ...     [entry.get("weight") for entry in FileStore(folder + "/conduct.jsonl").read()]
    ['81.5 kg']
    """

    def __init__(self, path: Path | str, *, sync: bool = True, write: Write = os.write) -> None:
        self._file: int | None = None
        self._name = str(path)
        self._path = os.path.realpath(path)
        self._sync = sync
        self._write = write
        self._turn = Turn()
        self._entries: list[Entry] = []
        self._end = 0
        """Where the last whole transaction ends that was read."""

    def __del__(self) -> None:
        self._let_go()

    def read(self, start: int = 0) -> Sequence[Entry]:
        """The entries from number ``start`` on; inside a transaction, those before it."""
        if not self._turn.mine:
            with self._turn, self._telling():
                if self._has_changed():
                    with lock_beside(self._path, shared=True):
                        self._catch_up()
        return self._entries[start:]

    @contextmanager
    def transaction(self, clock: Clock, entropy: Entropy) -> Iterator[Transaction]:
        """Append in the block; kept when it ends, and on the disk."""
        with self._turn, self._alone() as file:
            transaction = Transaction(self._entries, clock, entropy)
            yield transaction
            finished = transaction.finish()
            data = "".join([entry.write_line() for entry in finished]).encode()
            with self._telling():
                if transaction.bereft:
                    self._rewrite(transaction.bereft, data)
                elif data:
                    self._append(file, data)
                    self._entries.extend(finished)
                    self._end += len(data)

    @contextmanager
    def _alone(self) -> Iterator[int]:
        """Hold the lock, with all that the log has read; the file, open for writing behind its last transaction."""
        with ExitStack() as stack:
            with self._telling():
                stack.enter_context(lock_beside(self._path))
                file = self._open_for_writing()
                stack.callback(os.close, file)
                self._catch_up()
                self._drop_torn_tail(file)
            yield file

    def _open_for_writing(self) -> int:
        is_new = not os.path.exists(self._path)
        if is_new and self._end:
            raise self._gone()
        file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, MODE)
        if is_new and self._sync:
            flush_folder(self._path)
        return file

    def _append(self, file: int, data: bytes) -> None:
        try:
            write_whole(self._write, file, data)
            self._flush(file)
        except BaseException:
            self._take_back(file)
            raise

    def _take_back(self, file: int) -> None:
        try:
            os.ftruncate(file, self._end)
        except OSError as error:
            raise StoreError(
                f"{self._name}: the act failed and can't be taken back ({error.strerror}), so it may yet be in the "
                "log. Look there before it is done again"
            ) from error
        with suppress(OSError):
            self._flush(file)

    def _flush(self, file: int) -> None:
        if self._sync:
            os.fsync(file)

    def _rewrite(self, bereft: dict[int, Entry], data: bytes) -> None:
        """Write the file anew, with these entries in the place of those of the same number, and ``data`` behind it."""
        assert self._file is not None
        lines = read_part(self._file, 0, self._end).splitlines(keepends=True)
        for number, entry in bereft.items():
            lines[number] = entry.write_line().encode()
        replace_file(self._path, b"".join(lines) + data, write=self._write, sync=self._sync)

    def _drop_torn_tail(self, file: int) -> None:
        """Drop what a writer that died left behind the last whole transaction."""
        if os.fstat(file).st_size > self._end:
            os.ftruncate(file, self._end)
            self._flush(file)

    def _has_changed(self) -> bool:
        """Whether the file is another one than was read last, or has another length."""
        try:
            now = os.stat(self._path)
        except FileNotFoundError:
            if self._end:
                raise self._gone() from None
            return False
        return not self._is_open(now) or now.st_size != self._end

    def _is_open(self, now: os.stat_result) -> bool:
        return self._file is not None and os.path.samestat(now, os.fstat(self._file))

    def _catch_up(self) -> None:
        """Read what was added since; all of it where the file was replaced, since a value was taken out of it."""
        now = os.stat(self._path)
        if self._file is not None and self._is_open(now):
            if now.st_size < self._end:
                raise self._broken(len(self._entries), "the file is shorter than it was")
            added, used = self._read_transactions(read_part(self._file, self._end, now.st_size), self._entries)
            self._entries.extend(added)
            self._end += used
        else:
            self._read_anew()

    def _read_anew(self) -> None:
        file = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            entries, end = self._read_transactions(read_part(file, 0, os.fstat(file).st_size), [])
            self._check_same_log(entries)
        except BaseException:
            os.close(file)
            raise
        self._let_go()
        self._file, self._entries, self._end = file, entries, end

    def _read_transactions(self, data: bytes, known: Sequence[Entry]) -> tuple[list[Entry], int]:
        """The entries of whole transactions behind the known ones, and how many bytes they take."""
        number, previous = len(known), known[-1].digest if known else ""
        entries: list[Entry] = []
        closed = used = at = 0
        for line in data.split(b"\n")[:-1]:  # behind the last end of a line, a line that was cut off
            try:
                entry = Entry.read_line(line)
            except ValueError:
                raise self._broken(number, "the line is not an entry") from None
            if (entry.number, entry.previous) != (number, previous):
                raise self._broken(number, "the entry doesn't follow the one before it")
            entries.append(entry)
            number, previous, at = number + 1, entry.digest, at + len(line) + 1
            if entry.closes:
                closed, used = len(entries), at
        return entries[:closed], used

    def _check_same_log(self, entries: Sequence[Entry]) -> None:
        last = len(self._entries) - 1
        if last >= len(entries) or (last >= 0 and entries[last].digest != self._entries[last].digest):
            raise self._broken(last, "another log was put in the place of the one that was read")

    def _let_go(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StoreError(f"{self._name}: {error.strerror or 'it failed'}; nothing was kept of the act") from error

    def _gone(self) -> StoreError:
        return StoreError(f"{self._name}: the log was here before and is gone; find out who removed it")

    def _broken(self, number: int, what: str) -> StoreError:
        return StoreError(
            f"{self._name}, line {number + 1}: {what}. Nothing is written until that is cleared up; "
            "`myotis check` with the file's name says all that is wrong with it"
        )
