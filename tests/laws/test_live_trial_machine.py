"""Both worlds of a live trial as a state machine: any acts in any order, beside a plain model that must agree.

No sequence reaches a state outside the table, skips a signature, allocates twice, gives a dose that the protocol
forbids, or lets a blinded role learn an arm. What the model asks, and where it is silent, is said in
``tests/oracles/live_model.py``; each rule does what people do, rightly and wrongly.

``MYOTIS_MACHINE_EXAMPLES`` and ``MYOTIS_MACHINE_STEPS`` make the run longer, ``MYOTIS_MACHINE_RANDOM`` another one each
time, ``MYOTIS_MACHINE_REPORT`` prints what was reached (``make machine``).
"""

import os
from collections import Counter
from datetime import timedelta
from fractions import Fraction
from itertools import permutations

import pytest
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
from live_model import CORE, CYCLES, DAYS, TREATED
from live_trial import CORE_SET, FACTS, WORSE
from matched_worlds import DISTURBANCES, EXITS, MatchedWorlds

from myotis.terms.states import MOVES, SubjectState

EXAMPLES = int(os.environ.get("MYOTIS_MACHINE_EXAMPLES", "25"))
STEPS = int(os.environ.get("MYOTIS_MACHINE_STEPS", "40"))
LARGE = 300
"""From so many examples on, each state must be reached by chance; the moves are made by plan, further below."""
RANDOM = bool(os.environ.get("MYOTIS_MACHINE_RANDOM"))

NAMES = ("101-001", "102-001", "101-002")
LATER = ("102-002", "101-003", "102-003")
"""Subjects who come in while a run goes on."""
FAR = (0, 7, 13, 20, 30, 45, 62, 80, 100, 130, 200)
"""How far along subjects are when a run begins: so many acts of a course without mishaps."""
ROLES = ("investigator", "coordinator", "efficacy_assessor", "laboratory", "entry_adjudicator", "event_adjudicator",
         "monitor", "data_manager", "sponsor", "safety_physician", "administrator", "pharmacy_link")  # fmt: skip
