"""Amendments at work: which protocol is in force for a subject, and who is affected by a change.

What applies immediately is in force for everybody at once; what needs an approval, for the subjects of sites that have
it; what needs a new consent, for who has given it. A consent to an amendment is one to those before it too.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from myotis.conduct.study import AppliedAmendment, Study, SubjectFile
from myotis.errors import Fault, InputError
from myotis.protocol.amendment import Amendment, applicable_protocol, list_amended_changes
from myotis.protocol.diff import ORDER
from myotis.protocol.merge import merge_trials
from myotis.protocol.trial import Trial
from myotis.terms.states import BEFORE_TREATMENT, ON_STUDY, WITH_TREATMENT
from myotis.terms.states import SubjectState as S

TO_BE_DOSED: Final = frozenset({*BEFORE_TREATMENT, *WITH_TREATMENT, S.DOSING_HELD})
OF_ENTRY: Final = ("facts", "eligibility", "randomization")
OF_DOSES: Final = ("treatments", "switch", "conduct.readiness", "conduct.premedication", "conduct.extension_gate",
                   "conduct.preparation")  # fmt: skip


class Affected(NamedTuple):
    """A change, when it applies, and the subjects whom it concerns: who is still to come to what it is about."""

    place: str
    applies: str
    subjects: tuple[str, ...]


def find_latest(study: Study) -> Trial:
    """The protocol that the last amendment leads to."""
    return study.amendments[-1].after if study.amendments else study.trial


def find_affected(study: Study, amendment: Amendment) -> tuple[Affected, ...]:
    """Whom each change of an amendment would concern, before it is applied. ``study`` is not changed.

    Criteria of entry concern who is not randomized yet; doses, who is still to be dosed; a visit, who has not had it;
    everything else, whoever is on study. Raises KeyError where the study does not have the amended protocol.
    """
    before, after = find_latest(study), study.protocols[amendment.after]
    return tuple(
        Affected(change.place, applies, tuple(list_concerned(study, change.place)))
        for change, applies in list_amended_changes(before, after, amendment)
    )


def list_concerned(study: Study, place: str) -> Iterator[str]:
    """The subjects whom a change at a place of the protocol concerns."""
    for name, subject in sorted(study.subjects.items()):
        if subject.state in ON_STUDY and _concerns(place, subject):
            yield name


def _concerns(place: str, subject: SubjectFile) -> bool:
    if place.startswith(OF_ENTRY):
        return subject.stratum is None
    if place.startswith(OF_DOSES):
        return subject.state in TO_BE_DOSED
    head, _, rest = place.partition(".")
    return head != "visits" or subject.find("visit", rest.partition(".")[0]) is None


def put_in_force(study: Study, subject: SubjectFile) -> None:
    """Let the protocol hold for a subject that amendments, approvals and consents make of the first one."""
    study.in_force.pop(subject.id, None)
    found = find_protocol(study, subject.site, count_consented(study, subject))
    if found is not study.trial:
        study.in_force[subject.id] = found


def count_consented(study: Study, subject: SubjectFile) -> int:
    """How many amendments a subject has consented to."""
    versions = {form.items["consent_version"] for form in subject.all_of("consent")}
    numbers = [n for n, one in enumerate(study.amendments, start=1) if one.consent_version in versions]
    return max(numbers, default=0)


def find_protocol(study: Study, site: str, consented: int) -> Trial:
    """The protocol in force at a site for who has consented to so many amendments."""
    approved = max(study.approvals.get(site, 0), consented)
    key = (len(study.amendments), approved, consented)
    if key not in study.combined:
        study.combined[key] = _combine(study.trial, study.amendments, approved, consented)
    return study.combined[key]


def _combine(first: Trial, amendments: list[AppliedAmendment], approved: int, consented: int) -> Trial:
    chain = [first, *(one.after for one in amendments)]
    current = chain[consented]
    for number in range(consented, len(amendments)):
        one, is_approved = amendments[number], number < approved
        if current is chain[number]:
            current = applicable_protocol(
                chain[number], one.after, one.amendment, site_approved=is_approved, reconsented=False
            )
        else:
            current = _add_changes(current, chain[number], one, is_approved)
    return current


def _add_changes(current: Trial, before: Trial, one: AppliedAmendment, is_approved: bool) -> Trial:
    """A protocol that an earlier amendment is in force of in parts only, with what applies of a later one."""
    kinds = {"immediately", "on_site_approval"} if is_approved else {"immediately"}
    taken = {
        tuple(change.place.removesuffix(ORDER).split("."))
        for change, applies in list_amended_changes(before, one.after, one.amendment) if applies in kinds
    }  # fmt: skip
    if not taken:
        return current
    version = f"{current.trial.version}, and with what applies of {one.after.trial.version}"
    return merge_trials(current, one.after, lambda path: path in taken, version)


def find_conflicts(study: Study, applied: AppliedAmendment) -> Iterator[Fault]:
    """What would contradict itself in any protocol that would then be in force for somebody."""
    amendments = [*study.amendments, applied]
    for approved in range(len(amendments) + 1):
        for consented in range(approved + 1):
            try:
                _combine(study.trial, amendments, approved, consented)
            except InputError as error:
                yield from error.faults


def find_wrong_information(study: Study, site: str | None, version: str) -> Iterator[Fault]:
    """A consent to an information that the site has no approval for, or that another has replaced there."""
    approved = study.approvals.get(site or "", 0)
    versions = [one.consent_version for one in study.amendments]
    if version in versions[approved:]:
        yield Fault(what="the amendment is not approved for the site", expected="an approval first",
                    column="consent_version")  # fmt: skip
    current = [one for one in versions[:approved] if one is not None]
    if current and version != current[-1] and version not in versions[approved:]:
        yield Fault(what="the information was replaced at the site", expected=f"version {current[-1]}",
                    column="consent_version")  # fmt: skip
