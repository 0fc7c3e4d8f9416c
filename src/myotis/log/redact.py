"""Take a value out of a log: a participant's right, or something that should never have been written.

A tombstone stands in its place, an entry of its own says who took it out and why, and the log still holds together. A
copy of the log made before, a backup or a snapshot, keeps the value: that is for a procedure to see to.
"""

from myotis.log.check import TAKE_OUT
from myotis.log.entry import Draft, Entry
from myotis.log.store import Clock, Entropy, Store, StoreError, Transaction


def take_out_value(
    store: Store,
    number: int,
    name: str,
    *,
    reason: str,
    by: str,
    role: str,
    protocol: str,
    protocol_digest: str,
    clock: Clock,
    entropy: Entropy,
) -> Entry:
    """Take the value ``name`` out of entry ``number``; the entry that says so, of the act ``take_out_value``.

    Both happen in one transaction, or neither. ``reason`` stays in the log, so it must not repeat the value. Raises
    StoreError where there is no such value, or it was taken out before.

    >>> import secrets
    >>> from datetime import UTC, datetime
    >>> from myotis.log.store import MemoryStore
    >>> clock = lambda: datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    >>> about = {"by": "dora", "role": "data manager", "protocol": "ProDERM", "protocol_digest": ""}
    >>> draft = Draft(act="record_note", occurred=clock(), values={"note": "his neighbor Max"}, **about)
    >>> log = MemoryStore()
    >>> with log.transaction(clock, secrets.token_bytes) as transaction:
    ...     noted = transaction.append(draft)
    >>> entry = take_out_value(log, 0, "note", reason="names somebody else", clock=clock, entropy=secrets.token_bytes,
    ...                        **about)
    >>> [kept.known for kept in log.read()]
    [{}, {'entry': 0, 'reason': 'names somebody else', 'value': 'note'}]
    """
    with store.transaction(clock, entropy) as transaction:
        target = _find(transaction, number, name)
        draft = Draft(
            act=TAKE_OUT, by=by, role=role, site=target.site, subject=target.subject, occurred=clock(),
            protocol=protocol, protocol_digest=protocol_digest,
            values={"entry": number, "value": name, "reason": reason},
        )  # fmt: skip
        transaction.take_out(number, name, transaction.append(draft))
    return store.read(transaction.drafted[0].number)[0]


def _find(transaction: Transaction, number: int, name: str) -> Entry:
    if not 0 <= number < len(transaction.kept):
        raise StoreError(f"the log has no entry {number} to take a value out of")
    target = transaction.kept[number]
    if target.act == TAKE_OUT and name != "reason":
        raise StoreError(f"entry {number} says which value was taken out; only its reason can be taken out in turn")
    return target