names = st.sampled_from(NAMES)
states = st.sampled_from([state.value for state in SubjectState])
visits = st.sampled_from([*DAYS, "U1", "X9"])
rarely = st.sampled_from([False] * 5 + [True])
slips = st.sampled_from([0] * 6 + [1, -1])
disturbances = st.sampled_from(DISTURBANCES)
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
        others=st.lists(st.tuples(states, st.lists(st.sampled_from(EXITS), max_size=3)), min_size=1, max_size=3),
    )
    def open(self, arms, length, far, courses, others):
        self.looked_at = 0
        self.worlds = MatchedWorlds(dict.fromkeys(("mild", "moderate", "severe"), arms[:length]))
        ways = zip((*NAMES, *LATER), courses * 2, strict=True)
        self.courses = {name: {"worse": worse, "declines": declines} for name, (worse, declines) in ways}
        for name, steps in zip(NAMES, far, strict=True):
            self._walk(name, steps)
        for name, (state, exits) in zip(LATER, others, strict=False):
            self.come_and_go(name, state, exits, more=False)

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

    def come_and_go(self, name, state, exits, more):
        """A new subject comes to a state, and something that may end it happens, whether it can or not."""
        if name in self.worlds.model.people and not more:
            name = f"{name[:3]}-{len(self.worlds.model.people) + 100:03}"
        self.worlds.reach(name, state)
        if name in self.worlds.model.people:
            for act in exits:
                self.worlds.leave(name, act)

    @rule(name=st.sampled_from(LATER), state=states, exits=st.lists(st.sampled_from(EXITS), max_size=3), more=rarely)
    def somebody_comes(self, name, state, exits, more):
        self.come_and_go(name, state, exits, more)

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

    @precondition(lambda self: any(self._is_dosed(name) for name in NAMES))
    @rule(data=st.data(), disturbed=disturbances)
    def dose(self, data, disturbed):
        name = data.draw(st.sampled_from([name for name in NAMES if self._is_dosed(name)]))
        self._dose(name, data, disturbed)

    @precondition(lambda self: any(self._is_dosed(name) for name in NAMES))
    @rule(data=st.data(), disturbed=disturbances)
    def dose_again(self, data, disturbed):
        self.dose(data, disturbed)

    @precondition(lambda self: any(self._is_dosed(name) for name in NAMES))
    @rule(data=st.data(), signed=st.lists(st.booleans(), min_size=3, max_size=3), worse=st.booleans())
    def rate(self, data, signed, worse):
        """The next visit is rated and an earlier one rated anew; either is signed at once, later, or not at all."""
        name = data.draw(st.sampled_from([name for name in NAMES if self._is_dosed(name)]))
        worlds, papers = self.worlds, self._papers(name)
        assessor = worlds.at(name, "efficacy_assessor")
        later = [visit for visit in CORE if f"core_set/{visit}" not in papers]
        if later:
            worlds.visit(name, worlds.at(name, "coordinator"), later[0])
            worlds.assess(name, assessor, later[0], WORSE if worse else CORE_SET)
        keys = [key for key in papers if key.startswith("core_set/")]
        if signed[0] and keys:
            key = data.draw(st.sampled_from(keys))
            item, value = ("extramuscular", "7.5" if worse else "4.0")
            worlds.correct(name, assessor, key, item, value, papers[key].version)
        for key, sign in zip(reversed(keys), signed, strict=False):
            if sign and not papers[key].signed:
                worlds.sign(name, assessor, key, papers[key].version)

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
        forms = data.draw(st.sampled_from([("core_set",), ("core_set",), ("weight", "visit"), ()]))
        key = self._key(data, name, *forms)
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

    def _is_dosed(self, name):
        person = self._person(name)
        return person is not None and (person.standing in TREATED or person.standing == "randomized_not_treated")

    def _dose(self, name, data, disturbed):
        self.worlds.dose_disturbed(
            name, disturbed, lambda moments: data.draw(st.sampled_from(moments)), self.courses[name],
            checked=data.draw(st.integers(0, 4)) > 0, again=data.draw(st.booleans()),
        )  # fmt: skip

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

    @rule(name=names, data=st.data(), what=st.sampled_from(
        ["complete_first_period", "complete_study", "begin_follow_up", "find_again"]))  # fmt: skip
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

    @rule(data=st.data(), failed=rarely, alone=rarely)
    def check_bag(self, data, failed, alone):
        self.worlds.check_bag(self._label(data, "prepared"), passed=not failed, second=not alone)

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

    @precondition(lambda self: self.worlds.read_to >= self.looked_at + 40)
    @rule()
    def look(self):
        self.looked_at = self.worlds.read_to
        self.worlds.search_views()
        self.worlds.search_log()
        self.worlds.snapshot()

    def teardown(self):
        if hasattr(self, "worlds"):
            self.worlds.search_views()
            self.worlds.search_log()
            self.worlds.check_logs()
            self.worlds.reopen()
            self.worlds.snapshot()
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
    acts = ("record_infusion", "sign_form", "correct_value", "hold_dosing", "freeze_form", "release_bag")
    assert [act for act in acts if not COUNTS[act, "done"] or not COUNTS[act, "need"] + COUNTS[act, "state"]] == []
    if EXAMPLES >= LARGE:
        assert {state.value for state in SubjectState} == STATES


NOT_OF_PRODERM = {("enrolled", "receive_notice", "randomized_not_treated"),
                  ("randomized_not_treated", "dispense_treatment", "on_treatment"),
                  ("first_period_completed", "complete_study", "completed")}  # fmt: skip
"""Moves of trials that allocate by minimization, treat at home, or have no gate."""
TABLE = {(one.source and one.source.value, one.act, one.target.value) for one in MOVES} - NOT_OF_PRODERM


@pytest.mark.parametrize("state", [state.value for state in SubjectState])
def test_every_move_out_of_a_state_is_made_and_no_other(state):
    """Each act that could end something, in each state: made where the table has it, refused where it has not."""
    worlds = MatchedWorlds({stratum: ["placebo"] * 20 for stratum in ("mild", "moderate", "severe")})
    wanted = {(source, act, target) for source, act, target in TABLE if source == state}
    made, left = set(), list(EXITS)
    for number in range(1, len(EXITS) + 2):
        name = f"101-{number:03}"
        assert worlds.reach(name, state)
        worlds.moves.clear()
        while left and not worlds.leave(name, left.pop()):
            pass
        worlds.compare()
        made |= worlds.moves
        if not left:
            break
    if state == "dosing_held":
        wanted = {move for move in wanted if move[1] != "resume_dosing" or move[2] == "on_treatment"}
    assert made - TABLE == set()
    assert {move for move in wanted if move[1] not in ON_THE_WAY} == {
        move for move in made if move[0] == state and move[1] not in ON_THE_WAY
    }


ON_THE_WAY = {"tell", "confirm_switch", "decline_switch", "receive_notice", "record_infusion", "randomize_subject",
              "adjudicate_entry", "enroll_subject", "give_consent"}  # fmt: skip
"""Moves of the usual course."""


