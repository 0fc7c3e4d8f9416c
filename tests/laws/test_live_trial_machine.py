"""Both worlds of a live trial as a state machine: any acts in any order, beside a plain model that must agree.

No sequence reaches a state outside the table, skips a signature, allocates twice, gives a dose that the protocol
forbids, or lets a blinded role learn an arm. What the model asks, and where it is silent, is said in
``tests/oracles/live_model.py``; each rule does what people do, rightly and wrongly.

``MYOTIS_MACHINE_EXAMPLES`` and ``MYOTIS_MACHINE_STEPS`` make the run longer, and ``MYOTIS_MACHINE_RANDOM`` another one
each time (``make machine``).
"""

import os
from collections import Counter
from datetime import timedelta
from fractions import Fraction

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from live_model import CORE, CYCLES, DAYS, NEXT, WEIGHED
from live_trial import CORE_SET, FACTS, WORSE
from matched_worlds import MatchedWorlds

from myotis.terms.states import MOVES, SubjectState

EXAMPLES = int(os.environ.get("MYOTIS_MACHINE_EXAMPLES", "25"))
STEPS = int(os.environ.get("MYOTIS_MACHINE_STEPS", "40"))
RANDOM = bool(os.environ.get("MYOTIS_MACHINE_RANDOM"))

NAMES = ("101-001", "102-001", "101-002")
FAR = (0, 7, 13, 20, 30, 45, 62, 80, 100, 130, 200)
"""How far along subjects are when a run begins: so many acts of a course without mishaps."""
ROLES = ("investigator", "coordinator", "efficacy_assessor", "laboratory", "entry_adjudicator", "event_adjudicator",
         "monitor", "data_manager", "sponsor", "safety_physician", "administrator", "pharmacy_link")  # fmt: skip
names = st.sampled_from(NAMES)
visits = st.sampled_from([*DAYS, "U1", "X9"])
rarely = st.sampled_from([False] * 5 + [True])
slips = st.sampled_from([0] * 6 + [1, -1])
hours = st.sampled_from([0, 0, 0, 1, 4, 9, 30])

COUNTS = Counter()
STATES = set()
MADE = set()
"""What all runs together did: acts by their outcome, states and moves that were reached."""


