"""The tables of who the subjects are and how they went on, without any arm: DM, SUPPDM, SV, SE, DS, IE."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Final

from myotis.conduct.act import find_first_dose, find_planned
from myotis.conduct.acts.entry.screen_subject import FORM as SCREENING_FORM
from myotis.conduct.snapshot.design import SCREENING, name_element
from myotis.conduct.study import SubjectFile
from myotis.datasets.sdtm import (
    COMPLETED,
    DISPOSITION,
    ENTERED_EXTENSION,
    MILESTONE,
    OTHER_EVENT,
    RANDOMIZED,
    RESCUED,
    SWITCHED,
)
from myotis.log.entry import Entry
from myotis.protocol.design import Epoch
from myotis.protocol.trial import Trial

Row = dict[str, Any]

UNSCHEDULED_STEP: Final = 0.01
"""An unscheduled visit is numbered behind the planned one before it: 4.01, 4.02."""

REASONS: Final = {
    "adverse_event": "ADVERSE EVENT", "lack_of_efficacy": "LACK OF EFFICACY",
    "physician_decision": "PHYSICIAN DECISION",
    "protocol_deviation": "PROTOCOL DEVIATION", "withdrawal_by_subject": "WITHDRAWAL BY SUBJECT",
    "lost_to_follow_up": "LOST TO FOLLOW-UP", "death": "DEATH", "pregnancy": "PREGNANCY", "other": "OTHER",
    "site_terminated": "SITE TERMINATED BY SPONSOR", "study_terminated": "STUDY TERMINATED BY SPONSOR",
}  # fmt: skip
"""Coded reasons in the words of CDISC's codelist NCOMPLT."""


class VisitNumbers:
    """The number and name of each visit that a subject had, planned or not, and of each day with only a sample."""

    def __init__(self, subject: SubjectFile, trial: Trial) -> None:
        self.trial = trial
        self.dates = {form.key.which[0]: form.items["day"] for form in subject.all_of("visit")}
        self.numbers: dict[str, tuple[float, str]] = {v.id: (float(v.number), v.label) for v in trial.visits}
        held = [form for form in subject.all_of("visit") if form.items["held"] != "missed"]
        self.held = sorted(held, key=lambda form: (form.items["day"], form.first_entry))
        sampled = {form.key.which[0] for form in subject.all_of("result")} - set(self.dates) - set(self.numbers)
        self.dates |= {day: day for day in sampled}
        contacts = [(form.items["day"], form.key.which[0]) for form in self.held] + [(day, day) for day in sampled]
        self._number(sorted(contacts, key=lambda contact: contact[0]))

    def _number(self, contacts: list[tuple[str, str]]) -> None:
        last, extra = float(self.trial.visits[0].number), 0
        for _, name in contacts:
            planned = find_planned(self.trial, name)
            if planned:
                last, extra = float(planned.number), 0
            else:
                extra += 1
                self.numbers[name] = (round(last + extra * UNSCHEDULED_STEP, 2), f"Unscheduled {name}")

    def at(self, visit: str) -> Row:
        """The columns that name a visit."""
        number, label = self.numbers[visit]
        return {"VISITNUM": number, "VISIT": label}


def list_subject(
    subject: SubjectFile, trial: Trial, visits: VisitNumbers, history: list[Entry]
) -> dict[str, list[Row]]:
    """The rows of one subject by table; ``history`` has the entries about it in their order."""
    return {
        "DM": [_describe(subject)], "SUPPDM": list(_list_strata(subject, trial)), "SV": list(_list_visits(visits)),
        "DS": list(_list_disposition(subject, trial, visits, history)), "IE": list(_list_criteria(subject, trial)),
        "SE": list(_list_elements(subject, trial, history)),
    }  # fmt: skip


def _describe(subject: SubjectFile) -> Row:
    demographics = subject.find("demographics")
    items = demographics.items if demographics else {}
    first = find_first_dose(subject)
    return {
        "SUBJID": subject.id, "SITEID": subject.id.partition("-")[0], "RFSTDTC": first and first.isoformat(),
        "AGE": items.get("age"), "AGEU": "YEARS" if "age" in items else None, "SEX": items.get("sex"),
    }  # fmt: skip


def _list_strata(subject: SubjectFile, trial: Trial) -> Iterator[Row]:
    for position, (factor, level) in enumerate(
        zip(trial.randomization.factors, subject.stratum or (), strict=False), 1
    ):
        label = f"Stratum as Randomized: {factor.label}"
        yield {"RDOMAIN": "DM", "QNAM": f"STRAT{position}R", "QLABEL": label, "QVAL": level, "QORIG": "Assigned"}


def _list_visits(visits: VisitNumbers) -> Iterator[Row]:
    for form in visits.held:
        yield {**visits.at(form.key.which[0]), "SVSTDTC": form.items["day"]}


def _list_criteria(subject: SubjectFile, trial: Trial) -> Iterator[Row]:
    """The criteria that the subject did not meet, as last told."""
    told = subject.last_told("eligibility") or {"criteria": {}}
    screened = subject.find(SCREENING_FORM)
    for criterion in trial.eligibility:
        answer = told["criteria"].get(criterion.id)
        if answer == {"inclusion": "no", "exclusion": "yes"}[criterion.kind]:
            yield {
                "IETESTCD": criterion.id, "IETEST": criterion.label, "IECAT": criterion.kind.upper(),
                "IEORRES": "N" if criterion.kind == "inclusion" else "Y", "IEDTC": screened and _day(screened.occurred),
            }  # fmt: skip


