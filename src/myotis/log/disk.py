"""What a file needs to outlast a crash: a lock beside it, one write, a flush, a replacement that is whole or isn't.

For POSIX systems and local disks: ``flock`` and an atomic rename are needed.
"""

import errno
import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

from myotis.log.store import StoreError

MODE: Final = 0o600
"""Only the owner may read and write what Myotis keeps."""

Write = Callable[[int, bytes], int]
"""Writes bytes to a file descriptor and tells how many were written, as ``os.write`` does."""


@contextmanager
def lock_beside(path: str, *, shared: bool = False) -> Iterator[None]:
    """Hold the lock on the file ``path`` with ``.lock`` after its name; waits for whoever holds it.

    Readers (``shared``) hold it together, and go on without it where there is none: nobody has written here.
    """
    lock = _open_lock(path + ".lock", shared=shared)
    try:
        yield
    finally:
        if lock is not None:
            fcntl.flock(lock, fcntl.LOCK_UN)  # said, since a process that was forked meanwhile has the file open too
            os.close(lock)


def write_whole(write: Write, file: int, data: bytes) -> None:
    """Write all of ``data`` at once; raises OSError where the system takes only a part of it."""
    if write(file, data) != len(data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def read_part(file: int, start: int, stop: int) -> bytes:
    """All bytes from ``start`` to before ``stop``, however many the system gives at once; raises OSError without."""
    parts: list[bytes] = []
    while start < stop:
        part = os.pread(file, stop - start, start)
        if not part:
            raise OSError(errno.EIO, "the file became shorter while it was read")
        parts.append(part)
        start += len(part)
    return b"".join(parts)


def flush_folder(path: str) -> None:
    """See to it that a name which came or went in the folder of ``path`` is on the disk."""
    folder = os.open(os.path.dirname(path) or ".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def replace_file(path: str, data: bytes, *, write: Write = os.write, sync: bool = True) -> None:
    """Put ``data`` in the place of what the file holds: whoever looks finds all of the old or all of the new.

    Owner and mode stay; a new file is for its owner only. Call it under the lock of the file.
    """
    temporary = path + ".new"
    try:
        file = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, MODE)
        try:
            _keep_owner(path, file)
            write_whole(write, file, data)
            if sync:
                os.fsync(file)
        finally:
            os.close(file)
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    if sync:
        try:
            flush_folder(path)
        except OSError as error:
            raise StoreError(
                f"the change is made, but the disk doesn't say that it outlasts a loss of power ({error.strerror})"
            ) from error


def _open_lock(path: str, *, shared: bool) -> int | None:
    while True:
        try:
            lock = os.open(path, os.O_CLOEXEC | (os.O_RDONLY if shared else os.O_RDWR | os.O_CREAT), MODE)
        except (FileNotFoundError, PermissionError):
            if shared:
                return None
            raise
        try:
            fcntl.flock(lock, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
            if os.path.samestat(os.fstat(lock), os.stat(path)):
                return lock
        except FileNotFoundError:
            pass
        except BaseException:
            os.close(lock)
            raise
        os.close(lock)  # somebody removed the file while we waited; who comes next would not wait for us


def _keep_owner(path: str, file: int) -> None:
    with suppress(FileNotFoundError):
        old = os.stat(path)
        os.fchown(file, old.st_uid, old.st_gid)
        os.fchmod(file, old.st_mode & 0o777)
