"""The versions of a sealed list: each follows the one before, and changes nothing but what it says."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from myotis.errors import Fault
from myotis.keys.pairs import PublicKey
from myotis.keys.records import SignedRecord, list_compromised
from myotis.randomize.sealed import RECIPIENTS, SealedList, describe_place
from myotis.randomize.verify import RESTORE, verify_list, verify_seals


def verify_versions(
    versions: Sequence[SealedList], keys: Sequence[PublicKey], reports: Sequence[SignedRecord] = ()
) -> list[Fault]:
    """Everything that is wrong with a sealed list, given all its versions from the first on.

    As ``verify_list``, and each version must follow the one before. A compromised key may stand in former versions,
    not in the last one.
    """
    compromised = list_compromised(reports, keys)
    faults = [fault for version in versions[:-1] for fault in verify_seals(version, keys)]
    faults += [fault for version in versions[-1:] for fault in verify_list(version, keys, reports)]
    if not versions or versions[0].version != 1:
        expected = "the versions from the first on"
        faults.append(Fault(what="the first version of the list is absent", expected=expected, key="version"))
    for former, later in pairwise(versions):
        faults += compare_versions(former, later)
        if later.change == "resealed" and later.signed_by.get("key_id") in compromised:
            what = f"version {later.version} was resealed with a key that is compromised"
            faults.append(Fault(what=what, expected="a version by somebody else", key=f"version={later.version}"))
    return faults


def compare_versions(former: SealedList, later: SealedList) -> list[Fault]:
    """Everything in which a version is no lawful successor of the former one."""
    faults = []
    if later.version != former.version + 1 or later.former != former.digest:
        what = f"version {later.version} doesn't follow version {former.version}"
        faults.append(Fault(what=what, expected="the number and the digest of the version before", key="former"))
    if later.change == "resealed" and later.signed_by not in former.recipients.values():
        what = "the version was resealed by nobody who could open the one before"
        faults.append(Fault(what=what, expected="the signature of a recipient of the version before", key="signed_by"))
    return faults + list(_compare(former, later, later.resealed))


def compare_copies(kept: SealedList, given: SealedList) -> list[Fault]:
    """Where a sealed list differs from a copy that was kept of the same version."""
    faults = list(_compare(kept, given, None))
    for name in ("version", "former", "change", "resealed", "signed_by", "signature", "digest"):
        if getattr(kept, name) != getattr(given, name):
            faults.append(Fault(what="the copies differ", expected="what the kept copy says", key=name))
    return faults


def _compare(former: SealedList, later: SealedList, resealed: str | None) -> Iterator[Fault]:
    for name in ("form", "trial", "protocol_digest", "specification_digest", "list_id", "usable_live"):
        if getattr(former, name) != getattr(later, name):
            yield Fault(what="the lists differ", expected="the same in both", remedy=f"{RESTORE}.", key=name)
    for recipient in RECIPIENTS:
        changed = former.recipients[recipient] != later.recipients[recipient]
        if changed != (recipient == resealed):
            what = "a recipient has another key" if changed else "the recipient has the key that it had before"
            expected = "another key of the recipient that was resealed, and of no other"
            yield Fault(what=what, expected=expected, key=f"recipients.{recipient}")
        if recipient != resealed and former.origin.get(recipient) != later.origin.get(recipient):
            yield Fault(what="the origin was changed", expected="it as it was", key=f"origin.{recipient}")
    yield from _compare_places(former, later)
    for slot_id, place in later.places.items():
        known = former.places.get(slot_id)
        for recipient in RECIPIENTS:
            if known is None or recipient == resealed:
                continue
            if known.slot.envelopes.get(recipient) != place.slot.envelopes.get(recipient):
                what, where = "the slot was changed", describe_place(place.stratum, place.position, slot_id)
                yield Fault(what=what, expected=f"what is sealed to {recipient} as it was", key=where)


def _compare_places(former: SealedList, later: SealedList) -> Iterator[Fault]:
    for slot_id, place in former.places.items():
        where = describe_place(place.stratum, place.position, slot_id)
        if slot_id not in later.places:
            yield Fault(what="the slot was removed", expected="every slot", remedy=f"{RESTORE}.", key=where)
        elif later.places[slot_id][:2] != place[:2]:
            yield Fault(what="the slot was moved", expected="it in its place", remedy=f"{RESTORE}.", key=where)
    for slot_id, place in later.places.items():
        if slot_id not in former.places:
            where = describe_place(place.stratum, place.position, slot_id)
            yield Fault(what="the slot was added", expected="no other slots", remedy=f"{RESTORE}.", key=where)