class LiveTrialMachine(RuleBasedStateMachine):
    """Acts of both worlds, on three subjects at two sites."""

    @initialize(
        arms=st.lists(st.sampled_from(["ivig", "placebo"]), min_size=3, max_size=3),
        length=st.sampled_from([1, 2, 3, 3]),
        far=st.tuples(*[st.sampled_from(FAR)] * 3),
        courses=st.tuples(*[st.tuples(st.booleans(), st.booleans())] * 3),
    )
    def open(self, arms, length, far, courses):
        self.worlds = MatchedWorlds({stratum: arms[:length] for stratum in ("mild", "moderate", "severe")})
        self.courses = {n: {"worse": worse, "declines": no} for n, (worse, no) in zip(NAMES, courses, strict=True)}
        for name, steps in zip(NAMES, far, strict=True):
            self._walk(name, steps)

    def _walk(self, name, steps):
        for _ in range(steps):
            if not self.worlds.step_on(name, **self.courses[name]):
                break

    def _user(self, data, name, *right):
        """Somebody who may (by their role at the subject's site), or, now and then, somebody who may not."""
        kind = data.draw(st.sampled_from(["right"] * 8 + ["role", "site", "claim"]))
        role = data.draw(st.sampled_from(right))
        id_, _, site = self.worlds.at(name, role)
        if kind == "role":
            return self.worlds.at(name, data.draw(st.sampled_from(ROLES)))
        if kind == "site":
            return self.worlds.user(role, "102" if site == "101" else "101")
        if kind == "claim":
            return (id_, data.draw(st.sampled_from(ROLES)), site)
        return (id_, role, site)

    def _person(self, name):
        return self.worlds.model.people.get(name)

    def _papers(self, name):
        person = self._person(name)
        return person.papers if person else {}

    def _visit(self, data, name):
        """A visit that the subject is at, mostly."""
        held = [key.partition("/")[2] for key in self._papers(name) if key.startswith("visit/")]
        return data.draw(st.sampled_from(held[-3:]) if held and data.draw(st.integers(0, 5)) else visits)

    def _key(self, data, name, *forms):
        keys = [key for key in self._papers(name) if not forms or key.partition("/")[0] in forms]
        return data.draw(st.sampled_from(keys)) if keys else f"{(forms or ('core_set',))[0]}/W4"

    def _version(self, data, name, key):
        paper = self._papers(name).get(key)
        return (paper.version if paper else 1) + data.draw(slips)

    # The usual course, the clock, the desks

    @rule(name=names, steps=st.sampled_from([1, 1, 2, 4, 8, 16, 30]))
    def go_on(self, name, steps):
        self._walk(name, steps)

    @rule(name=names, worse=st.booleans(), declines=st.booleans())
    def turn(self, name, worse, declines):
        self.courses[name] = {"worse": worse, "declines": declines}

    @rule(by=st.sampled_from([0.5, 2, 7, 12, 24 * 3, 24 * 28]))
    def wait(self, by):
        self.worlds.move_clock(hours=by)

    @rule()
    def reopen(self):
        self.worlds.reopen()

    @rule()
    def take_mail(self):
        self.worlds.take_mail()

    @rule(stop_after=st.sampled_from([None, None, 1, 2]), twice=st.booleans())
    def deliver_mail(self, stop_after, twice):
        self.worlds.deliver_mail(stop_after, twice=twice)

    @precondition(lambda self: self.worlds.pending())
    @rule(data=st.data())
    def receive_one(self, data):
        """One notice comes before the others."""
        notice = data.draw(st.sampled_from(self.worlds.pending()))
        self.worlds.receive(notice, self._user(data, notice.subject, "pharmacy_link"))

    # Entry

    @rule(name=names, data=st.data(), version=st.sampled_from(["1.0", "2.0"]))
    def consent(self, name, data, version):
        who = data.draw(st.sampled_from(["participant"] * 5 + ["neighbor"]))
        self.worlds.consent(name, self._user(data, name, "coordinator", "investigator"), version, signed_by=who)

    @rule(name=names, data=st.data())
    def screen(self, name, data):
        odd = {"none": {}, "all": FACTS, "ill": {**FACTS, "active_malignancy": True}, "strange": {"shoe_size": "43"},
               "some": {"age": "52", "bmi": "26.0"}}  # fmt: skip
        facts = odd[data.draw(st.sampled_from(["all", "all", *odd]))]
        self.worlds.screen(name, self._user(data, name, "coordinator"), facts)

    @rule(name=names, data=st.data(), fertile=st.booleans())
    def describe(self, name, data, fertile):
        self.worlds.demographics(name, self._user(data, name, "coordinator"), fertile=fertile)

    @rule(name=names, data=st.data(), active=st.sampled_from([True, True, False]), odd=rarely)
    def adjudicate(self, name, data, active, odd):
        user = self._user(data, name, "entry_adjudicator")
        self.worlds.adjudicate(name, user, active, "bmi" if odd else "adjudicated_active")

    @rule(name=names, data=st.data(), what=st.sampled_from(["fail", "rescreen", "enroll", "randomize"]))
    def enter(self, name, data, what):
        getattr(self.worlds, what)(name, self._user(data, name, "investigator"))

    # Visits and forms

    @rule(name=names, data=st.data(), visit=visits, held=st.sampled_from(["at_site", "at_site", "remotely", "missed"]))
    def hold_visit(self, name, data, visit, held):
        ahead = data.draw(st.sampled_from([0, 0, -1, -3, 1]))
        self.worlds.visit(name, self._user(data, name, "coordinator"), visit, held=held, ahead=ahead)

    @rule(name=names, data=st.data(), kg=st.sampled_from(["70.5", "71.3", "90", "19.9", "301"]))
    def weigh(self, name, data, kg):
        self.worlds.weigh(name, self._user(data, name, "coordinator"), self._visit(data, name), kg)

    @rule(name=names, data=st.data())
    def assess(self, name, data):
        low = {**CORE_SET, "physician_global": "3.0"}
        part = {"mmt8": "110", "haq": "1.5"}
        results = data.draw(st.sampled_from([CORE_SET, WORSE, WORSE, low, part, {}, {"mmt8": "151"}, {"smile": "3"}]))
        self.worlds.assess(name, self._user(data, name, "efficacy_assessor"), self._visit(data, name), results)

    @rule(name=names, data=st.data(), meaning=st.sampled_from(["authored"] * 3 + ["reviewed", "approved"]))
    def sign(self, name, data, meaning):
        key = self._key(data, name, *data.draw(st.sampled_from([("core_set",), ("core_set",), ("weight", "visit"), ()])))
        user = self._user(data, name, "efficacy_assessor", "investigator")
        self.worlds.sign(name, user, key, self._version(data, name, key), meaning)

    @rule(name=names, data=st.data())
    def correct(self, name, data):
        key = self._key(data, name, "core_set", "core_set", "weight")
        item, value = data.draw(st.sampled_from([
            ("physician_global", "7.5"), ("physician_global", "2.0"), ("mmt8", "80"), ("mmt8", None), ("haq", "9"),
            ("extramuscular", "4.0"), ("smile", "1"), ("weight_kg", "66.6"), ("weight_kg", "5"), ("weight_kg", None),
        ]))  # fmt: skip
        reason = data.draw(st.sampled_from(["misread"] * 5 + [""]))
        user = self._user(data, name, "coordinator" if key.startswith("weight") else "efficacy_assessor")
        self.worlds.correct(name, user, key, item, value, self._version(data, name, key), reason)

    @rule(name=names, data=st.data(), whole=st.booleans())
    def freeze(self, name, data, whole):
        visit = self._visit(data, name) if whole else None
        open_ = [k for k, paper in self._papers(name).items() if visit in k.split("/")[1:] and not paper.frozen]
        keys = open_ if whole else [self._key(data, name)]
        forms = {key: self._version(data, name, key) for key in keys}
        self.worlds.freeze(name, self._user(data, name, "data_manager"), forms, visit)

    @rule(name=names, data=st.data())
    def unfreeze(self, name, data):
        frozen = [key for key, paper in self._papers(name).items() if paper.frozen]
        key = data.draw(st.sampled_from(frozen)) if frozen else self._key(data, name)
        reason = data.draw(st.sampled_from(["wrong"] * 4 + [" "]))
        self.worlds.unfreeze(name, self._user(data, name, "data_manager"), key, reason)

    @rule(name=names, data=st.data(), reason=st.sampled_from(["corrected", "corrected", ""]))
    def report_wrong_stratum(self, name, data, reason):
        self.worlds.wrong_stratum(name, self._user(data, name, "data_manager", "coordinator"), reason)

    @rule(name=names, data=st.data(), concern=st.sampled_from(["unclear", "implausible", "missing"]))
    def raise_query(self, name, data, concern):
        key = data.draw(st.sampled_from(["core_set/W12", self._key(data, name)]))
        self.worlds.raise_query(name, self._user(data, name, "monitor", "data_manager"), key, concern)

    @precondition(lambda self: self.worlds.model.queries)
    @rule(data=st.data(), close=st.booleans())
    def deal_with_query(self, data, close):
        number = data.draw(st.sampled_from([*self.worlds.model.queries, 999]))
        name = self.worlds.model.queries[number][0] if number != 999 else NAMES[0]
        if close:
            verdict = data.draw(st.sampled_from(["accepted", "rejected", "withdrawn"]))
            self.worlds.close_query(name, self._user(data, name, "monitor", "data_manager"), number, verdict)
        else:
            answer = data.draw(st.sampled_from(["confirmed", "corrected", "not_available"]))
            user = self._user(data, name, "coordinator", "efficacy_assessor")
            self.worlds.answer_query(name, user, number, answer)

    @rule(data=st.data(), complete=st.booleans())
    def lock(self, data, complete):
        self.worlds.lock(self._user(data, NAMES[0], "data_manager"), complete=complete)

    @rule(data=st.data())
    def end_the_trial(self, data):
        """Everybody comes to an end, and the trial is locked; once in a while."""
        if data.draw(st.integers(0, 5)):
            return
        for name in self.worlds.model.people:
            self.worlds.discontinue(name, self.worlds.at(name, "investigator"), study=True)
            self.worlds.fail(name, self.worlds.at(name, "investigator"))
        self.worlds.lock(self.worlds.user("data_manager"))

    # Doses

    @rule(name=names, data=st.data(), days=st.sampled_from([2, 2, 3, 5, 1]), ahead=st.sampled_from([3, 3, 0, 20, -1]))
    def order(self, name, data, days, ahead):
        visit = self._visit(data, name)
        weight, stands = self._papers(name).get(f"weight/{visit}"), self._papers(name).get(f"dose_order/{visit}")
        saw = (stands.version if stands else 0) + data.draw(slips)
        saw_weight = (weight.version if weight else 1) + data.draw(slips)
        user = self._user(data, name, "investigator")
        self.worlds.order(name, user, visit, days=days, ahead=ahead, saw=saw, saw_weight=saw_weight)

    @rule(name=names, data=st.data())
    def cancel(self, name, data):
        person = self._person(name)
        there = person.open_orders() if person else []
        visit = data.draw(st.sampled_from(there)) if there else self._visit(data, name)
        saw = self._version(data, name, f"dose_order/{visit}")
        self.worlds.cancel(name, self._user(data, name, "investigator"), visit, saw)

    @rule(name=names, data=st.data(), day=st.sampled_from([1, 1, 2, 2, 3]))
    def check_readiness(self, name, data, day):
        visit = self._visit(data, name)
        found = data.draw(st.sampled_from([
            {}, {}, {}, {"test": "positive"}, {"test": None}, {"hydrated": False}, {"vitals": False}, {"risks": 12},
            {"hemoglobin": "79"}, {"hemoglobin": None}, {"age": 35}, {"age": 36},
        ]))  # fmt: skip
        back = data.draw(st.sampled_from([0, 0, 0, 5]))
        before = self._papers(name).get(f"readiness/{visit}/{day}")
        saw = (before.version if before else 0) + data.draw(slips)
        when = self.worlds.clock.now - timedelta(hours=back)
        user = self._user(data, name, "coordinator")
        self.worlds.check(name, user, visit, day, **found, saw=saw, when=when)

    @rule(name=names, data=st.data())
    def infuse(self, name, data):
        """An infusion from some bag, some hours ago."""
        model = self.worlds.model
        labels = [label for label, bag in model.bags.items() if bag.subject == name or not data.draw(st.integers(0, 9))]
        label = data.draw(st.sampled_from(labels[-3:])) if labels else "000000"
        bag = model.bags.get(label)
        visit = bag.visit if bag and data.draw(st.integers(0, 7)) else self._visit(data, name)
        started = self.worlds.clock.now - timedelta(hours=data.draw(st.sampled_from([0, 1, 2, 4, 6, 9, 15])))
        lasted = timedelta(hours=data.draw(st.sampled_from([4, 4, 4, 1, -1])))
        if data.draw(st.integers(0, 7)):
            self.worlds.clock.now = max(self.worlds.clock.now, started + lasted)
            self.worlds.sync()
        ml, why = bag.ml if bag else Fraction(700), None
        if not data.draw(st.integers(0, 4)):
            ml, why = data.draw(st.sampled_from([(ml - 100, "line"), (ml - 100, None), (ml + 1, None), (ml, "line")]))
        day = data.draw(st.sampled_from([1, 1, 2, 2, 3]))
        user = self._user(data, name, "coordinator")
        self.worlds.infuse(name, user, visit, day, label, started, started + lasted, ml=ml, why=why)

    @rule(name=names, data=st.data(), to=st.sampled_from(["reduced", "full"]), odd=rarely)
    def change_dose(self, name, data, to, odd):
        judgment = "stable" if (to == "reduced") != odd else "worsened"
        visit = data.draw(st.sampled_from([*CYCLES[6:], "W40", "W12"]))
        self.worlds.change_dose(name, self._user(data, name, "investigator"), visit, to, judgment)

    @rule(name=names, data=st.data(), back=hours)
    def hold(self, name, data, back):
        user = self._user(data, name, "investigator")
        self.worlds.hold(name, user, when=self.worlds.clock.now - timedelta(hours=back))

    @rule(name=names, data=st.data())
    def resume(self, name, data):
        self.worlds.resume(name, self._user(data, name, "investigator"))

    @rule(data=st.data(), site=st.sampled_from(["101", "102", None]), held=st.booleans())
    def hold_widely(self, data, site, held):
        self.worlds.hold_widely(self._user(data, NAMES[0], "sponsor", "sponsor", "investigator"), site, held=held)

    # The course

    @rule(name=names, data=st.data(), decline=st.booleans())
    def settle_switch(self, name, data, decline):
        act = self.worlds.decline_switch if decline else self.worlds.confirm_switch
        act(name, self._user(data, name, "investigator"))

    @rule(name=names, data=st.data(),
          what=st.sampled_from(["complete_first_period", "complete_study", "begin_follow_up", "find_again"]))  # fmt: skip
    def move_on(self, name, data, what):
        getattr(self.worlds, what)(name, self._user(data, name, "investigator"))

    @rule(name=names, data=st.data(), study=st.booleans(), back=hours)
    def discontinue(self, name, data, study, back):
        when = self.worlds.clock.now - timedelta(hours=back)
        self.worlds.discontinue(name, self._user(data, name, "investigator"), study=study, when=when)

    @rule(name=names, data=st.data(), scopes=st.sampled_from([
        ("further_use",), ("treatment",), ("contact",), ("treatment", "further_use"), ("treatment", "contact"),
        ("contact", "contact")]))  # fmt: skip
    def withdraw(self, name, data, scopes):
        self.worlds.withdraw(name, self._user(data, name, "coordinator", "investigator"), scopes)

    @rule(name=names, data=st.data(), ago=st.sampled_from([0, 0, 2, -1]), dies=st.booleans())
    def lose(self, name, data, ago, dies):
        act = self.worlds.die if dies else self.worlds.lose
        act(name, self._user(data, name, "investigator"), ago)

    @rule(name=names, data=st.data(), site=st.sampled_from(["101", "102", "999"]))
    def transfer(self, name, data, site):
        self.worlds.transfer(name, self._user(data, name, "sponsor"), site)

    # The code

    @rule(name=names, data=st.data(), reason=st.sampled_from(["an emergency", "an emergency", ""]))
    def ask_for_code(self, name, data, reason):
        self.worlds.ask_for_code(name, self._user(data, name, "investigator"), reason)

    @rule(name=names, data=st.data(), role=st.sampled_from(["code_break_desk"] * 4 + ["pharmacist"]))
    def break_code(self, name, data, role):
        person = self._person(name)
        asked = data.draw(st.sampled_from([None, *(person.code_requests if person else ())]))
        self.worlds.break_code(name, asked, role)

    # The pharmacy

    def _label(self, data, *states):
        made = self.worlds.model.made
        labels = [label for label, bag in made.items() if bag.state in states] or list(made)
        return data.draw(st.sampled_from(labels[-4:])) if labels and data.draw(st.integers(0, 9)) else "999999"

    @rule(name=names, data=st.data(), day=st.sampled_from([1, 1, 2, 2, 3, 6]), odd=rarely)
    def prepare(self, name, data, day, odd):
        orders = [key for key, order in self.worlds.model.orders.items() if order.subject == name or odd]
        order = data.draw(st.sampled_from(orders[-2:])) if orders else f"{name}/W0/1"
        role = data.draw(st.sampled_from(["pharmacist"] * 5 + ["code_break_desk"]))
        self.worlds.prepare(name, order, day, role)

    @rule(data=st.data(), passed=st.sampled_from([True, True, True, False]), second=st.sampled_from([True, True, False]))
    def check_bag(self, data, passed, second):
        self.worlds.check_bag(self._label(data, "prepared"), passed=passed, second=second)

    @rule(data=st.data())
    def release(self, data):
        self.worlds.release(self._label(data, "checked"))

    @rule(data=st.data())
    def put_away(self, data):
        self.worlds.put_away(self._label(data, "released", "stopped", "prepared"))

    @rule(data=st.data(), holds=st.sampled_from(["octagam_10", "saline"]))
    def find_error(self, data, holds):
        self.worlds.find_error(self._label(data, "released", "infused", "checked"), holds)

    @rule(data=st.data(), restock=st.booleans())
    def recall(self, data, restock):
        lots = [*sorted(self.worlds.model.lots), ("saline", "nobody's")]
        self.worlds.recall(*data.draw(st.sampled_from(lots)))
        if restock:
            self.worlds.restock()

    # What must always be so

    @invariant()
    def agree(self):
        if hasattr(self, "worlds"):
            self.worlds.sync()
            self.worlds.compare()

    @rule()
    def look(self):
        self.worlds.search_views()
        self.worlds.search_log()
        self.worlds.snapshot()

    def teardown(self):
        if hasattr(self, "worlds"):
            self.worlds.search_views()
            self.worlds.search_log()
            self.worlds.check_logs()
            self.worlds.reopen()
            COUNTS.update(self.worlds.counts)
            STATES.update(self.worlds.states)
            MADE.update(self.worlds.moves)