def _list_disposition(subject: SubjectFile, trial: Trial, visits: VisitNumbers, history: list[Entry]) -> Iterator[Row]:
    """Milestones and ends, in the order in which they were entered."""
    switch_visit = _find_switch_visit(subject)
    period, last = _periods(trial)
    for entry in history:
        when = _day(entry.occurred)
        row: Row = {"DSSTDTC": when}
        match entry.act, entry.get("word"):
            case ("randomize_subject", _) if entry.get("slot") is not None:
                yield row | _term(RANDOMIZED, MILESTONE) | visits.at(trial.baseline_visit)
            case ("receive_notice", "allocated"):
                yield row | _term(RANDOMIZED, MILESTONE) | visits.at(trial.baseline_visit)
            case ("receive_notice", "switch_in_effect"):
                where = visits.at(switch_visit) if switch_visit else {}
                yield row | _term(SWITCHED, OTHER_EVENT) | where | {"EPOCH": period.label}
            case ("complete_first_period", _):
                yield row | _term(COMPLETED, DISPOSITION) | _last_visit(visits, when) | {"EPOCH": period.label}
            case ("receive_notice", "enter_extension"):
                yield row | _term(ENTERED_EXTENSION, MILESTONE) | _last_visit(visits, when) | {"EPOCH": last.label}
            case ("complete_study", _):
                yield row | _term(COMPLETED, DISPOSITION) | _last_visit(visits, when) | {"EPOCH": last.label}
            case ("record_medication", _) if entry.get("purpose") == "rescue":
                yield row | _term(RESCUED, OTHER_EVENT) | _last_visit(visits, when) | {"EPOCH": period.label}
            case ("discontinue_treatment", _):
                reason = {"DSTERM": REASONS.get(entry.get("why", ""), "OTHER"), "EPOCH": _epoch(subject, trial, when)}
                yield row | _term("TREATMENT DISCONTINUED", OTHER_EVENT) | reason
            case ("discontinue_study" | "declare_lost" | "record_death" | "withdraw_consent", _):
                if end := _find_end(entry):
                    where = _last_visit(visits, when) | {"EPOCH": _epoch(subject, trial, when)}
                    yield row | _term(end, DISPOSITION) | where
            case _:
                pass


def _find_end(entry: Entry) -> str | None:
    """Why the study ended for a subject by an entry; None where it did not."""
    match entry.act:
        case "discontinue_study":
            return REASONS.get(entry.get("why", ""), "OTHER")
        case "declare_lost":
            return REASONS["lost_to_follow_up"]
        case "record_death":
            return REASONS["death"]
        case _:
            return REASONS["withdrawal_by_subject"] if "contact" in (entry.get("scopes") or ()) else None


def _term(term: str, category: str) -> Row:
    return {"DSTERM": term, "DSDECOD": term, "DSCAT": category}


def _last_visit(visits: VisitNumbers, when: str) -> Row:
    """The columns of the last planned visit that was held up to a date."""
    planned = {visit.id for visit in visits.trial.visits}
    held = [f.key.which[0] for f in visits.held if f.items["day"] <= when and f.key.which[0] in planned]
    return visits.at(held[-1]) if held else {}


def _find_switch_visit(subject: SubjectFile) -> str | None:
    answer = subject.last_told("switch_indicated")
    return answer["visit"] if answer else None


def _periods(trial: Trial) -> tuple[Epoch, Epoch]:
    """The period that begins with the baseline, and the last one."""
    first = next(epoch for epoch in trial.epochs if epoch.id == trial.visit(trial.baseline_visit).epoch)
    return first, max(trial.epochs, key=lambda epoch: epoch.first_day)


def _epoch(subject: SubjectFile, trial: Trial, when: str) -> str:
    """The epoch that a subject was in on a date: of the extension only once it has entered."""
    first = find_first_dose(subject)
    if first is None or date.fromisoformat(when) < first:
        return trial.epochs[0].label
    period, last = _periods(trial)
    entered = any(
        notice.get("word") == "enter_extension" and _day(notice.occurred) <= when for notice in subject.notices
    )
    return last.label if entered else period.label


def _list_elements(subject: SubjectFile, trial: Trial, history: list[Entry]) -> Iterator[Row]:
    """Screening, the masked treatment, the extension; each until the next one begins."""
    first = find_first_dose(subject)
    entered = next((_day(e.occurred) for e in history if e.get("word") == "enter_extension"), None)
    period, last = _periods(trial)
    begins = [(SCREENING, trial.epochs[0].label, trial.epochs[0], _day(history[0].occurred))]
    if first:
        begins.append((*name_element(trial, period, None), period, first.isoformat()))
    if entered and last is not period:
        begins.append((*name_element(trial, last, None), last, entered))
    ends = [begin for *_, begin in begins[1:]] + [None]
    for (code, name, epoch, begin), end in zip(begins, ends, strict=True):
        yield {"ETCD": code, "ELEMENT": name, "SESTDTC": begin, "SEENDTC": end, "EPOCH": epoch.label}


def _day(when: str) -> str:
    return datetime.fromisoformat(when).date().isoformat()