def test_the_usual_courses_make_the_moves_that_lead_on():
    made = set()
    for arm, worse, declines in (("ivig", True, False), ("placebo", True, True), ("placebo", False, False)):
        worlds = MatchedWorlds({stratum: [arm] for stratum in ("mild", "moderate", "severe")})
        investigator = worlds.at("101-001", "investigator")
        while worlds.step_on("101-001", worse=worse, declines=declines):
            worlds.compare()
            worlds.complete_first_period("101-001", investigator)  # refused until all of week 16 is signed and frozen
            worlds.change_dose("101-001", investigator, "W28", "reduced", "stable")
        made |= worlds.moves
    for state in ("screening", "rescreened"):
        for act in ("enroll_subject", "not_active"):
            worlds = MatchedWorlds({stratum: ["ivig"] for stratum in ("mild", "moderate", "severe")})
            worlds.reach("101-001", state)
            if act == "not_active":
                worlds.leave("101-001", act)
            else:
                while worlds.step_on("101-001", worse=False) and worlds.model.people["101-001"].standing != "enrolled":
                    pass
            made |= worlds.moves
    assert {move for move in TABLE if move[1] in ON_THE_WAY} - made == BY_COMMITTEE


BY_COMMITTEE = {("screening", "enroll_subject", "enrolled"), ("rescreened", "enroll_subject", "enrolled")}
"""In ProDERM nobody is enrolled whose disease the committee has not called active."""


@pytest.mark.parametrize(
    "state", sorted({target for _, act, target in TABLE if act == "resume_dosing"} - {"on_treatment"})
)
def test_dosing_resumes_where_it_was_held(state):
    worlds = MatchedWorlds({stratum: ["placebo"] for stratum in ("mild", "moderate", "severe")})
    assert worlds.reach("101-001", state)
    assert worlds.leave("101-001", "hold_dosing")
    assert worlds.leave("101-001", "resume_dosing")
    worlds.compare()
    assert ("dosing_held", "resume_dosing", state) in worlds.moves


@pytest.mark.parametrize("between", DISTURBANCES)
def test_a_dose_with_something_between_is_given_or_refused_as_the_model_says(between):
    """For each moment at which the infusion could have started."""
    place = 0
    while True:
        worlds = MatchedWorlds(dict.fromkeys(("mild", "moderate", "severe"), ("ivig", "placebo")))
        found = []
        assert worlds.reach("101-001", "randomized_not_treated")
        while between == "confirm" and not _has_bag(worlds, "W8"):
            assert worlds.step_on("101-001", worse=False)

        def pick(moments, found=found, place=place):
            found.extend(moments)
            return moments[min(place, len(moments) - 1)]

        course = {"worse": True, "declines": False}
        worlds.dose_disturbed("101-001", between, pick, course, checked=True, again=True)
        worlds.compare()
        worlds.reopen()
        place += 1
        if place >= len(found):
            break


def _has_bag(worlds, visit):
    label = worlds.find_bag("101-001")
    return label is not None and worlds.model.bags[label].visit == visit


STEPS_OF_RATING = (("assess", "W4"), ("assess", "W8"), ("sign", "W4"), ("sign", "W8"), ("correct", "W4"))


@pytest.mark.parametrize("last", [("sign", "W4"), ("sign", "W8"), ("assess", "W12")])
def test_only_signed_ratings_count_in_whatever_order_they_come(last):
    """After each signature, what is told of deterioration is what the model makes of what is signed by then."""
    for order in permutations(STEPS_OF_RATING):
        if order.index(("assess", "W4")) > 1 or order.index(("assess", "W8")) > 2:
            continue
        worlds = MatchedWorlds(dict.fromkeys(("mild", "moderate", "severe"), ("ivig",)))
        worlds.reach("101-001", "on_treatment")
        papers, by = worlds.model.people["101-001"].papers, worlds.at("101-001", "efficacy_assessor")
        for what, visit in (*order, last):
            key = f"core_set/{visit}"
            if what == "assess":
                worlds.visit("101-001", worlds.at("101-001", "coordinator"), visit)
                worlds.assess("101-001", by, visit, WORSE)
            elif what == "correct" and key in papers:
                worlds.correct("101-001", by, key, "mmt8", "85", papers[key].version)
            elif key in papers:
                worlds.sign("101-001", by, key, papers[key].version)
        worlds.compare()


def _report():
    """What the runs reached, for people."""
    table = TABLE
    print(f"{sum(COUNTS.values())} acts, {len(STATES)} states, {len(MADE & table)} of {len(table)} moves")
    for key, count in sorted(COUNTS.items(), key=str):
        print(*key, count)
    print("states not reached:", sorted({s.value for s in SubjectState} - STATES))
    print("moves not made:", sorted(table - MADE, key=str), "others:", sorted(MADE - table, key=str))
