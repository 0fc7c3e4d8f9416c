"""Anchors: signed digests that say how far a log had come, to be kept where the log's keeper can't change them.

A chain shows that a log agrees with itself. That its end was not cut off, or all of it written anew, shows only an
anchor that lies elsewhere: with a sponsor, an ethics committee, a notary, in print.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Self

from myotis.errors import Fault, InputError, SealError
from myotis.keys.files import read_json, write_new_file
from myotis.keys.pairs import PrivateKey, PublicKey
from myotis.keys.records import SignedRecord
from myotis.log.entry import format_time
from myotis.log.store import Store, StoreError

KIND: Final = "anchor of a log"
KEEPER: Final = "log_keeper"
"""The role whose keys sign anchors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """What was seen of a log: the digest of its first entry, and number and digest of the last one then.

    ``at`` is the time with its offset, as text. ``signed`` is all of this, signed.
    """

    log: str
    entry: int
    digest: str
    at: str
    signed: SignedRecord

    def check(self, keys: Sequence[PublicKey]) -> PublicKey:
        """The key among these that signed the anchor. Raises SealError where none did, or the anchor was changed."""
        return self.signed.check(keys)

    @classmethod
    def parse(cls, document: Any) -> Self:
        """The anchor that a JSON value holds; raises SealError where it holds none."""
        signed = SignedRecord.parse(KIND, document)
        names = {"log": str, "entry": int, "digest": str, "at": str}
        if {name: type(value) for name, value in signed.record.items()} != names:
            raise SealError(f"this is no {KIND}; expected what was signed to have the fields {', '.join(names)}")
        return cls(**signed.record, signed=signed)


def make_anchor(store: Store, key: PrivateKey, at: datetime) -> Anchor:
    """Sign how far a log has come, with a key of the role log_keeper.

    Raises SealError for a key of another role, StoreError where the log has no entry yet, ValueError for a time without
    an offset from UTC.

    >>> import secrets
    >>> from datetime import UTC
    >>> from myotis.keys.pairs import make_key
    >>> from myotis.log.entry import Draft
    >>> from myotis.log.store import MemoryStore
    >>> when = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    >>> log = MemoryStore()
    >>> with log.transaction(lambda: when, secrets.token_bytes) as transaction:
    ...     entry = transaction.append(Draft(act="open_trial", by="dora", role="data manager", occurred=when, values={},
    ...                                      protocol="ProDERM", protocol_digest=""))
    >>> key = make_key("log_keeper", "Data management", "2026-01-05T10:00+00:00", secrets.token_bytes)
    >>> anchor = make_anchor(log, key, when)
    >>> anchor.entry, anchor.at, anchor.check([key.public]) == key.public
    (0, '2026-03-02T09:30:00.000000+00:00', True)
    """
    if key.public.role != KEEPER:
        raise SealError(f"{key.public.describe()} is not for anchors; expected one of role {KEEPER}")
    entries = store.read()
    if not entries:
        raise StoreError("the log has no entry yet, so there is nothing to anchor")
    record: Mapping[str, Any] = {
        "log": entries[0].digest, "entry": entries[-1].number, "digest": entries[-1].digest, "at": format_time(at),
    }  # fmt: skip
    return Anchor(**record, signed=SignedRecord.sign(key, KIND, record))


def write_anchor(path: Path, anchor: Anchor) -> None:
    """Write an anchor into a file; raises InputError where that exists or can't be written."""
    write_new_file(path, json.dumps(anchor.signed.document(), indent=2) + "\n")


def read_anchor(path: Path) -> Anchor:
    """Read an anchor; raises InputError where the file holds none. Its signature is not checked here."""
    try:
        return Anchor.parse(read_json(path))
    except SealError as error:
        fault = Fault(what=str(error), expected="an anchor as `myotis anchor` writes it", file=str(path))
        raise InputError([fault]) from None
