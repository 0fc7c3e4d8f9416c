"""Breaking the code: what an investigator is shown, once, of the treatment of one subject.

It needs the sealed list and the code-break key. The pharmacy's log adds what was given by cycle; where it is out of
reach, what is shown says what it could not include.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from myotis.errors import SettingError
from myotis.log.act import User
from myotis.log.desk import Desk
from myotis.pharmacy.acts.break_code import BreakCode, UnblindForReport
from myotis.pharmacy.bags import BagState
from myotis.pharmacy.dispensary import Dispensary, SubjectCard
from myotis.pharmacy.treatment import find_initial, list_given
from myotis.protocol.trial import Trial
from myotis.rules.treatment import resolve_switch

OpenSealed = Callable[[str], str]
"""The arm in a sealed slot, by the code-break key."""

WITHOUT_LOG = (
    "the treatment given by cycle, a switch, the extension and dispensing errors: the pharmacy's log is out of reach",
)
WITHOUT_KEY = ("a comparison with the sealed list: the subject has no sealed slot, or the key was not given",)


class CycleGiven(NamedTuple):
    """What was infused in a cycle: the labels of its treatments. More than one after a dispensing error."""

    visit: str
    treatments: tuple[str, ...]


class AtSite(NamedTuple):
    """A bag that was released and of which no infusion is known yet."""

    label: str
    visit: str
    treatment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """What is shown of a subject. It does not print itself, so that no log or error holds it by accident."""

    subject: str
    arm: str = field(repr=False)
    """The label of the arm as randomized."""
    given: tuple[CycleGiven, ...] = field(default=(), repr=False)
    at_site: tuple[AtSite, ...] = field(default=(), repr=False)
    in_effect: str | None = field(default=None, repr=False)
    """The treatment of the next cycle; None where there is none, or it isn't known."""
    not_included: tuple[str, ...] = ()
    """What could not be found out."""
    sealed_list_agrees: bool | None = field(default=None, repr=False)
    """Whether the sealed list and the pharmacy's log name the same arm; None where it could not be compared. Where
    they differ, ``arm`` is the pharmacy's, by which bags were prepared."""


def break_code(
    pharmacy: Desk[Dispensary], act: BreakCode, user: User, *, open_sealed: OpenSealed | None, reason: str = ""
) -> Disclosure:
    """Break the code: record it, then show it. Nothing is shown where nothing could be recorded.

    Raises RefusalError, and StoreError where the pharmacy's log can't be written: then ``break_code_alone`` works.
    """
    return _disclose(pharmacy, act, user, open_sealed, reason)


def unblind_for_report(
    pharmacy: Desk[Dispensary], act: UnblindForReport, user: User, *, open_sealed: OpenSealed | None, reason: str
) -> Disclosure:
    """Unblind a subject for an expedited report: record it, then show it."""
    return _disclose(pharmacy, act, user, open_sealed, reason)


def break_code_alone(trial: Trial, subject: str, slot: str, open_sealed: OpenSealed) -> Disclosure:
    """Break the code with the sealed list and the key alone, while the pharmacy's log is out of reach.

    It is to be recorded afterwards (``BreakCode`` with ``by_means_of`` key_alone or card). Raises SealError where the
    slot does not open.
    """
    arm = open_sealed(slot)
    return Disclosure(subject=subject, arm=_name_arm(trial, arm), not_included=WITHOUT_LOG)


def _disclose(
    pharmacy: Desk[Dispensary], act: BreakCode | UnblindForReport, user: User, open_sealed: OpenSealed | None,
    reason: str,
) -> Disclosure:  # fmt: skip
    if isinstance(act, BreakCode) and act.asked is None and not reason.strip():
        raise SettingError("a code that is broken without a request of the blinded log needs its reason here")
    shown = _describe(pharmacy.state, act.subject, open_sealed)
    pharmacy.carry_out(act, user, reason=reason)
    assert shown is not None, "the desk refuses a subject that it does not know"
    return shown


def _describe(dispensary: Dispensary, subject: str, open_sealed: OpenSealed | None) -> Disclosure | None:
    """What is known of a subject; None for one that the desk will refuse."""
    card = dispensary.subjects.get(subject)
    if card is None:
        return None
    trial = dispensary.trial
    names = {treatment.id: treatment.label for treatment in trial.treatments}
    compared = open_sealed is not None and card.slot is not None
    return Disclosure(
        subject=subject, arm=_name_arm(trial, card.arm),
        given=tuple(
            CycleGiven(visit, tuple(names[one] for one in cycle))
            for visit, cycle in list_given(dispensary, card).items()
        ),
        at_site=tuple(
            AtSite(bag.label, bag.visit, names[bag.holds])
            for order in card.orders for label in dispensary.orders[order].labels
            if (bag := dispensary.bags[label]).state == BagState.RELEASED
        ),
        in_effect=names.get(_find_in_effect(trial, card) or ""),
        not_included=() if compared else WITHOUT_KEY,
        sealed_list_agrees=open_sealed(card.slot) == card.arm if open_sealed and card.slot else None,
    )  # fmt: skip


def _find_in_effect(trial: Trial, card: SubjectCard) -> str | None:
    gate = trial.conduct and trial.conduct.extension_gate
    if gate and card.enters_extension is not None:
        return gate.treatment if card.enters_extension else None
    initial = find_initial(trial, card)
    return resolve_switch(trial, initial) if card.switched_from else initial


def _name_arm(trial: Trial, arm: str) -> str:
    return next((one.label for one in trial.arms if one.id == arm), arm)
