"""A key for each subject's free text, kept apart from the log: destroy the key, and all of it is unreadable.

So a subject's own words and narratives can be erased, in backups of the log too, without a change of the log. Backups
of the *keys* have to be erased with them, and so should be few.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol, TypeVar

from myotis.errors import SealError
from myotis.keys.canonical import write_canonical
from myotis.keys.text import KEY_BYTES, open_text, seal_text
from myotis.log.disk import lock_beside, replace_file
from myotis.log.store import Entropy, StoreError
from myotis.log.values import parse_json

DESTROYED: Final = "destroyed"
"""Stands in the place of a key, so that no new one is made for the subject."""

Answer = TypeVar("Answer")

_DIGITS: Final = frozenset("0123456789abcdef")


class SubjectKeys(Protocol):
    """A keyring: one key a subject, made when it is first asked for."""

    def find(self, subject: str) -> bytes | None:
        """The subject's key; None where it has none, or it was destroyed."""
        ...

    def find_or_make(self, subject: str, entropy: Entropy) -> bytes:
        """The subject's key, a new one where it has none. Raises SealError where it was destroyed."""
        ...

    def destroy(self, subject: str) -> None:
        """Destroy the subject's key, whether it has one or not; there will never be another one."""
        ...


def seal_for_subject(keys: SubjectKeys, subject: str, text: str, context: str, entropy: Entropy) -> str:
    """Seal a subject's free text for the log; ``context`` says where it belongs: the act and the value.

    Raises SealError where the key was destroyed: nothing more may be written about the subject in free text.

    >>> import secrets
    >>> keys = MemorySubjectKeys()
    >>> sealed = seal_for_subject(keys, "01-001", "fell on the stairs", "01-001/note/text", secrets.token_bytes)
    >>> open_for_subject(keys, "01-001", sealed, "01-001/note/text")
    'fell on the stairs'
    >>> keys.destroy("01-001")
    >>> open_for_subject(keys, "01-001", sealed, "01-001/note/text") is None
    True
    """
    return seal_text(keys.find_or_make(subject, entropy), text, context, entropy)


def open_for_subject(keys: SubjectKeys, subject: str, sealed: str, context: str) -> str | None:
    """A subject's free text; None where the key was destroyed. Raises SealError where it was sealed otherwise."""
    key = keys.find(subject)
    return None if key is None else open_text(key, sealed, context)


class _Ring:
    """The keys by subject, in hexadecimal digits, and what may be done with them."""

    def __init__(self, keys: dict[str, str]) -> None:
        self.keys = keys

    def find(self, subject: str) -> bytes | None:
        key = self.keys.get(subject, DESTROYED)
        return None if key == DESTROYED else bytes.fromhex(key)

    def make(self, subject: str, entropy: Entropy) -> bytes:
        if self.keys.get(subject) == DESTROYED:
            raise SealError("the key of this subject was destroyed: no free text can be kept about it any more")
        if subject not in self.keys:
            self.keys[subject] = entropy(KEY_BYTES).hex()
        return bytes.fromhex(self.keys[subject])

    def destroy(self, subject: str) -> None:
        self.keys[subject] = DESTROYED


class MemorySubjectKeys:
    """Keys in memory, for simulations and tests."""

    def __init__(self) -> None:
        self._ring = _Ring({})

    def find(self, subject: str) -> bytes | None:
        """The subject's key; None where it has none, or it was destroyed."""
        return self._ring.find(subject)

    def find_or_make(self, subject: str, entropy: Entropy) -> bytes:
        """The subject's key, a new one where it has none."""
        return self._ring.make(subject, entropy)

    def destroy(self, subject: str) -> None:
        """Destroy the subject's key."""
        self._ring.destroy(subject)


class FileSubjectKeys:
    """Keys in a JSON file that only its owner may read, for several processes; it belongs on another disk than the log.

    The file is written anew, whole, whenever a key comes or goes. StoreError is raised where that fails, or where the
    file is no keyring.
    """

    def __init__(self, path: Path | str) -> None:
        self._name = str(path)
        self._path = os.path.realpath(path)

    def find(self, subject: str) -> bytes | None:
        """The subject's key; None where it has none, or it was destroyed."""
        return self._telling(lambda: self._read().find(subject))

    def find_or_make(self, subject: str, entropy: Entropy) -> bytes:
        """The subject's key, a new one where it has none; on the disk before it is given."""
        key = self.find(subject)
        return key or self._change(lambda ring: ring.make(subject, entropy))

    def destroy(self, subject: str) -> None:
        """Destroy the subject's key; the file no longer has it, though the disk's free space may until it is reused."""
        self._change(lambda ring: ring.destroy(subject))

    def _change(self, change: Callable[[_Ring], Answer]) -> Answer:
        def carry_out() -> Answer:
            with lock_beside(self._path):
                ring = self._read()
                answer = change(ring)
                replace_file(self._path, (write_canonical(ring.keys) + "\n").encode())
                return answer

        return self._telling(carry_out)

    def _read(self) -> _Ring:
        try:
            keys = parse_json(Path(self._path).read_bytes())
        except FileNotFoundError:
            return _Ring({})
        except ValueError:
            keys = None
        if not isinstance(keys, dict) or not all(_is_key(key) for key in keys.values()):
            raise StoreError(f"{self._name}: the file is not a keyring of subjects")
        return _Ring(keys)

    def _telling(self, ask: Callable[[], Answer]) -> Answer:
        try:
            return ask()
        except OSError as error:
            raise StoreError(f"{self._name}: {error.strerror or 'it failed'}; no key was made or destroyed") from error


def _is_key(key: object) -> bool:
    return isinstance(key, str) and (key == DESTROYED or (len(key) == 2 * KEY_BYTES and set(key) <= _DIGITS))
