"""A whole trial by hand, with everything in it that could tell an arm: both worlds, eight subjects, 40 weeks.

Two subjects share a day, one of each arm. What is measured at visits is the same whatever is given, so that two trials
that differ in their arms alone should look the same to the site until the first gate that answers otherwise. What the
pharmacy and the laboratory see (what a bag holds, an IgG) does differ.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from live_trial import read_proderm
from watched_desk import WatchedDesk

from myotis.conduct.acts.course.complete_first_period import CompleteFirstPeriod
from myotis.conduct.acts.course.complete_study import CompleteStudy
from myotis.conduct.acts.course.confirm_switch import ConfirmSwitch
from myotis.conduct.acts.course.discontinue_study import DiscontinueStudy
from myotis.conduct.acts.data.correct_value import CorrectValue
from myotis.conduct.acts.data.guess_treatment import GuessTreatment
from myotis.conduct.acts.data.raise_query import RaiseQuery
from myotis.conduct.acts.data.sign_form import SignForm
from myotis.conduct.acts.dosing.order_dose import OrderDose
from myotis.conduct.acts.dosing.receive_notice import ReceiveNotice
from myotis.conduct.acts.dosing.record_infusion import RecordInfusion
from myotis.conduct.acts.dosing.request_code_break import RequestCodeBreak
from myotis.conduct.acts.entry.randomize_subject import RandomizeSubject
from myotis.conduct.acts.safety.judge_adverse_event import JudgeAdverseEvent
from myotis.conduct.acts.safety.record_result import RecordResult
from myotis.conduct.acts.safety.release_action import ReleaseAction
from myotis.conduct.acts.safety.report_adverse_event import ReportAdverseEvent
from myotis.conduct.acts.visits.record_assessment import RecordAssessment
from myotis.conduct.bags import Bag, BagStatus
from myotis.conduct.restricted import seal_results_to
from myotis.conduct.roles import Role
from myotis.keys.pairs import make_key
from myotis.log.act import Act, RefusalError
from myotis.log.file import FileStore
from myotis.log.messages import NoticeWord
from myotis.log.store import MemoryStore
from myotis.log.subject_keys import FileSubjectKeys
from myotis.pharmacy.acts.break_code import BreakCode, UnblindForReport
from myotis.pharmacy.acts.recall_lot import ClearLot, Lot, RecallLot, ReportExcursion
from myotis.pharmacy.acts.receive_stock import CountStock, ReceiveStock
from myotis.pharmacy.acts.report_dispensing_error import ReportDispensingError
from myotis.pharmacy.acts.report_shortage import ReportShortage
from myotis.pharmacy.code_break import Disclosure, break_code, unblind_for_report
from myotis.pharmacy.means import seal_arms_to
from myotis.pharmacy.roles import Role as PharmacyRole
from myotis.protocol.design import Visit
from myotis.randomize.lists import AllocationList
from myotis.randomize.strata import name_stratum
from myotis.randomize.unseal import open_slot
from myotis.simulate.batch import VirtualTrial
from myotis.simulate.course import read_course
from myotis.simulate.driven.clock import VirtualClock, VirtualEntropy, at_hour
from myotis.simulate.driven.dispensing import LASTS_DAYS, PLACEBO_SIZE, VIALS, PharmacyPeople
from myotis.simulate.driven.people import find_person, find_pharmacist
from myotis.simulate.driven.site import SitePeople, group_results, plan_steps
from myotis.simulate.driven.worlds import Worlds
from myotis.simulate.life import Life
from myotis.simulate.luck import Luck
from myotis.simulate.recordings import Recording
from myotis.simulate.streams import Streams
from myotis.simulate.subject import Subject
from myotis.terms.states import WITH_TREATMENT, SubjectState
from myotis.terms.study_time import elapsed_days
from myotis.terms.units import Quantity

TRIAL = read_proderm()
SEED, SUBJECTS = 7, 8
FIRST_DAY = date(2024, 1, 8)
DAYS_BETWEEN_PAIRS = 4
OTHER = {"ivig": "placebo", "placebo": "ivig"}
IGG = {"ivig": "31.41593", "placebo": "9.26"}
"""What the laboratory finds before the next dose: the subject's own, or what was given. Of different lengths."""
LOTS = {"octagam_10": ("QX7741", "QX7742"), "saline": ("KR2290", "KR2291")}
"""The lots that come after the first ones; lots tell the product."""
SECRETS = (
    *(arm.id for arm in TRIAL.arms), *(arm.label for arm in TRIAL.arms), *IGG.values(),
    *(one.id for one in TRIAL.treatments), *(one.label for one in TRIAL.treatments),
    *(lot for lots in LOTS.values() for lot in lots), "octagam", "immune globulin",
)  # fmt: skip
"""What tells the arm of a subject who is named beside it."""