PHASES = [Phase.generate, *([Phase.shrink] if os.environ.get("MYOTIS_MACHINE_SHRINK") else [])]
"""A run of two worlds is long, and to make it shorter takes many minutes: only who asks for it has it done."""

PROFILE = settings(
    max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, derandomize=not RANDOM,
    suppress_health_check=list(HealthCheck), print_blob=True, phases=PHASES, database=None,
)  # fmt: skip


def test_no_sequence_of_acts_does_what_must_not_be():
    for known in (COUNTS, STATES, MADE):
        known.clear()
    run_state_machine_as_test(LiveTrialMachine, settings=PROFILE)
    if os.environ.get("MYOTIS_MACHINE_REPORT"):
        _report()


def _report():
    """What the runs reached, for people."""
    table = {(one.source and one.source.value, one.act, one.target.value) for one in MOVES}
    print(f"{sum(COUNTS.values())} acts, {len(STATES)} states, {len(MADE & table)} of {len(table)} moves")  # noqa: T201
    for key, count in sorted(COUNTS.items(), key=str):
        print(*key, count)  # noqa: T201
    print("states not reached:", sorted({s.value for s in SubjectState} - STATES))  # noqa: T201
    print("moves not made:", sorted(table - MADE, key=str), "others:", sorted(MADE - table, key=str))  # noqa: T201
