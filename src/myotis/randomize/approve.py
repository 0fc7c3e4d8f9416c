"""The approval of a sealed list by an unblinded statistician, without which nothing is allocated.

The statistician has no key that opens a list: whoever holds one (the pharmacist, who is unblinded too) hands it in.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from myotis.errors import Fault, InputError, SealError
from myotis.keys.pairs import PrivateKey, PublicKey
from myotis.keys.records import SignedRecord, list_compromised
from myotis.protocol.trial import Trial
from myotis.randomize.sealed import SealedList, describe_place
from myotis.randomize.soundness import find_plain_faults
from myotis.randomize.specification import ListSpecification, find_specification_faults
from myotis.randomize.unseal import open_origin_content, open_place, reveal_list
from myotis.randomize.verify import ONCE_COMPROMISED, verify_list
from myotis.randomize.versions import compare_versions

APPROVAL: Final = "approval of a sealed list"
CHECKED: Final = (
    "no slot was changed since the list was sealed, and the signature is right",
    "the list is for this trial, protocol and specification",
    "the keys that were handed in open every slot, to the same content",
    "the arms follow the procedure, within its bounds, and keep the ratio",
    "no stratum is a copy of another",
    "the procedure draws exactly this list from what it was made from",
)
"""What an approval says was checked."""


def approve_list(
    sealed: SealedList,
    trial: Trial,
    specification: ListSpecification,
    *,
    statistician: PrivateKey,
    openers: Sequence[PrivateKey],
    keys: Sequence[PublicKey],
    at: str,
    former: SealedList | None = None,
    reports: Sequence[SignedRecord] = (),
    live: bool = True,
) -> SignedRecord:
    """Open a sealed list, check it, and sign that it may be used. The approval tells nothing of the arms.

    ``openers`` are private keys that open the list: that of the pharmacy or of the escrow, and others beside it, which
    must open every slot to the same. ``keys`` are the public keys of the trial, ``at`` the time as text, ``former`` the
    version before, which a later version must follow. With ``live=False`` a list for demonstrations is approved, and
    the approval is good for demonstrations alone.

    Raises InputError with everything that is wrong with the list; SealError where a key isn't the right one.
    """
    _check_statistician(sealed, statistician, openers, keys, reports)
    if faults := [
        *verify_list(sealed, keys, reports),
        *_find_version_faults(sealed, former),
        *_find_protocol_faults(sealed, trial),
        *find_specification_faults(specification, trial),
    ]:
        raise InputError(faults)
    if faults := [
        *_find_disagreements(sealed, openers),
        *find_plain_faults(reveal_list(sealed, openers[0]), trial, specification, live=live),
    ]:
        raise InputError(faults)
    record = {
        "list_id": sealed.list_id, "version": sealed.version, "digest": sealed.digest, "trial": sealed.trial,
        "protocol_digest": sealed.protocol_digest, "specification_digest": sealed.specification_digest, "live": live,
        "opened_with": [key.public.key_id for key in openers], "checked": list(CHECKED), "at": at,
    }  # fmt: skip
    return SignedRecord.sign(statistician, APPROVAL, record)


def check_approved(
    sealed: SealedList,
    approval: SignedRecord | None,
    keys: Sequence[PublicKey],
    reports: Sequence[SignedRecord] = (),
    *,
    live: bool = True,
) -> None:
    """Raise SealError unless this version of the list is unchanged, usable and approved: before, nothing is allocated.

    It looks at every slot, so ask once when a list is taken into use, not at each allocation. ``reports`` tell of
    compromised keys; a list or an approval that uses one is refused, with what to do.
    """
    if approval is None or approval.kind != APPROVAL:
        raise SealError(
            "the list isn't approved; nothing is allocated before an unblinded statistician has approved it"
        )
    if live and not (sealed.usable_live and approval.record.get("live") is True):
        raise SealError("the list is one for demonstrations and tests; nothing is allocated from it in a real trial")
    approver = approval.check(keys)
    if approver.role != "statistician":
        raise SealError(f"the list is approved with a key of role {approver.role}, not with that of a statistician")
    if approver.key_id in list_compromised(reports, keys):
        raise SealError(
            f"{approver.describe()}, which approved the list, is compromised. {ONCE_COMPROMISED['statistician']}"
        )
    if approval.record.get("digest") != sealed.digest:
        raise SealError("the approval is one of another list, or of another version of it; let this one be approved")
    if faults := verify_list(sealed, keys, reports):
        raise SealError("the sealed list can't be used:\n" + "\n".join(map(str, faults)))


def _find_version_faults(sealed: SealedList, former: SealedList | None) -> Iterator[Fault]:
    if sealed.version > 1 and former is None:
        expected = "the version before, to compare with"
        yield Fault(what="the version before isn't given", expected=expected, key="former")
    if former is not None:
        yield from compare_versions(former, sealed)


def _find_protocol_faults(sealed: SealedList, trial: Trial) -> Iterator[Fault]:
    if (sealed.trial, sealed.protocol_digest) != (trial.trial.id, trial.digest):
        what, expected = "the list was sealed for another protocol", "a list for this protocol, in this version"
        yield Fault(what=what, expected=expected, remedy="Take the right one, or make a list.", key="protocol_digest")


def _find_disagreements(sealed: SealedList, openers: Sequence[PrivateKey]) -> Iterator[Fault]:
    """The slots that two keys open to different content, so that two recipients would be told different arms."""
    for place in sealed.places.values():
        if len({open_place(sealed, place, key).content for key in openers}) > 1:
            what, expected = "recipients find different content in the slot", "the same for all"
            where = describe_place(place.stratum, place.position, place.slot.slot_id)
            yield Fault(what=what, expected=expected, remedy="Seal the list anew.", key=where)
    origins = {open_origin_content(sealed, key) for key in openers if key.public.role != "code_break"}
    if len(origins) > 1:
        yield Fault(what="recipients find different origins", expected="the same for all", key="origin")


def _check_statistician(
    sealed: SealedList, statistician: PrivateKey, openers: Sequence[PrivateKey], keys: Sequence[PublicKey],
    reports: Sequence[SignedRecord],
) -> None:  # fmt: skip
    public = statistician.public
    if public.role != "statistician":
        raise SealError(f"a list is approved with a key of role statistician, not of role {public.role}")
    if public not in keys:
        raise SealError(f"{public.describe()} is not among the public keys of the trial")
    if public.holder == sealed.signed_by.get("holder"):
        raise SealError("who made the list does not approve it; another person must")
    if public.key_id in list_compromised(reports, keys):
        raise SealError(f"{public.describe()} is compromised. {ONCE_COMPROMISED['statistician']}")
    if not openers or openers[0].public.role not in {"pharmacy", "escrow"}:
        raise SealError("to approve a list, it must be opened: hand in the key of the pharmacy or of the escrow first")