WORSE = {"physician_global": "9.8", "patient_global": "9.8", "extramuscular": "9.5"}
STRENGTH = "mmt8"


def choose_arm(number: int) -> str:
    """The arm of a subject, by its number from 0."""
    return ("ivig", "placebo")[number % 2]


class BlindedTrial:
    """The trial; ``exchanged``: every subject is in the other arm; ``minimized``: the pharmacy allocates, without a
    list. The blinded log is a real file in ``folder``.

    Pairs of subjects: the first has adverse events and code breaks, the second dispensing errors and a departure, the
    third deteriorates late (the gate asks what was given), the fourth early, and is switched.
    """

    def __init__(self, folder: Path, *, exchanged: bool = False, minimized: bool = False) -> None:
        self.folder = folder
        virtual = VirtualTrial.build(TRIAL, read_course("proderm"))
        life = Life(virtual, Luck(Streams(SEED), only=0), SUBJECTS)
        self.subjects = life.subjects
        self.facts = {one.name: life.find_facts(one) for one in self.subjects}
        self.arms = {
            one.name: OTHER[choose_arm(n)] if exchanged else choose_arm(n) for n, one in enumerate(self.subjects)
        }
        self.visits = life.visits
        store = FileStore(folder / "conduct.jsonl", sync=False)
        self.pharmacy_store = MemoryStore()
        clock = VirtualClock(at_hour(FIRST_DAY - timedelta(days=40), 8))
        self.worlds = Worlds(TRIAL, self._write_list(), (store, self.pharmacy_store), clock, SEED)
        self.desk = self._watch()
        self.site, self.pharmacy = SitePeople(self.worlds), PharmacyPeople(self.worlds)
        self.disclosures: list[Disclosure] = []
        self.minimized = minimized

    def _write_list(self) -> AllocationList:
        strata: dict[str, list[str]] = {}
        for subject in self.subjects:
            strata.setdefault(name_stratum(subject.levels), []).append(self.arms[subject.name])
        return AllocationList(
            trial=TRIAL.trial.id, protocol_digest=TRIAL.digest, specification_digest="0" * 64,
            procedure="permuted_blocks", usable_live=True, entropy=VirtualEntropy("list")(32).hex(),
            arms_by_stratum={name: tuple(arms) for name, arms in strata.items()},
        )  # fmt: skip

    def _watch(self) -> WatchedDesk:
        key = make_key("safety_physician", "virtual safety physician", "2024-01-01", VirtualEntropy("safety"))
        desk = WatchedDesk(self.worlds.conduct)
        desk.world.means = desk.world.means._replace(seal_result=seal_results_to(key.public))  # type: ignore[attr-defined]
        desk.keyring = FileSubjectKeys(self.folder / "keyring.json")
        self.worlds.conduct = desk
        return desk

    def _allocate_in_the_pharmacy(self) -> None:
        """Subjects come in the order of their numbers, and the procedure draws their arms."""
        arms, entropy = iter(self.arms.values()), VirtualEntropy("minimized")
        key = self.worlds.keys["code_break"].public
        site, pharmacy = self.worlds.conduct.world, self.worlds.pharmacy.world
        site.means = site.means._replace(take_slot=None)  # type: ignore[attr-defined]
        pharmacy.means = pharmacy.means._replace(  # type: ignore[attr-defined]
            open_slot=None, allocate=lambda totals, levels: next(arms),  # noqa: ARG005
            seal_arm=seal_arms_to(key, TRIAL.trial.id, entropy),
        )  # fmt: skip

    @cached_property
    def pairs(self) -> list[tuple[Subject, ...]]:
        """The subjects that share a day."""
        return list(zip(self.subjects[::2], self.subjects[1::2], strict=True))

    def run(self, last: str = TRIAL.visits[-1].id) -> None:
        """From the opening to a visit."""
        self.worlds.open(sorted({one.site for one in self.subjects}))
        if self.minimized:
            self._allocate_in_the_pharmacy()
        self.pharmacy.fill_stock(FIRST_DAY)
        for subject in self.subjects:
            self.worlds.clock.move(10)
            self.site.admit(subject, self.facts[subject.name])
        for visit in self.visits:
            for number, pair in enumerate(self.pairs):
                day = FIRST_DAY + timedelta(
                    days=elapsed_days(visit.day) - elapsed_days(self.visits[0].day) + number * DAYS_BETWEEN_PAIRS
                )
                self._hold_day(visit, number, [one for one in pair if self._is_in(one)], day)
            self.desk.look()
            if visit.id == last:
                break

    def _is_in(self, subject: Subject) -> bool:
        standing = self.site.file(subject).standing
        return standing in {*WITH_TREATMENT, SubjectState.RANDOMIZED, SubjectState.ENROLLED}

    def _hold_day(self, visit: Visit, number: int, pair: list[Subject], day: date) -> None:
        for subject in pair:
            self._visit(visit, number, subject, day)
        treated = [one for one in pair if self._is_in(one) and "infusion" in visit.activities]
        if treated:
            self._order(visit, number, treated)
            for infusion_day in (1, 2):
                self._infuse(visit, number, treated, infusion_day)
        after = getattr(self, f"_after_{visit.id}_{number}", None)
        if after:
            after(visit, pair)
        if visit is self.visits[-1]:
            for subject in pair:
                self.site.act(CompleteStudy(subject=subject.name), Role.INVESTIGATOR, subject)

    # visits ----------------------------------------------------------------------------------------------------------

    def _visit(self, visit: Visit, number: int, subject: Subject, day: date) -> None:
        weight = Decimal(f"{subject.weight_kg:.1f}") if "weight" in visit.activities else None
        found = self._measure(visit, number, subject)
        if (visit.id, number) == ("W8", 3):  # a bag is at the site before deterioration is known
            self.site.hold_visit(subject, visit, day, [], weight)
            self._order_early(visit, subject)
            self._assess(visit, subject, found)
        else:
            self.site.hold_visit(subject, visit, day, found, weight)
        if visit.id == "W0":
            self.site.act(RandomizeSubject(subject=subject.name), Role.COORDINATOR, subject)
        elif visit.id in {"W4", "W12"}:
            self._send_results(visit, subject)
        if self.site.file(subject).standing == SubjectState.SWITCH_INDICATED:
            again = OrderDose(
                subject=subject.name, visit=visit.id, days=2, saw_weight=1, saw=1, planned=self.worlds.clock.now
            )
            self.refuse(lambda: again, Role.INVESTIGATOR, subject)
            self.site.act(ConfirmSwitch(subject=subject.name), Role.INVESTIGATOR, subject)
        if visit.id == "W16":
            self._guess(subject)
            self.refuse(lambda: CompleteFirstPeriod(subject=subject.name), Role.INVESTIGATOR, subject)
            self.site.freeze_visit(subject, visit)
            self.site.act(CompleteFirstPeriod(subject=subject.name), Role.INVESTIGATOR, subject)
        self.worlds.exchange_mail()

    def _order_early(self, visit: Visit, subject: Subject) -> None:
        planned = self.site.order_dose(subject, visit, reduced=False)
        self.worlds.exchange_mail()
        self.worlds.clock.move_to(planned - timedelta(minutes=30))
        self.pharmacy.make_bag(self.pharmacy.find_order(subject.name, visit.id), 1)
        self.worlds.exchange_mail()

    def _assess(self, visit: Visit, subject: Subject, found: list[Recording]) -> None:
        for kind, results in group_results(found).items():
            role = Role.COORDINATOR if kind == "enzymes" else Role.EFFICACY_ASSESSOR
            form = RecordAssessment.model_validate(
                {"subject": subject.name, "visit": visit.id, "kind": kind, "results": results}
            )
            self.site.act(form, role, subject)
            signer = Role.INVESTIGATOR if role == Role.COORDINATOR else role
            self.site.act(SignForm(subject=subject.name, form=f"{kind}/{visit.id}", saw=1), signer, subject)

    def _measure(self, visit: Visit, number: int, subject: Subject) -> list[Recording]:
        """What a visit finds: as at baseline, or worse by every limb."""
        worse = visit.id in {2: ("W12", "W16"), 3: ("W4", "W8")}.get(number, ())
        kept = []
        for one in subject.baseline:
            if ("cdasi" if one.measure.startswith("cdasi") else "core_set") in visit.activities:
                text = WORSE.get(one.measure, one.text) if worse else one.text
                if worse and one.measure == STRENGTH:
                    text = str(int(int(one.text) * 0.6))
                kept.append(one._replace(text=text))
        return kept

    def _send_results(self, visit: Visit, subject: Subject) -> None:
        """An IgG that tells the treatment, a hemoglobin that doesn't; one action for all, and what is refused."""
        now = self.worlds.clock.now

        def result(analyte: str = "igg", **options: Any) -> RecordResult:
            fields = {"subject": subject.name, "at": visit.id, "analyte": analyte, "collected": now,
                      "value": IGG[self.arms[subject.name]], "upper_limit": "16"}  # fmt: skip
            return RecordResult.model_validate(fields | options)

        self.refuse(lambda: ReleaseAction(subject=subject.name, at=visit.id, action="no_action"),
                    Role.SAFETY_PHYSICIAN, subject)  # fmt: skip
        self.refuse(lambda: result("IgG"), Role.LABORATORY, subject)
        self.refuse(result, Role.COORDINATOR, subject)
        self.refuse(lambda: result(value=f"{IGG[self.arms[subject.name]]} g/L, high"), Role.LABORATORY, subject)
        self.refuse(lambda: result(collected=None), Role.LABORATORY, subject)
        self.refuse(lambda: result(unit="g/L"), Role.LABORATORY, subject)
        self._fail_to_seal(result(), subject)
        self.site.act(result(), Role.LABORATORY, subject)
        self.site.act(result("hemoglobin", value="131"), Role.LABORATORY, subject)
        self.refuse(result, Role.LABORATORY, subject)
        for role in (Role.LABORATORY, Role.COORDINATOR, Role.DATA_MANAGER):
            self.refuse(lambda: CorrectValue(subject=subject.name, form=f"restricted_result/{visit.id}/igg", saw=1,
                                             item="value", value=IGG[self.arms[subject.name]]),
                        role, subject, reason="copied wrongly")  # fmt: skip
        self.refuse(lambda: RaiseQuery(subject=subject.name, form=f"restricted_result/{visit.id}/igg", item="envelope",
                                       concern="implausible"), Role.DATA_MANAGER, subject)  # fmt: skip
        self.site.act(ReleaseAction(subject=subject.name, at=visit.id, action="no_action"), Role.SAFETY_PHYSICIAN,
                      subject)  # fmt: skip

    def _fail_to_seal(self, result: RecordResult, subject: Subject) -> None:
        """The seal breaks down while it has the result in its hands."""

        def fail(text: str, context: str) -> str:
            raise OSError(f"the module that seals does not answer for {context}: {text}")

        world = self.desk.world
        means, world.means = world.means, world.means._replace(seal_result=fail)  # type: ignore[attr-defined]
        self.refuse(lambda: result, Role.LABORATORY, subject)
        world.means = means  # type: ignore[attr-defined]

    def _guess(self, subject: Subject) -> None:
        guess = GuessTreatment(subject=subject.name, guesser="investigator", moment="end_of_first_period",
                               guess="do_not_know")  # fmt: skip
        self.refuse(lambda: guess.model_copy(update={"guess": "verum", "sure": "strongly"}), Role.INVESTIGATOR, subject)
        if self.site.file(subject).code_broken:
            self.refuse(lambda: guess, Role.INVESTIGATOR, subject)
        else:
            self.site.act(guess, Role.INVESTIGATOR, subject)

    # doses -----------------------------------------------------------------------------------------------------------

    def _order(self, visit: Visit, number: int, pair: list[Subject]) -> None:
        """Order the cycle; at weeks 4 and 8 one product is short meanwhile."""
        short = {("W4", 0): "saline", ("W8", 1): "octagam_10"}.get((visit.id, number))
        if short:
            self._hide_stock(short)
        for subject in pair:
            if self.site.file(subject).find("dose_order", visit.id) is None:
                self.site.order_dose(subject, visit, reduced=False)
            again = OrderDose(subject=subject.name, visit=visit.id, days=2, saw_weight=1, planned=self.worlds.clock.now)
            self.refuse(lambda order=again: order, Role.INVESTIGATOR, subject)
        self.worlds.exchange_mail()
        if short:
            for subject in pair:
                order = self.pharmacy.find_order(subject.name, visit.id)
                self.pharmacist(ReportShortage(subject=subject.name, order=order.id))
            self.worlds.exchange_mail()
            self._find_stock(short)

    def _infuse(self, visit: Visit, number: int, pair: list[Subject], day: int) -> None:
        """Bags for both, what happens to bags meanwhile, and the infusions."""
        for subject in pair:
            order = self.pharmacy.find_order(subject.name, visit.id)
            self.worlds.clock.move_to(order.planned[day - 1] - timedelta(minutes=30))
            self.pharmacy.make_bag(order, day)
        self.worlds.exchange_mail()
        trouble: Callable[[], None] | None = {
            ("W4", 1): lambda: self._mix_up(visit, pair), ("W8", 0): lambda: self._recall("octagam_10"),
            ("W12", 0): lambda: self._recall("saline"), ("W8", 2): lambda: self._warm("saline"),
            ("W12", 1): lambda: self._warm("octagam_10"),
        }.get((visit.id, number))  # fmt: skip
        if trouble and day == 1:
            stopped = {one.name: self._find_bag(one, visit).label for one in pair}
            trouble()
            self.worlds.exchange_mail()
            for subject in pair:
                order = self.pharmacy.find_order(subject.name, visit.id)
                self.site.check_readiness(subject, visit, day)
                self._try_stopped_bag(visit, subject, stopped[subject.name])
                if not self.worlds.pharmacy.state.bags[stopped[subject.name]].live:
                    self.pharmacy.make_bag(order, day)
            self.worlds.exchange_mail()
        else:
            for subject in pair:
                self.site.check_readiness(subject, visit, day)
        running = [self._plan_infusion(subject, visit, day) for subject in pair]
        self.worlds.clock.move_to(max(one.stopped for one in running))
        for subject, infusion in zip(pair, running, strict=True):
            self.site.act(infusion, Role.COORDINATOR, subject)
            self.refuse(lambda one=infusion: one, Role.COORDINATOR, subject)
        self.worlds.exchange_mail()
        if trouble and (visit.id, number) == ("W4", 1):
            for infusion in running:  # an error that is found out afterwards
                self._report_error(infusion.label)

    def _plan_infusion(self, subject: Subject, visit: Visit, day: int) -> RecordInfusion:
        bag = self._find_bag(subject, visit)
        order = self.site.file(subject).find("dose_order", visit.id)
        assert order is not None
        steps = plan_steps(TRIAL, visit.id, Decimal(order.items["weight_kg"]), Decimal(bag.volume_ml), None)
        started = self.worlds.clock.now
        return RecordInfusion(
            subject=subject.name, visit=visit.id, day=day, label=bag.label, started=started,
            stopped=started + timedelta(minutes=float(sum(step.minutes for step in steps))), steps=steps,
            volume_ml=Decimal(bag.volume_ml),
        )  # fmt: skip

    def _find_bag(self, subject: Subject, visit: Visit) -> Bag:
        bags = self.desk.state.bags.values()
        return next(b for b in bags if (b.subject, b.visit, b.status) == (subject.name, visit.id, BagStatus.READY))

    def _try_stopped_bag(self, visit: Visit, subject: Subject, label: str) -> None:
        self.worlds.clock.move(10)
        now = self.worlds.clock.now
        for tried in (label, "000000"):
            self.refuse(
                lambda one=tried: RecordInfusion(subject=subject.name, visit=visit.id, day=1, label=one,
                                                 started=now - timedelta(minutes=5), stopped=now, volume_ml=Decimal(1)),
                Role.COORDINATOR, subject,
            )  # fmt: skip

    # the pharmacy ----------------------------------------------------------------------------------------------------

    def pharmacist(self, act: Act, role: PharmacyRole = PharmacyRole.PHARMACIST, reason: str = "") -> None:
        """Somebody of the pharmacy acts."""
        self.worlds.clock.move(0.2)
        self.worlds.pharmacy.carry_out(act, find_pharmacist(role), reason=reason)

    def _stock_of(self, product: str) -> list[Any]:
        return [vial for vial in self.worlds.pharmacy.state.stock if vial.product == product]

    def _hide_stock(self, product: str) -> None:
        self.hidden = {vial: self.worlds.pharmacy.state.stock[vial] for vial in self._stock_of(product)}
        for vial in self.hidden:
            self.pharmacist(CountStock(product=product, lot=vial.lot, volume_ml=Decimal(float(vial.volume_ml)),
                                       counted=0, explanation="lost"))  # fmt: skip

    def _find_stock(self, product: str) -> None:
        for vial, count in self.hidden.items():
            self.pharmacist(CountStock(product=product, lot=vial.lot, volume_ml=Decimal(float(vial.volume_ml)),
                                       counted=count, explanation="found"))  # fmt: skip

    def _receive(self, product: str, lot: str) -> None:
        sizes = [Quantity.parse(PLACEBO_SIZE, ("mL",))]
        if product == "octagam_10":
            sizes = list(TRIAL.conduct.preparation.vial_sizes)  # type: ignore[union-attr]
        expires = FIRST_DAY + timedelta(days=LASTS_DAYS)
        for size in sizes:
            self.pharmacist(ReceiveStock(product=product, lot=lot, size=size, count=VIALS, expires=expires))

    def _recall(self, product: str) -> None:
        """The first lot is recalled while bags of both arms are at the site; another one takes its place."""
        self.pharmacist(RecallLot(product=product, lot=f"{product.upper()}1"))
        self._receive(product, LOTS[product][0])

    def _warm(self, product: str) -> None:
        """What is in use has been too warm; it is cleared later."""
        lots = tuple(Lot(product, lot) for lot in sorted({vial.lot for vial in self._stock_of(product)}))
        blocked = self.worlds.pharmacy.state.blocked
        lots = tuple(lot for lot in lots if tuple(lot) not in blocked)
        began = self.worlds.clock.now - timedelta(hours=6)
        self.pharmacist(ReportExcursion(began=began, lots=lots, highest_c=Decimal("31.0")))
        self.worlds.exchange_mail()
        for lot in lots:
            self.pharmacist(ClearLot(product=product, lot=lot.lot, decision="usable"), reason="stability data")

    def _mix_up(self, visit: Visit, pair: list[Subject]) -> None:
        """Both bags are the other one's, found out in time."""
        for subject in pair:
            self._report_error(self._find_bag(subject, visit).label)

    def _report_error(self, label: str) -> None:
        holds = self.worlds.pharmacy.state.bags[label].holds
        other = next(one.id for one in TRIAL.treatments if one.id != holds)
        self.pharmacist(ReportDispensingError(label=label, holds=other), reason="the count of vials does not fit")

    # what happens after the infusions of a day ------------------------------------------------------------------------

    def _after_W0_0(self, visit: Visit, pair: list[Subject]) -> None:
        """Who may not do what."""
        for subject in pair:
            self.refuse(lambda one=subject: RandomizeSubject(subject=one.name), Role.COORDINATOR, subject)
            self.refuse(lambda one=subject: RandomizeSubject(subject=one.name), Role.MONITOR, subject)
            self.refuse(lambda one=subject: CompleteStudy(subject=one.name), Role.INVESTIGATOR, subject)
            self.refuse(lambda one=subject: SignForm(subject=one.name, form=f"core_set/{visit.id}", saw=9),
                        Role.EFFICACY_ASSESSOR, subject)  # fmt: skip
            for word in NoticeWord:
                self.refuse(lambda one=subject, said=word: ReceiveNotice(subject=one.name, id="abc", word=said,
                            values={"treatment": "?"}), Role.PHARMACY_LINK, subject)  # fmt: skip
                self.refuse(lambda one=subject, said=word: ReceiveNotice(subject=one.name, id="abc", word=said,
                            values={"label": "1", "order": "1"}), Role.PHARMACY_LINK, subject)  # fmt: skip
            seen = next(iter(self.desk.state.notice_ids))
            self.refuse(lambda one=subject, known=seen: ReceiveNotice(subject=one.name, id=known, word="bag_ready",
                        values={}), Role.PHARMACY_LINK, subject)  # fmt: skip

    def _after_W8_0(self, visit: Visit, pair: list[Subject]) -> None:  # noqa: ARG002
        """An adverse event of each, unblinded for a report; then the code of each is broken."""
        for subject in pair:
            self._report_event(subject)
            self.pharmacist_discloses(
                unblind_for_report, UnblindForReport(subject=subject.name, report="adverse_event/1"),
                PharmacyRole.SAFETY_UNBLINDER, reason="expedited report",
            )  # fmt: skip
            self.worlds.exchange_mail()
        for subject in pair:
            self._break_code(subject)

    def _report_event(self, subject: Subject) -> None:
        now = self.worlds.clock.now
        event = ReportAdverseEvent(
            subject=subject.name, term="Pulmonary embolism", description="found breathless at home", started=now.date(),
            severity="severe", serious=True, criteria=("hospitalization",), causality="related",
            special_interest="thromboembolic", action_taken="DOSE NOT CHANGED", outcome="NOT RECOVERED/NOT RESOLVED",
            aware_at=now,
        )  # fmt: skip
        self.refuse(lambda: event, Role.EFFICACY_ASSESSOR, subject)
        self.refuse(lambda: event.model_copy(update={"serious": False}), Role.COORDINATOR, subject)
        self.site.act(event, Role.COORDINATOR, subject)
        judged = JudgeAdverseEvent(subject=subject.name, number=1, saw=1, causality="related",
                                   expectedness="unexpected", reference="IB 1")  # fmt: skip
        self.site.act(judged, Role.SPONSOR, subject)

    def _break_code(self, subject: Subject) -> None:
        ask = RequestCodeBreak(subject=subject.name, why="medical_emergency")
        self.refuse(lambda: ask, Role.COORDINATOR, subject, reason="stroke in the night")
        self.refuse(lambda: ask, Role.INVESTIGATOR, subject)
        investigator = find_person(Role.INVESTIGATOR, subject.site)
        self.worlds.clock.move(1)
        self.desk.carry_out(ask, investigator, reason="stroke in the night")
        self.worlds.exchange_mail()
        (asked,) = self.worlds.pharmacy.state.code_requests
        act = BreakCode(subject=subject.name, asked=asked, asked_by=investigator.id, told=(investigator.id,))
        self.pharmacist_discloses(break_code, act, PharmacyRole.CODE_BREAK_DESK)
        self.worlds.exchange_mail()

    def pharmacist_discloses(
        self, disclose: Callable[..., Disclosure], act: Act, role: PharmacyRole, reason: str = ""
    ) -> None:
        """A disclosure outside of both logs; what it shows is kept here."""
        sealed, key = self.worlds.sealed, self.worlds.keys["code_break"]
        shown = disclose(self.worlds.pharmacy, act, find_pharmacist(role), reason=reason,
                         open_sealed=lambda slot: open_slot(sealed, slot, key))  # fmt: skip
        self.disclosures.append(shown)
        if isinstance(act, BreakCode):  # what was shown once is not shown again
            with pytest.raises(RefusalError) as again:
                disclose(self.worlds.pharmacy, act, find_pharmacist(role), open_sealed=None)
            self.desk.keep_error(again.value, find_pharmacist(role))

    def _after_W12_1(self, visit: Visit, pair: list[Subject]) -> None:  # noqa: ARG002
        """One leaves."""
        act = DiscontinueStudy(subject=pair[1].name, why="withdrawal_by_subject")
        self.site.act(act, Role.INVESTIGATOR, pair[1])

    def refuse(self, make: Callable[[], Act], role: Role, subject: Subject, reason: str = "") -> None:
        """Something that must fail, be it that the act can't even be made; what the error shows is kept."""
        user = find_person(role, subject.site)
        try:
            act = make()
        except ValueError as error:
            self.desk.keep_error(error, user)
            return
        before = len(self.desk.store.read())
        with suppress(Exception):  # whatever it is, the watched desk has kept it
            self.desk.carry_out(act, user, reason=reason)
        assert len(self.desk.store.read()) == before, f"{act.name} should have been refused"
