"""The live trial a second time: a plain model of ProDERM's conduct and pharmacy, beside which the acts are run.

Written from the issue's words, the protocol of ProDERM and ICH E6, not from the code. It takes and keeps texts, numbers
and times, knows nothing of Myotis, and answers for each act ``None`` (it may be done), ``role``, ``state`` or ``need``
(why not), or ``SILENT`` (it has no opinion). Roles and states come from ``act_matrix.csv``, deterioration and the gate
from their second programmings. What it takes from the code, and so can't judge: which soft queries and deviations the
system raises by itself, labels, the version of a form that a system word changes, and which lot a bag was made from.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction

from act_matrix import GROUPS, HELD, read_rows
from deterioration_fractions import Definition, statuses
from extension_gate import proderm

SILENT = "silent"
ROWS = read_rows()
SITE_ROLES = {"investigator", "coordinator", "efficacy_assessor"}
MACHINES = {"system", "pharmacy_link"}
AFTER_LOCK = {
    "request_code_break", "receive_notice", "report_adverse_event", "follow_up_adverse_event", "judge_adverse_event",
    "adjudicate_event", "report_pregnancy", "record_death", "begin_follow_up", "withdraw_consent", "assign_role",
    "revoke_role", "answer_query", "close_query",
}  # fmt: skip
"""Safety with the queries on it, the code, the participant's rights and access: what can't wait."""
NEEDS_REASON = {"correct_value", "unfreeze_form", "request_code_break", "report_wrong_stratum", "transfer_subject"}

DAYS = {"SCR": -21, "W0": 1, "W4": 29, "W8": 57, "W12": 85, "W16": 113, "W20": 141, "W24": 169, "W28": 197, "W32": 225,
        "W36": 253, "W40": 281}  # fmt: skip
CORE = ["W0", "W4", "W8", "W12", "W16", "W28", "W40"]
FIRST_CYCLES = ["W0", "W4", "W8", "W12"]
LATER_CYCLES = ["W16", "W20", "W24", "W28", "W32", "W36"]
CYCLES = FIRST_CYCLES + LATER_CYCLES
WEIGHED = [*CYCLES, "W40"]
REDUCED_FROM = 197
G_PER_KG, REDUCED_G_PER_KG, ML_PER_G = 2, 1, 10
BAG_LASTS = timedelta(hours=8)
RELEASE_BEFORE = timedelta(hours=8)
RESULT_LASTS_DAYS = 35
RISKS = 13
ITEMS = {"physician_global": "physician", "patient_global": "patient", "mmt8": "strength", "haq": "function",
         "extramuscular": "extra"}  # fmt: skip
RANGES = {"physician_global": 10, "patient_global": 10, "mmt8": 150, "haq": 3, "extramuscular": 10}
PRODUCT = {"ivig": "octagam_10", "placebo": "saline"}
OTHER = {"octagam_10": "saline", "saline": "octagam_10"}
EFFICACY = {"core_set", "cdasi", "enzymes", "sf36"}
SEEN_BY_ASSESSOR = {"visit", "core_set", "cdasi"}
OFF = set(GROUPS["off_treatment"])
OVER = {"screen_failure", "completed", "study_discontinued", "lost", "withdrawn_from_contact", "died"}
TREATED = set(GROUPS["treated"])
DOSED = TREATED | {"randomized_not_treated"}

_END = {"withdrawn_from_contact", "died", "study_discontinued", "lost"}
_FIRST_ENDS = {"first_period_completed", "treatment_discontinued", *_END}
NEXT = {
    None: {"screening"},
    "screening": {"adjudicated_active", "screen_failure", "enrolled", "withdrawn_from_contact", "died"},
    "rescreened": {"adjudicated_active", "screen_failure", "enrolled", "withdrawn_from_contact", "died"},
    "screen_failure": {"rescreened"},
    "adjudicated_active": {"screen_failure", "enrolled", "withdrawn_from_contact", "died"},
    "enrolled": {"screen_failure", "randomized_not_treated", *_END},
    "randomized_not_treated": {"on_treatment", "treatment_discontinued", *_END},
    "on_treatment": {"switch_indicated", *_FIRST_ENDS},
    "switch_indicated": {"switch_confirmed", "switch_declined_for_safety", *_FIRST_ENDS},
    "switch_confirmed": {"switch_effective", *_FIRST_ENDS},
    "switch_effective": _FIRST_ENDS,
    "switch_declined_for_safety": _FIRST_ENDS,
    "first_period_completed": {"in_extension", "treatment_discontinued", "completed", *_END},
    "in_extension": {"completed", "treatment_discontinued", *_END},
    "treatment_discontinued": {"safety_follow_up", "completed", *_END},
    "safety_follow_up": {"completed", *_END},
    "completed": {"died"}, "study_discontinued": {"died"}, "withdrawn_from_contact": {"died"},
    "lost": {"safety_follow_up", "died"}, "died": set(),
}  # fmt: skip
"""Where a subject may go from where it stands. Holding and resuming leave it where it stands."""


@dataclass
class Paper:
    """A form."""

    items: dict
    records: tuple
    """The roles that record such forms."""
    version: int = 1
    frozen: bool = False
    signatures: list = field(default_factory=list)  # (user, meaning, version)

    def change(self, **items):
        self.items.update(items)
        self.version += 1

    @property
    def signed(self):
        return any(meaning == "authored" and version == self.version for _, meaning, version in self.signatures)


@dataclass
class Person:
    """A subject."""

    id: str
    site: str
    standing: str = "screening"
    held: bool = False
    papers: dict = field(default_factory=dict)
    facts: dict = field(default_factory=dict)
    consents: list = field(default_factory=list)
    rescreened: int = 0
    stratum: str | None = None
    right: str | None = None
    """The stratum that it belongs to, where that was found later."""
    place: int | None = None
    randomized_at: datetime | None = None
    undosed: list = field(default_factory=list)  # [since, until or None]
    indicated_at: str | None = None
    switch_from: str | None = None
    confirmed_at: datetime | None = None
    effective_at: datetime | None = None
    infusions: list = field(default_factory=list)  # (visit, day, label, ml, started, stopped)
    changes: list = field(default_factory=list)  # (visit, to)
    results: list = field(default_factory=list)  # (analyte, value, collected)
    further_use: bool = True
    code_broken: bool = False
    asked: set = field(default_factory=set)
    answered: set = field(default_factory=set)
    code_requests: list = field(default_factory=list)
    words: list = field(default_factory=list)

    @property
    def state(self):
        return "dosing_held" if self.held else self.standing

    def go(self, target, when):
        assert target in NEXT[self.standing], f"{self.standing} to {target}"
        if self.standing in DOSED and target not in DOSED:
            self.stop(when)
            self.held = False
        self.standing = target

    def stop(self, when):
        if not self.undosed or self.undosed[-1][1] is not None:
            self.undosed.append([when, None])

    def orders(self):
        return {key.partition("/")[2]: paper for key, paper in self.papers.items() if key.startswith("dose_order/")}

    def given(self, visit):
        return [one for one in self.infusions if one[0] == visit]

    def open_orders(self):
        return [v for v, p in self.orders().items()
                if not p.items["cancelled"] and len(self.given(v)) < p.items["days"]]  # fmt: skip

    def missed(self, visit):
        return self.papers[f"visit/{visit}"].items["held"] == "missed"


@dataclass
class SiteBag:
    """A bag as the site knows it."""

    subject: str
    order: str
    visit: str
    ml: Fraction
    use_by: datetime
    used: bool = False
    stopped_at: datetime | None = None


@dataclass
class Card:
    """A subject as the pharmacy knows it."""

    arm: str
    switched_from: str | None = None
    enters: bool | None = None
    infused: list = field(default_factory=list)  # (visit, label, ml)


@dataclass
class PharmacyOrder:
    subject: str
    visit: str
    volumes: list
    planned: list
    cancelled: bool = False
    labels: list = field(default_factory=list)


@dataclass
class PharmacyBag:
    subject: str
    order: str
    visit: str
    day: int
    assigned: str
    holds: str
    by: str
    use_by: datetime
    ml: Fraction
    lots: set
    state: str = "prepared"

    @property
    def live(self):
        return self.state in {"prepared", "checked", "released"}


class LiveModel:
    """Both worlds. ``arms``: by stratum, the arm of each place on the list, and so how many there are."""

    def __init__(self, now, arms):
        self.now = now
        self.arms = arms
        self.sites = {"101": [], "102": []}
        """The times in which dosing was held at each site."""
        self.trial_holds = []
        self.people = {}
        self.taken = dict.fromkeys(arms, 0)
        self.bags = {}
        self.queries = {}  # number: [subject, form, status, role, version]
        self.stop_list = {}
        self.locked = False
        self.roles = {}
        self.requests = []  # waiting in the mail, (word, subject, fields)
        # the pharmacy
        self.cards = {}
        self.orders = {}
        self.made = {}
        self.lots = {}
        self.blocked = {}
        self.notices = []  # (word, subject, fields) told and not delivered
        self.code_asked = {}
        self.code_answered = set()

    # Who may, and when ------------------------------------------------------------------------------------------

    def judge(self, row, user, subject, need=lambda _: False, *, when=None, reason="", about=True):
        """None, or why the act is not done."""
        act = row.partition(":")[0]
        when = when or self.now
        if when > self.now or (act in NEEDS_REASON and not reason.strip()):
            return "need"
        name, role, site = user
        if role not in ROWS[row].roles or (role not in MACHINES and (role, site) not in self.roles.get(name, ())):
            return "role"
        person = self.people.get(subject) if about else None
        if person and role in SITE_ROLES and person.site != site:
            return "role"
        if self.locked and act not in AFTER_LOCK:
            return "state"
        if about:
            if person is None and act != "give_consent":
                return "state"
            where = "new" if person is None else f"{HELD}/{person.standing}" if person.held else person.standing
            if where not in ROWS[row].standings:
                return "state"
        return "need" if need(person) else None

    def held_now(self, person):
        places = [self.sites[person.site], self.trial_holds]
        return person.held or any(times and times[-1][1] is None for times in places)

    def was_undosed(self, person, when):
        times = [*person.undosed, *self.sites[person.site], *self.trial_holds]
        return any(since <= when and (until is None or when < until) for since, until in times)

    # Forms --------------------------------------------------------------------------------------------------------

    def closed_visit(self, person, visit):
        paper = person.papers.get(f"visit/{visit}")
        return paper is None or paper.frozen or person.missed(visit)

    def put(self, person, key, records, **items):
        paper = person.papers.get(key)
        if paper is None:
            person.papers[key] = Paper(items, records)
        else:
            paper.items = items
            paper.version += 1
            paper.frozen = False
        return person.papers[key]

    def number(self, person, form):
        return len([key for key in person.papers if key.startswith(f"{form}/")]) + 1

    def waiting(self, subject, form):
        return [n for n, q in self.queries.items() if q[0] == subject and q[1] == form and q[2] != "closed"]

    def sees(self, role, form):
        form = form.partition("/")[0]
        if role == "efficacy_assessor":
            return form in SEEN_BY_ASSESSOR
        if role == "laboratory":
            return form == "result"
        if role == "administrator":
            return False
        if form in {"guess"}:
            return role == "data_manager"
        if form == "restricted_result":
            return role == "safety_physician"
        return True

    def hear(self, what, subject, answer, by_role):
        """A word of the system: queries and deviations are taken as they are told."""
        person = self.people.get(subject)
        if what == "query_raised":
            form = person.papers[answer["form"]]
            self.queries[answer["number"]] = [subject, answer["form"], "open", by_role, form.version]
        elif what == "query_closed":
            self.queries[answer["number"]][2] = "closed"
        elif what == "query_reopened":
            self.queries[answer["number"]][2] = "open"
        elif what == "deviation":
            self.put(person, f"deviation/{self.number(person, 'deviation')}", ("system",), **answer)
        elif what == "deviation_withdrawn":
            person.papers[f"deviation/{answer['number']}"].version += 1
        if person:
            person.words.append((what, answer))

    # Assessments and what follows ------------------------------------------------------------------------------------

    def course(self, person, since=None):
        """Statuses by visit after the baseline, up to the last one that its author has signed; None if none is."""
        visits = [v for v in CORE if since is None or v == "W0" or DAYS[v] > DAYS[since]]
        papers = [person.papers.get(f"core_set/{visit}") for visit in visits]
        signed = [paper is not None and paper.signed for paper in papers]
        if True not in signed:
            return None
        last = max(index for index, one in enumerate(signed) if one)
        shown = [
            {ITEMS[name]: value for name, value in paper.items.items()} if one else {}
            for paper, one in zip(papers[: last + 1], signed, strict=False)
        ]
        return dict(zip(visits[1 : last + 1], statuses(Definition(), shown), strict=True)), visits[last]

    def expect_deterioration(self, person):
        """What is told after a signature: the statuses, and the visit at which the switch is indicated now."""
        found = self.course(person)
        if found is None:
            return None, None
        told, last = found
        first = next((visit for visit, status in told.items() if status == "confirmed"), None)
        ready = person.standing == "on_treatment" and person.indicated_at is None
        missed = any(what == "switch_missed" for what, _ in person.words)
        return told, first if ready and not missed and first in {"W8", "W12"} and first == last else None

    def stratum_of(self, person):
        value = person.papers["core_set/W0"].items.get("physician_global") if "core_set/W0" in person.papers else None
        if value is None:
            return None
        return "mild" if Fraction(value) < 4 else "moderate" if Fraction(value) < 7 else "severe"

    # Doses ---------------------------------------------------------------------------------------------------------

    def no_dose_there(self, person, visit):
        if visit not in CYCLES:
            return True
        return (visit in LATER_CYCLES) != (person.standing == "in_extension")

    def is_reduced(self, person, visit):
        changes = [to for at, to in person.changes if DAYS[at] <= DAYS[visit]]
        return bool(changes) and changes[-1] == "reduced"

    def dose_ml(self, person, visit, kg):
        return Fraction(kg) * (REDUCED_G_PER_KG if self.is_reduced(person, visit) else G_PER_KG) * ML_PER_G

    def is_ready(self, person, visit, day, started):
        """Was everything checked, and nothing against it, by the start of an infusion?"""
        checks = [(int(key.split("/")[2]), paper) for key, paper in person.papers.items()
                  if key.startswith(f"readiness/{visit}/") and int(key.split("/")[2]) <= day]  # fmt: skip
        own = next((paper.items for on, paper in checks if on == day), None)
        if own is None or own["at"] > started:
            return False
        tests = [paper.items["test"] for _, paper in checks if paper.items.get("test")]
        known = person.papers.get("demographics")
        if (known is None or known.items["fertile"]) and (not tests or tests[-1] != "negative"):
            return False
        risks = max(paper.items["risks"] for _, paper in checks)
        if not own["hydrated"] or not own["vitals"] or risks < RISKS:
            return False
        for analyte, good in (("hemoglobin", lambda x: x >= 80), ("creatinine", lambda x: x <= 177)):
            known = [(at, value) for name, value, at in person.results if name == analyte]
            known += [(at, value) for name, value, at in own["results"] if name == analyte]
            if not known:
                return False
            at, value = max(known)
            if (started.date() - at.date()).days > RESULT_LASTS_DAYS or not good(Fraction(value)):
                return False
        return True

    def forbids(self, person, visit, day, label, started, stopped, ml, why):  # noqa: PLR0912
        """Why an infusion was none that the protocol allows; empty where it was."""
        order, bag = person.papers.get(f"dose_order/{visit}"), self.bags.get(label)
        found = []
        if self.closed_visit(person, visit):
            found.append("visit")
        if f"infusion/{visit}/{day}" in person.papers:
            found.append("recorded")
        if self.was_undosed(person, started):
            found.append("held or off")
        if person.randomized_at is None or started < person.randomized_at:
            found.append("not randomized")
        if order is None or (order.items["cancelled"] and started >= order.items["cancelled_at"]):
            found.append("not ordered")
        if order and day > order.items["days"]:
            found.append("no such day")
        if order and (bag is None or bag.order != order.items["order"]):
            found.append("not its bag")
        elif bag and order:
            if bag.used:
                found.append("used")
            if bag.stopped_at is not None and started >= bag.stopped_at:
                found.append("stopped")
            if started > bag.use_by:
                found.append("past use")
            if started < bag.use_by - BAG_LASTS:
                found.append("not prepared yet")
        if bag and (ml > bag.ml or (ml < bag.ml) != (why is not None)):
            found.append("volume")
        if (
            person.switch_from and DAYS.get(visit, 0) >= DAYS[person.switch_from] and started >= person.confirmed_at
            and (person.effective_at is None or started < person.effective_at)
        ):  # fmt: skip
            found.append("switch on its way")
        if not self.is_ready(person, visit, day, started):
            found.append("not ready")
        if stopped <= started or stopped > self.now:
            found.append("times")
        return found

    def cancel(self, person, visit, when):
        paper = person.papers[f"dose_order/{visit}"]
        paper.change(cancelled=True, cancelled_at=when)
        self.requests.append(("cancel_dose", person.id, {"order": paper.items["order"]}))

    def cancel_open(self, person, when):
        for visit in person.open_orders():
            self.cancel(person, visit, when)

    # The pharmacy --------------------------------------------------------------------------------------------------

    def in_stock(self, products):
        """Lots are large here: a product is there if one of its lots may be used."""
        return all(any(p == product and (p, lot) not in self.blocked for p, lot in self.lots) for product in products)

    def possible(self, visit):
        return ["octagam_10"] if visit in LATER_CYCLES else ["octagam_10", "saline"]

    def treatment(self, card, visit):
        """What a cycle is given; None where it is not decided, or nothing."""
        if visit in LATER_CYCLES:
            return "octagam_10" if card.enters else None
        initial = PRODUCT[card.arm]
        if card.switched_from and DAYS[visit] >= DAYS[card.switched_from]:
            return OTHER[initial]
        return initial

    def stop_bags(self, labels):
        for label in labels:
            bag = self.made[label]
            if bag.state == "released":
                self.notices.append(("do_not_use", bag.subject, {"label": label}))
            bag.state = "stopped"

    def given_by_cycle(self, card):
        """The treatment of each first-period cycle and the gate's, by what most was infused of."""
        given = []
        for visit in [*FIRST_CYCLES, "W16"]:
            amounts = {}
            for at, label, ml in card.infused:
                if at == visit and label in self.made:
                    holds = self.made[label].holds
                    amounts[holds] = amounts.get(holds, 0) + ml
            given.append(max(amounts, key=amounts.get) if amounts else None)
        return given

    def take_requests(self):
        """The pharmacy deals with its mail; what it can't deal with stays."""
        self.requests = [request for request in self.requests if not self.take(*request)]

    def take(self, word, subject, fields):
        if word == "open_slot":
            if subject in self.cards:
                return False
            self.cards[subject] = Card(self.arms[fields["stratum"]][fields["place"]])
            return True
        card = self.cards.get(subject)
        if card is None:
            return False
        return getattr(self, f"take_{word}")(subject, card, **fields)

    def take_prepare_dose(self, subject, card, order, visit, volumes, planned):  # noqa: ARG002
        if order in self.orders:
            return False
        self.orders[order] = PharmacyOrder(subject, visit, volumes, planned)
        if not self.in_stock(self.possible(visit)):
            self.notices.append(("not_in_stock", subject, {"order": order}))
        return True

    def take_cancel_dose(self, subject, card, order):  # noqa: ARG002
        if order not in self.orders or self.orders[order].cancelled:
            return False
        self.orders[order].cancelled = True
        self.stop_bags([label for label in self.orders[order].labels if self.made[label].live])
        return True

    def take_resolve_switch(self, subject, card, visit):
        if card.switched_from is not None:
            return False
        card.switched_from = visit
        later = [o for o in self.orders.values() if o.subject == subject and DAYS[o.visit] >= DAYS[visit]]
        self.stop_bags([label for order in later for label in order.labels if self.made[label].live])
        self.notices.append(("switch_in_effect", subject, {}))
        return True

    def take_decide_extension(self, subject, card, told, since):
        if card.enters is not None:
            return False
        rows = [*FIRST_CYCLES, "W16"]
        way, _ = proderm(self.given_by_cycle(card), [told.get(v) for v in rows], [since.get(v) for v in rows], 4)
        if way is None:
            return False
        card.enters = way == "enter"
        self.notices.append(("enter_extension" if card.enters else "leave_treatment", subject, {}))
        return True

    def take_infused(self, subject, card, label, visit, ml):  # noqa: ARG002
        card.infused.append((visit, label, ml))
        if label in self.made:
            self.made[label].state = "infused"
        return True

    def take_break_code(self, subject, card, request):  # noqa: ARG002
        if request not in self.code_answered:
            self.code_asked[request] = subject
        return True

    def may_prepare(self, subject, name, day):
        order = self.orders.get(name)
        if subject not in self.cards:
            return "state"
        if order is None or order.subject != subject or order.cancelled or day > len(order.planned):
            return "need"
        made = [self.made[label] for label in order.labels if self.made[label].day == day]
        if any(bag.live or bag.state == "infused" for bag in made):
            return "need"
        if self.now + BAG_LASTS < order.planned[day - 1]:
            return "need"
        if self.treatment(self.cards[subject], order.visit) is None or not self.in_stock(self.possible(order.visit)):
            return "need"
        return None

    def may_release(self, label):
        bag = self.made.get(label)
        if bag is None or bag.state != "checked":
            return "need"
        planned = self.orders[bag.order].planned[bag.day - 1]
        if self.now < planned - RELEASE_BEFORE or self.now > bag.use_by:
            return "need"
        return None if self.treatment(self.cards[bag.subject], bag.visit) == bag.assigned else "need"
