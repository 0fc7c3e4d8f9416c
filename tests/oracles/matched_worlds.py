"""Both worlds of a live trial and the plain model of them, side by side: each act is done in both, and they must agree.

An act is refused by the desk just where the model refuses it, and for the same kind of reason; after it, whatever both
know must be equal.
"""

from collections import Counter
from dataclasses import fields, is_dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from live_model import (
    BAG_LASTS,
    CORE,
    CYCLES,
    DAYS,
    DOSED,
    EFFICACY,
    FIRST_CYCLES,
    LATER_CYCLES,
    OFF,
    OVER,
    RANGES,
    REDUCED_FROM,
    RISKS,
    SILENT,
    WEIGHED,
    LiveModel,
    Person,
    PharmacyBag,
    SiteBag,
)
from live_pharmacy import SECOND, LivePharmacy
from live_trial import CORE_SET, FACTS, WORSE, LiveTrial, RepeatableEntropy, read_proderm

from myotis.conduct.act import Means
from myotis.conduct.acts.catalog import ACTS
from myotis.conduct.desk import open_desk
from myotis.conduct.roles import SITE, Role
from myotis.conduct.snapshot.take import take_snapshot
from myotis.conduct.study import FormKey
from myotis.conduct.view import view_study
from myotis.errors import SettingError
from myotis.log.act import RefusalError, User
from myotis.log.check import check_log
from myotis.log.desk import TELL
from myotis.log.entry import Entry
from myotis.pharmacy.acts.break_code import BreakCode
from myotis.pharmacy.acts.check_bag import CheckBag
from myotis.pharmacy.acts.prepare_bag import PrepareBag
from myotis.pharmacy.acts.recall_lot import RecallLot
from myotis.pharmacy.acts.release_bag import ReleaseBag
from myotis.pharmacy.acts.report_dispensing_error import ReportDispensingError
from myotis.pharmacy.acts.return_bag import DiscardBag, ReturnBag
from myotis.pharmacy.code_break import break_code
from myotis.pharmacy.desk import open_pharmacy
from myotis.pharmacy.dispensary import pending_notices
from myotis.pharmacy.mail import Mail
from myotis.pharmacy.roles import Role as PharmacyRole

STAFF = ("investigator", "coordinator")
VITALS = {"systolic": 120, "diastolic": 80, "pulse": 70, "temperature": Decimal("36.8")}
ARM_WORDS = ("ivig", "octagam", "placebo", "saline", "immune globulin")


BY_LEAVING = {
    "screen_failure": ("screening", "fail_screening"), "rescreened": ("screen_failure", "rescreen_subject"),
    "dosing_held": ("on_treatment", "hold_dosing"), "treatment_discontinued": ("on_treatment", "discontinue_treatment"),
    "safety_follow_up": ("treatment_discontinued", "begin_follow_up"), "lost": ("on_treatment", "declare_lost"),
    "study_discontinued": ("on_treatment", "discontinue_study"), "died": ("randomized_not_treated", "record_death"),
    "withdrawn_from_contact": ("randomized_not_treated", "withdraw_contact"),
    "completed": ("safety_follow_up", "complete_study"),
}  # fmt: skip
"""How a subject comes to states that the usual course does not lead to."""
FINDINGS = {"dry": {"hydrated": False}, "anemic": {"hemoglobin": "79"}, "old": {"age": 36}, "unasked": {"risks": 12},
            "unmeasured": {"vitals": False}}  # fmt: skip
"""What a check can find that forbids an infusion."""
DISTURBANCES = ("no", "hold", "site", "trial", "cancel", "recall", "error", "wait", "again", "confirm", "order", "mail",
                *FINDINGS)  # fmt: skip
"""What can come between a bag that is ready and its infusion (``MatchedWorlds.dose_disturbed``)."""
EXITS = ("fail_screening", "rescreen_subject", "not_active", "discontinue_treatment", "discontinue_study",
         "withdraw_treatment", "withdraw_contact", "declare_lost", "record_death", "find_again", "begin_follow_up",
         "complete_first_period", "complete_study", "hold_dosing", "resume_dosing", "enroll_subject")  # fmt: skip
"""The acts of ``MatchedWorlds.leave``."""


class Stopped(Exception):  # noqa: N818
    """The mail stopped half way."""


class MatchedWorlds:
    """``arms``: by stratum, the arm of each place of the list."""

    def __init__(self, arms):
        self.arms = arms
        self.places = {}
        self.live = LiveTrial(means=Means(self._take_slot, lambda text, context: "sealed"))  # noqa: ARG005
        slots = {self._name(stratum, place): arm for stratum, row in arms.items() for place, arm in enumerate(row)}
        self.pharmacy = LivePharmacy(
            arms=slots, trial=read_proderm(), conduct=self.live.store, clock=self.live.clock,
            blinded_people=("investigator-101",),
        )  # fmt: skip
        self.clock = self.live.clock
        self.model = LiveModel(self.clock.now, arms)
        self.model.lots = {("octagam_10", "A1"), ("saline", "N1")}
        self.model.roles = {who: {(str(r), s) for r, s in held} for who, held in self.live.desk.state.roles.items()}
        self.counts = Counter()
        self.states = set()
        self.moves = set()
        self.read_to = len(self.live.store.read())
        self.told = []
        self.unconfirmed = set()
        self.reopened = 0

    def _name(self, stratum, place):
        name = f"{stratum}-slot-{place:03}"
        self.places[name] = (stratum, place)
        return name

    def _take_slot(self, stratum, taken):
        if len(taken) >= len(self.arms[stratum]):
            raise SettingError("the stratum has no free slot")
        return self._name(stratum, len(taken))

    # Doing an act in both ----------------------------------------------------------------------------------------

    def carry(self, verdict, act, user, then=None, *, desk=None, **options):
        """Do an act; the desk must answer as the model does. True where it was done."""
        desk = desk or self.live.desk
        before, got, text = len(desk.store.read()), None, ""
        try:
            receipt = desk.carry_out(act, User(*user), **options)
        except RefusalError as error:
            got, text = error.kind, str(error)
            assert not any(word in text.lower() for word in ARM_WORDS) or act.name == "guess_treatment"
        self.counts[act.name, got or "done"] += 1
        assert verdict in {SILENT, got}, f"{act!r} by {user}: the model says {verdict}, the desk {got} {text}"
        self.told = []
        if got is not None:
            assert len(desk.store.read()) == before, "a refused act wrote something"
            return False
        if then:
            then(receipt)
        self._listen()
        return True

    def _listen(self):
        entries = self.live.store.read(self.read_to)
        self.read_to += len(entries)
        for entry in entries:
            if entry.act == TELL:
                what, answer = entry.get("what"), entry.get("answer")
                self.told.append((what, answer))
                self.model.hear(what, entry.subject, answer, entry.role)

    def user(self, role, site="101"):
        user = self.live.user(Role(role), site)
        return (user.id, user.role, user.site)

    def at(self, name, role):
        """Whoever has a role at the subject's site."""
        return self.user(role, self.model.people[name].site if name in self.model.people else name[:3])

    def go(self, person, target, when, act):
        stays_held = person.held and target in DOSED
        self.moves.add((person.standing if stays_held else person.state, act, target))
        person.go(target, when)
        person.since = when
        self.states.add(person.state)

    def sync(self):
        self.model.now = self.clock.now

    def move_clock(self, **by):
        self.clock.move(**by)
        self.sync()

    # Entry ---------------------------------------------------------------------------------------------------------

    def consent(self, name, user, version="1.0", *, signed_by="participant"):
        def need(person):
            return (
                (person is None and name[:3] != user[2])
                or (person is not None and version in person.consents)
                or signed_by not in {"participant", "representative"}
            )

        def then(_):
            person = self.model.people.get(name)
            if person is None:
                person = self.model.people[name] = Person(name, user[2])
                person.since = self.clock.now
                self.moves.add((None, "give_consent", "screening"))
                self.states.add("screening")
            person.consents.append(version)
            self.model.put(person, f"consent/{self.model.number(person, 'consent')}", STAFF)

        verdict = self.model.judge("give_consent", user, name, need)
        act = ACTS["give_consent"](subject=name, consent_version=version, signed_by=signed_by)
        return self.carry(verdict, act, user, then)

    def demographics(self, name, user, *, fertile=False):
        verdict = self.model.judge("record_demographics", user, name, lambda p: "demographics" in p.papers)
        act = ACTS["record_demographics"](subject=name, age=52, sex="F", can_become_pregnant=fertile)

        def then(_):
            self.model.put(self.model.people[name], "demographics", STAFF, fertile=fertile)

        return self.carry(verdict, act, user, then)

    def screen(self, name, user, facts):
        def need(person):
            paper = person.papers.get("screening")
            return (paper is not None and paper.frozen) or not facts or not set(facts) <= set(FACTS)

        def then(_):
            person = self.model.people[name]
            person.facts |= facts
            self.model.put(person, "screening", (user[1],)).records = (user[1],)

        verdict = self.model.judge("screen_subject", user, name, need)
        return self.carry(verdict, ACTS["screen_subject"](subject=name, facts=facts), user, then)

    def adjudicate(self, name, user, active, fact="adjudicated_active"):
        def need(person):
            paper = person.papers.get("screening")
            return (paper is not None and paper.frozen) or fact != "adjudicated_active"

        def then(_):
            person = self.model.people[name]
            person.facts[fact] = active
            self.model.put(person, "screening", (user[1],)).records = (user[1],)
            self.go(person, "adjudicated_active" if active else "screen_failure", self.clock.now, "adjudicate_entry")

        verdict = self.model.judge("adjudicate_entry", user, name, need)
        return self.carry(verdict, ACTS["adjudicate_entry"](subject=name, facts={fact: active}), user, then)

    def simple(self, row, name, user, target, need=lambda _: False, then=None, *, cancels=False, when=None, reason="",
               **fields):  # fmt: skip
        """An act that moves the subject, and may cancel its orders."""

        def done(receipt):
            person = self.model.people[name]
            at = when or self.clock.now
            if cancels:
                self.model.cancel_open(person, at)
            if target:
                self.go(person, target, at, row)
            if then:
                then(person, receipt)

        verdict = self.model.judge(row, user, name, need, when=when, reason=reason)
        options = {"occurred": when, "reason": reason}
        return self.carry(verdict, ACTS[row](subject=name, **fields), user, done, **options)

    def fail(self, name, user):
        return self.simple("fail_screening", name, user, "screen_failure", why="not_eligible")

    def rescreen(self, name, user):
        def then(person, _):
            person.rescreened += 1
            person.facts = {}
            self.model.put(person, f"consent/{self.model.number(person, 'consent')}", STAFF)
            person.consents.append("1.0")
            if "screening" in person.papers:
                self.model.put(person, "screening", (user[1],)).records = (user[1],)

        return self.simple("rescreen_subject", name, user, "rescreened", lambda p: p.rescreened >= 1, then,
                           consent_version="1.0")  # fmt: skip

    def enroll(self, name, user):
        def unfit(person):
            known = {**FACTS, "adjudicated_active": True}
            return {fact: person.facts.get(fact) for fact in known} != known

        return self.simple("enroll_subject", name, user, "enrolled", unfit)

    def randomize(self, name, user):
        model = self.model

        def need(person):
            stratum = model.stratum_of(person)
            return person.place is not None or stratum is None or model.taken[stratum] >= len(self.arms[stratum])

        def then(_):
            person = model.people[name]
            person.stratum = model.stratum_of(person)
            person.place = model.taken[person.stratum]
            model.taken[person.stratum] += 1
            person.randomized_at = self.clock.now
            self.go(person, "randomized_not_treated", self.clock.now, "randomize_subject")
            model.requests.append(("open_slot", name, {"stratum": person.stratum, "place": person.place}))
            # Neither slot nor stratum is told to anybody at the site.
            assert [answer for what, answer in self._words(name) if what == "allocation"][-1:] != [person.stratum]

        verdict = model.judge("randomize_subject", user, name, need)
        return self.carry(verdict, ACTS["randomize_subject"](subject=name), user, then)

    def _words(self, name):
        return self.model.people[name].words

    # Visits and forms ----------------------------------------------------------------------------------------------

    def visit(self, name, user, visit, *, held="at_site", ahead=0):
        day = self.clock.now.date() + timedelta(days=ahead)

        def need(person):
            ended = person.state in OVER and day > person.since.date()
            planned = visit in DAYS
            odd = not planned and (held == "missed" or not visit.startswith("U"))
            return f"visit/{visit}" in person.papers or ended or odd or ahead > 0

        def then(_):
            self.model.put(self.model.people[name], f"visit/{visit}", STAFF, held=held, day=day)

        verdict = self.model.judge("record_visit", user, name, need)
        return self.carry(verdict, ACTS["record_visit"](subject=name, visit=visit, day=day, held=held), user, then)

    def weigh(self, name, user, visit, kg):
        def need(person):
            elsewhere = visit in DAYS and visit not in WEIGHED
            there = f"weight/{visit}" in person.papers
            return self.model.closed_visit(person, visit) or elsewhere or there or not 20 <= Decimal(kg) <= 300

        def then(_):
            self.model.put(self.model.people[name], f"weight/{visit}", STAFF, weight_kg=kg)

        verdict = self.model.judge("record_weight", user, name, need)
        return self.carry(verdict, ACTS["record_weight"](subject=name, visit=visit, weight_kg=Decimal(kg)), user, then)

    @staticmethod
    def _bad(results):
        return not results or any(
            name not in RANGES or not 0 <= Fraction(value) <= RANGES[name] for name, value in results.items()
        )

    def assess(self, name, user, visit, results):
        def need(person):
            elsewhere = visit in DAYS and visit not in CORE
            there = f"core_set/{visit}" in person.papers
            return self.model.closed_visit(person, visit) or elsewhere or there or self._bad(results)

        def then(_):
            paper = self.model.put(self.model.people[name], f"core_set/{visit}", ("efficacy_assessor",))
            paper.items = dict(results)

        verdict = self.model.judge("record_assessment:core_set", user, name, need)
        act = ACTS["record_assessment"](subject=name, visit=visit, kind="core_set", results=results)
        return self.carry(verdict, act, user, then)

    def sign(self, name, user, form, saw, meaning="authored"):
        model = self.model

        def need(person):
            paper = person.papers.get(form)
            return (
                paper is None or not model.sees(user[1], form) or paper.version != saw
                or any(who == user[0] and version == saw for who, _, version in paper.signatures)
                or (meaning == "authored" and user[1] not in paper.records)
            )  # fmt: skip

        def then(_):
            model.people[name].papers[form].signatures.append((user[0], meaning, saw))

        verdict = model.judge("sign_form", user, name, need)
        act = ACTS["sign_form"](subject=name, form=form, saw=saw, meaning=meaning)
        done = self.carry(verdict, act, user, then)
        if done:
            self._compare_deterioration(model.people[name], form)
        return done

    def _compare_deterioration(self, person, form):
        told = [answer for what, answer in self.told if what == "deterioration"]
        indicated = [answer for what, answer in self.told if what == "switch_indicated"]
        if not form.startswith("core_set/"):
            assert not told
            assert not indicated
            return
        expected, visit = self.model.expect_deterioration(person)
        if expected is None:
            assert not told
        else:
            assert {v: status for v, status in told[0].items() if v != "W0"} == expected
        assert indicated == ([{"visit": visit}] if visit else [])
        if visit:
            person.indicated_at = visit
            self.go(person, "switch_indicated", self.clock.now, "tell")

    def freeze(self, name, user, forms, visit=None):
        def need(person):
            def unfit(form, version):
                paper = person.papers.get(form)
                return (
                    paper is None or paper.version != version or paper.frozen or self.model.waiting(name, form)
                    or (form.partition("/")[0] in EFFICACY and not paper.signed)
                )  # fmt: skip

            there = {key for key, paper in person.papers.items() if visit in key.split("/")[1:] and not paper.frozen}
            return not forms or any(unfit(*one) for one in forms.items()) or (visit and there != set(forms))

        def then(_):
            for form in forms:
                self.model.people[name].papers[form].frozen = True

        verdict = self.model.judge("freeze_form", user, name, need)
        return self.carry(verdict, ACTS["freeze_form"](subject=name, forms=forms, visit=visit), user, then)

    def unfreeze(self, name, user, form, reason="a wrong value"):
        def need(person):
            return form not in person.papers or not person.papers[form].frozen

        def then(_):
            self.model.people[name].papers[form].frozen = False

        verdict = self.model.judge("unfreeze_form", user, name, need, reason=reason)
        return self.carry(verdict, ACTS["unfreeze_form"](subject=name, form=form), user, then, reason=reason)

    def correct(self, name, user, form, item, value, saw, reason="misread"):
        """A correction of a core set or a weight."""

        def need(person):
            paper = person.papers.get(form)
            if paper is None or paper.version != saw or paper.frozen or user[1] not in paper.records:
                return True
            if paper.items.get(item) == value:
                return True
            if form.startswith("weight/"):
                return item != "weight_kg" or value is None or not 20 <= Decimal(value) <= 300
            after = {key: was for key, was in paper.items.items() if key != item} | ({item: value} if value else {})
            return self._bad(after)

        def then(_):
            paper = self.model.people[name].papers[form]
            paper.change()
            paper.items.pop(item, None)
            if value is not None:
                paper.items[item] = value

        verdict = self.model.judge("correct_value", user, name, need, reason=reason)
        act = ACTS["correct_value"](subject=name, form=form, item=item, value=value, saw=saw)
        return self.carry(verdict, act, user, then, reason=reason)

    def wrong_stratum(self, name, user, reason="the baseline was corrected"):
        def need(person):
            right = self.model.stratum_of(person)
            return person.stratum is None or right in {None, person.right or person.stratum}

        def then(person, _):
            person.right = self.model.stratum_of(person)

        return self.simple("report_wrong_stratum", name, user, None, need, then, reason=reason)

    def raise_query(self, name, user, form, concern="unclear"):
        def need(person):
            paper = person.papers.get(form)
            if not self.model.sees(user[1], form):
                return True
            if paper is None:
                return concern != "missing"
            return paper.frozen or concern == "missing"

        def then(_):
            paper = self.model.people[name].papers.get(form)
            number = len(self.model.queries) + 1
            self.model.queries[number] = [name, form, "open", user[1], paper.version if paper else 0]

        verdict = self.model.judge("raise_query", user, name, need)
        return self.carry(verdict, ACTS["raise_query"](subject=name, form=form, concern=concern), user, then)

    def answer_query(self, name, user, number, answer="confirmed"):
        def need(person):
            query = self.model.queries.get(number)
            if query is None or query[0] != name or not self.model.sees(user[1], query[1]) or query[2] != "open":
                return True
            paper = person.papers.get(query[1])
            if answer == "corrected":
                return paper is None or paper.version <= query[4]
            return answer == "confirmed" and paper is None

        def then(_):
            self.model.queries[number][2] = "answered"

        verdict = self.model.judge("answer_query", user, name, need)
        return self.carry(verdict, ACTS["answer_query"](subject=name, query=number, answer=answer), user, then)

    def close_query(self, name, user, number, verdict="accepted"):
        def need(person):  # noqa: ARG001
            query = self.model.queries.get(number)
            if query is None or query[0] != name or not self.model.sees(user[1], query[1]):
                return True
            wanted = "open" if verdict == "withdrawn" else "answered"
            return query[2] != wanted or user[1] not in {query[3], "data_manager"}

        def then(_):
            self.model.queries[number][2] = "open" if verdict == "rejected" else "closed"

        judged = self.model.judge("close_query", user, name, need)
        return self.carry(judged, ACTS["close_query"](subject=name, query=number, verdict=verdict), user, then)

    def lock(self, user, *, complete=True):
        thawed = {f"{name} {key}": (name, key) for name, person in self.model.people.items()
                  for key, paper in person.papers.items() if not paper.frozen}  # fmt: skip
        exceptions = dict.fromkeys(sorted(thawed)[0 if complete else 1 :], "not_for_analysis")

        def need(_):
            under = any(person.state not in OVER | OFF for person in self.model.people.values())
            waiting = any(q[2] != "closed" and f"{q[0]} {q[1]}" not in exceptions for q in self.model.queries.values())
            return under or waiting or set(exceptions) != set(thawed)

        def then(_):
            self.model.locked = True

        verdict = self.model.judge("lock_trial", user, None, need, about=False)
        return self.carry(verdict, ACTS["lock_trial"](exceptions=exceptions), user, then)

    # Doses ------------------------------------------------------------------------------------------------------------

    def order(self, name, user, visit, *, days=2, ahead=3, saw_weight=None, saw=None):
        model = self.model
        planned = self.clock.now + timedelta(hours=ahead)
        person = model.people.get(name)
        papers = person.papers if person else {}
        stands, weight = papers.get(f"dose_order/{visit}"), papers.get(f"weight/{visit}")
        saw = (stands.version if stands else 0) if saw is None else saw
        saw_weight = (weight.version if weight else 1) if saw_weight is None else saw_weight

        def need(person):
            tests = [p.items.get("test") for k, p in person.papers.items() if k.startswith(f"readiness/{visit}/")]
            return (
                (stands.version if stands else 0) != saw or (stands is not None and stands.frozen)
                or model.held_now(person) or person.standing in {"switch_indicated", "switch_confirmed"}
                or "positive" in tests or model.no_dose_there(person, visit) or weight is None
                or weight.version != saw_weight or not 2 <= days <= 5 or planned < self.clock.now
                or bool(person.given(visit))
            )  # fmt: skip

        def then(receipt):
            person = model.people[name]
            if visit in person.open_orders():
                model.requests.append(("cancel_dose", name, {"order": stands.items["order"]}))
            kg, version = weight.items["weight_kg"], (stands.version if stands else 0) + 1
            ml = model.dose_ml(person, visit, kg)
            order = f"{name}/{visit}/{version}"
            model.put(person, f"dose_order/{visit}", ("investigator",), order=order, days=days, cancelled=False, ml=ml)
            plan = receipt.answer("dose_plan")
            assert Fraction(plan["volume_ml"]) == ml
            assert Fraction(plan["dose_g"]) * 10 == ml
            tenths = int(ml * 10)
            volumes = [Fraction(tenths // days + (day < tenths % days), 10) for day in range(days)]
            times = [planned + timedelta(days=day) for day in range(days)]
            model.requests.append(
                ("prepare_dose", name, {"order": order, "visit": visit, "volumes": volumes, "planned": times})
            )

        verdict = model.judge("order_dose", user, name, need)
        act = ACTS["order_dose"](subject=name, visit=visit, days=days, planned=planned, saw=saw, saw_weight=saw_weight)
        return self.carry(verdict, act, user, then)

    def cancel(self, name, user, visit, saw=None):
        person = self.model.people.get(name)
        stands = person.papers.get(f"dose_order/{visit}") if person else None
        saw = (stands.version if stands else 1) if saw is None else saw

        def need(person):
            return stands is None or stands.version != saw or visit not in person.open_orders()

        def then(_):
            self.model.cancel(self.model.people[name], visit, self.clock.now)

        verdict = self.model.judge("cancel_dose", user, name, need)
        act = ACTS["cancel_dose"](subject=name, visit=visit, saw=saw, why="postponed")
        return self.carry(verdict, act, user, then)

    def check(self, name, user, visit, day, *, test="negative", hydrated=True, vitals=True, risks=RISKS,
              hemoglobin="130", age=0, saw=None, when=None):  # fmt: skip
        model, person = self.model, self.model.people.get(name)
        key = f"readiness/{visit}/{day}"
        before = person.papers.get(key) if person else None
        saw = (before.version if before else 0) if saw is None else saw
        collected = self.clock.now - timedelta(days=age)
        factors = self.live.trial.conduct.readiness.risk_factors[:risks]
        results = {name: {"value": value, "collected": collected}
                   for name, value in (("hemoglobin", hemoglobin), ("creatinine", "80")) if value}  # fmt: skip

        def need(person):
            stale = (before.version if before else 0) != saw or (before is not None and before.frozen)
            return stale or model.closed_visit(person, visit) or model.no_dose_there(person, visit)

        def then(_):
            model.put(
                model.people[name], key, STAFF, test=test, hydrated=hydrated, vitals=vitals, risks=risks,
                results=[(n, r["value"], r["collected"]) for n, r in results.items()], at=when or self.clock.now,
            )  # fmt: skip

        verdict = model.judge("check_readiness", user, name, need, when=when)
        act = ACTS["check_readiness"].model_validate({
            "subject": name, "visit": visit, "day": day, "pregnancy_test": test, "well_hydrated": hydrated,
            "results": results, "risk_factors": {factor.id: False for factor in factors}, "saw": saw,
            **(VITALS if vitals else {}),
        })  # fmt: skip
        return self.carry(verdict, act, user, then, occurred=when)

    def infuse(self, name, user, visit, day, label, started, stopped, *, ml=None, why=None, when=None):
        """Record an infusion. Whatever is recorded was one that the protocol allows."""
        model, bag = self.model, self.model.bags.get(label)
        ml = ml or (bag.ml if bag else Fraction(700))

        def need(person):
            return bool(model.forbids(person, visit, day, label, started, stopped, ml, why))

        def then(_):
            person = model.people[name]
            bag.used = True
            person.infusions.append((visit, day, label, ml, started, stopped))
            model.put(person, f"infusion/{visit}/{day}", STAFF, ml=ml)
            if person.standing == "randomized_not_treated":
                self.go(person, "on_treatment", when or self.clock.now, "record_infusion")
            model.requests.append(("infused", name, {"label": label, "visit": visit, "ml": ml}))

        verdict = model.judge("record_infusion", user, name, need, when=when)
        if self.model.people.get(name) and verdict == "need":
            for why_not in model.forbids(model.people[name], visit, day, label, started, stopped, ml, why):
                self.counts["forbidden", why_not] += 1
        act = ACTS["record_infusion"](
            subject=name,
            visit=visit,
            day=day,
            label=label,
            started=started,
            stopped=stopped,
            volume_ml=Decimal(ml.numerator) / ml.denominator,
            why_incomplete=why,
        )
        return self.carry(verdict, act, user, then, occurred=when)

    def change_dose(self, name, user, visit, to, judgment):
        model = self.model

        def need(person):
            touched = [*person.open_orders(), *(one[0] for one in person.infusions)]
            return (
                model.no_dose_there(person, visit) or (to == "reduced" and DAYS[visit] < REDUCED_FROM)
                or model.is_reduced(person, visit) == (to == "reduced") or (to == "reduced") != (judgment == "stable")
                or any(DAYS[at] >= DAYS[visit] for at in touched)
            )  # fmt: skip

        def then(person, _):
            person.changes.append((visit, to))
            model.put(person, f"dose_change/{model.number(person, 'dose_change')}", ("investigator",))

        return self.simple("change_dose", name, user, None, need, then, from_visit=visit, to=to, judgment=judgment)

    def hold(self, name, user, *, when=None):
        def then(_):
            person = self.model.people[name]
            self.moves.add((person.state, "hold_dosing", "dosing_held"))
            person.held = True
            self.states.add("dosing_held")
            person.since = when or self.clock.now
            person.stop(person.since)

        verdict = self.model.judge("hold_dosing", user, name, lambda _: user[1] != "investigator", when=when)
        act = ACTS["hold_dosing"](scope="subject", subject=name, why="adverse_event")
        return self.carry(verdict, act, user, then, occurred=when)

    def resume(self, name, user):
        def then(_):
            person = self.model.people[name]
            self.moves.add(("dosing_held", "resume_dosing", person.standing))
            person.held = False
            person.since = self.clock.now
            person.undosed[-1][1] = self.clock.now

        verdict = self.model.judge("resume_dosing", user, name, lambda _: user[1] != "investigator")
        return self.carry(verdict, ACTS["resume_dosing"](scope="subject", subject=name), user, then)

    def hold_widely(self, user, site, *, held):
        """Hold or resume dosing at a site, or (None) in the trial."""
        times = self.model.sites[site] if site else self.model.trial_holds

        def need(_):
            is_held = bool(times) and times[-1][1] is None
            return user[1] != "sponsor" or is_held == held

        def then(_):
            if held:
                times.append([self.clock.now, None])
            else:
                times[-1][1] = self.clock.now

        row = "hold_dosing" if held else "resume_dosing"
        verdict = self.model.judge(row, user, None, need, about=False)
        fields = {"scope": "site" if site else "trial", "site": site} | ({"why": "supply"} if held else {})
        return self.carry(verdict, ACTS[row](**fields), user, then)

    # The course ---------------------------------------------------------------------------------------------------

    def confirm_switch(self, name, user):
        def then(person, _):
            given = {one[0] for one in person.infusions}
            later = [visit for visit in CYCLES if DAYS[visit] >= DAYS[person.indicated_at] and visit not in given]
            person.switch_from, person.confirmed_at = later[0], self.clock.now
            self.model.requests.append(("resolve_switch", name, {"visit": later[0]}))

        return self.simple("confirm_switch", name, user, "switch_confirmed", then=then)

    def decline_switch(self, name, user):
        return self.simple("decline_switch", name, user, "switch_declined_for_safety", why="renal_risk")

    def complete_first_period(self, name, user):
        model = self.model

        def need(person):
            if "visit/W16" not in person.papers:
                return True
            forms = [p for k, p in person.papers.items() if k in {f"{kind}/W16" for kind in EFFICACY}]
            missing = not person.missed("W16") and "core_set/W16" not in person.papers
            return missing or any(not paper.signed or not paper.frozen for paper in forms)

        def then(person, _):
            found = model.course(person)
            since = model.course(person, person.switch_from) if person.switch_from else None
            known = [
                {v: s for v, s in (one[0] if one else {}).items() if s != "not_evaluable" and DAYS[v] <= DAYS["W16"]}
                for one in (found, since)
            ]
            model.requests.append(("decide_extension", name, {"told": known[0], "since": known[1]}))

        return self.simple("complete_first_period", name, user, "first_period_completed", need, then, cancels=True)

    def complete_study(self, name, user):
        def need(person):
            return "visit/W40" not in person.papers or person.standing == "first_period_completed"

        return self.simple("complete_study", name, user, "completed", need, cancels=True)

    def discontinue(self, name, user, *, study=False, when=None):
        row = "discontinue_study" if study else "discontinue_treatment"
        target = "study_discontinued" if study else "treatment_discontinued"
        return self.simple(row, name, user, target, cancels=True, why="adverse_event", when=when)

    def begin_follow_up(self, name, user):
        return self.simple("begin_follow_up", name, user, "safety_follow_up")

    def withdraw(self, name, user, scopes):
        person = self.model.people.get(name)
        state = person.standing if person else None
        moving = "contact" if "contact" in scopes else "treatment" if "treatment" in scopes else None
        target = {"contact": "withdrawn_from_contact", "treatment": "treatment_discontinued"}.get(moving)

        def need(person):
            return (
                len(set(scopes)) < len(scopes) or ("further_use" in scopes and not person.further_use)
                or ("treatment" in scopes and state not in DOSED)
                or ("contact" in scopes and state in OVER)
            )  # fmt: skip

        def then(person, _):
            if "further_use" in scopes:
                person.further_use = False

        return self.simple("withdraw_consent", name, user, target, need, then, cancels=moving is not None,
                           scopes=scopes)  # fmt: skip

    def last_visit(self, person):
        visits = [paper.items for key, paper in person.papers.items() if key.startswith("visit/")]
        return max((one["day"] for one in visits if one["held"] != "missed"), default=None)

    def lose(self, name, user, ago):
        contact = self.clock.now.date() - timedelta(days=ago)

        def need(person):
            last = self.last_visit(person)
            return ago < 0 or (last is not None and last > contact)

        return self.simple("declare_lost", name, user, "lost", need, cancels=True, last_contact=contact, attempts=3)

    def find_again(self, name, user):
        return self.simple("find_again", name, user, "safety_follow_up")

    def die(self, name, user, ago=0):
        day = self.clock.now.date() - timedelta(days=ago)

        def need(person):
            last = self.last_visit(person)
            return "death" in person.papers or ago < 0 or (last is not None and last > day)

        def then(person, _):
            self.model.put(person, "death", ("investigator",))

        return self.simple("record_death", name, user, "died", need, then, cancels=True, day=day, cause="unknown")

    def transfer(self, name, user, site, reason="moved house"):
        def need(person):
            return site not in {"101", "102"} or site == person.site or bool(person.open_orders())

        def then(person, _):
            person.site = site

        return self.simple("transfer_subject", name, user, None, need, then, to_site=site, reason=reason)

    # The code -------------------------------------------------------------------------------------------------------

    def ask_for_code(self, name, user, reason="an emergency"):
        def then(person, _):
            number = self.model.number(person, "code_break")
            self.model.put(person, f"code_break/{number}", ("investigator",))
            asked = f"{name}/code-break/{number}"
            person.code_requests.append(asked)
            self.model.requests.append(("break_code", name, {"request": asked}))

        return self.simple("request_code_break", name, user, None, then=then, why="medical_emergency", reason=reason)

    def break_code(self, name, asked, role="code_break_desk"):
        """The desk of code break answers; what it shows is what was randomized and given."""
        model = self.model
        card = model.cards.get(name)
        wrong = asked in model.code_answered or model.code_asked.get(asked, name) != name
        verdict = "role" if role != "code_break_desk" else "state" if card is None else "need" if wrong else None
        act = BreakCode(subject=name, asked=asked, asked_by="investigator-101", told=("investigator-101",))
        reason, got = "" if asked else "the site's system is down", None
        try:
            shown = break_code(self.pharmacy.desk, act, self._pharmacist(role), open_sealed=None, reason=reason)
        except RefusalError as error:
            got = error.kind
        self.counts["break_code", got or "done"] += 1
        assert verdict == got
        if got:
            return False
        assert shown.arm == {"ivig": "IVIG", "placebo": "Placebo"}[card.arm]
        if asked:
            model.code_answered.add(asked)
            model.code_asked.pop(asked, None)
        model.notices.append(("code_broken", name, {"request": asked or "unasked"}))
        return True

    # The mail -----------------------------------------------------------------------------------------------------

    def take_mail(self):
        """The pharmacy takes its requests; what it refuses is what the model keeps."""
        refused = self.pharmacy.mail.take_requests()
        self.model.take_requests()
        assert sorted((r.request.subject, r.request.word) for r in refused) == sorted(
            (subject, word) for word, subject, _ in self.model.requests
        )

    def pending(self):
        known = self.live.desk.state.notice_ids
        return [notice for notice in pending_notices(self.pharmacy.state) if notice.id not in known]

    def compare_notices(self):
        """What waits for the site is what the model says, whatever its order."""
        got = Counter((str(n.word), n.subject, _plain(n.fields)) for n in self.pending())
        expected = Counter((word, subject, _plain(fields)) for word, subject, fields in self.model.notices)
        assert got == expected

    def deliver_mail(self, stop_after=None, *, twice=False):
        """Notices come to the site; ``stop_after`` some of them the mail stops before it confirms the last one."""
        self.compare_notices()
        count = 0

        def deliver(notice):
            nonlocal count
            if notice.id not in self.live.desk.state.notice_ids:
                self.receive(notice)
                count += 1
                if twice:
                    self.receive(notice)
            if stop_after is not None and count >= stop_after:
                raise Stopped

        try:
            self.pharmacy.mail.deliver_notices(deliver)
        except Stopped:
            self.counts["mail", "stopped"] += 1
        else:
            assert not pending_notices(self.pharmacy.state), "the mail is stuck"

    def receive(self, notice, user=None):
        """One notice at the site."""
        model, fields = self.model, dict(notice.fields)
        word, name = str(notice.word), notice.subject
        user = user or self.user("pharmacy_link")
        again = notice.id in self.live.desk.state.notice_ids
        verdict = model.judge("receive_notice", user, name, lambda _: again)
        act = ACTS["receive_notice"](subject=name, id=notice.id, word=notice.word, values=fields)

        def then(_):
            now, person = self.clock.now, model.people[name]
            same = (word, name, _plain(fields))
            waiting = next(one for one in model.notices if (one[0], one[1], _plain(one[2])) == same)
            model.notices.remove(waiting)
            if word == "bag_ready":
                label = fields["label"]
                bag = SiteBag(name, fields["order"], fields["order"].split("/")[1], Fraction(fields["volume_ml"]),
                              self.pharmacy.state.bags[label].use_by)  # fmt: skip
                bag.stopped_at = model.stop_list.get(label)
                model.bags[label] = bag
            elif word == "do_not_use":
                model.stop_list[fields["label"]] = now
                if fields["label"] in model.bags:
                    model.bags[fields["label"]].stopped_at = now
            elif word == "switch_in_effect":
                person.effective_at = now
                if person.standing == "switch_confirmed":
                    self.go(person, "switch_effective", now, "receive_notice")
            elif word in {"enter_extension", "leave_treatment"}:
                if person.standing == "first_period_completed":
                    target = "in_extension" if word == "enter_extension" else "treatment_discontinued"
                    self.go(person, target, now, "receive_notice")
            elif word == "code_broken":
                person.code_broken = True

        return self.carry(verdict, act, user, then)

    # The pharmacy -------------------------------------------------------------------------------------------------

    def _pharmacist(self, role="pharmacist", *, second=False):
        return SECOND if second else User(PharmacyRole(role).value, PharmacyRole(role).value)

    def _carry(self, verdict, act, user, then=None, **options):
        return self.carry(verdict, act, user, then, desk=self.pharmacy.desk, **options)

    def prepare(self, name, order, day, role="pharmacist"):
        model, user = self.model, self._pharmacist(role)
        verdict = model.may_prepare(name, order, day)
        before = set(self.pharmacy.state.bags)

        def then(_):
            (label,) = set(self.pharmacy.state.bags) - before
            made, asked = self.pharmacy.state.bags[label], model.orders[order]
            holds = model.treatment(model.cards[name], asked.visit)
            assert label not in model.made
            model.made[label] = PharmacyBag(
                name, order, asked.visit, day, holds, holds, user.id, self.clock.now + BAG_LASTS,
                asked.volumes[day - 1], {taken.vial.lot for taken in made.vials},
            )  # fmt: skip
            asked.labels.append(label)

        verdict = "role" if role != "pharmacist" else verdict
        return self._carry(verdict, PrepareBag(subject=name, order=order, day=day), user, then)

    def check_bag(self, label, *, passed=True, second=True):
        bag = self.model.made.get(label)
        user = self._pharmacist(second=second)
        wrong = bag is None or bag.state != "prepared" or bag.by == user.id

        def then(_):
            bag.state = "checked" if passed else "discarded"

        return self._carry("need" if wrong else None, CheckBag(label=label, passed=passed), user, then)

    def release(self, label):
        def then(_):
            bag = self.model.made[label]
            bag.state = "released"
            fields = {"order": bag.order, "label": label, "volume_ml": bag.ml, "use_by": bag.use_by}
            self.model.notices.append(("bag_ready", bag.subject, fields))

        return self._carry(self.model.may_release(label), ReleaseBag(label=label), self._pharmacist(), then)

    def put_away(self, label):
        """A bag comes back, or is thrown away where it was not given out."""
        bag = self.model.made.get(label)
        back = bag is None or bag.state in {"released", "stopped"}
        act = ReturnBag(label=label) if back else DiscardBag(label=label, because="not_needed")

        def then(_):
            bag.state = "returned" if back else "discarded"

        allowed = bag is not None and bag.state in {"released", "stopped", "prepared", "checked"}
        return self._carry(None if allowed else "need", act, self._pharmacist(), then)

    def find_error(self, label, holds):
        bag = self.model.made.get(label)
        wrong = bag is None or bag.holds == holds

        def then(_):
            if bag.live:
                self.model.stop_bags([label])
            bag.holds = holds

        act = ReportDispensingError(label=label, holds=holds)
        return self._carry("need" if wrong else None, act, self._pharmacist(), then, reason="found at the count")

    def recall(self, product, lot):
        model = self.model
        wrong = (product, lot) not in model.lots or model.blocked.get((product, lot)) == "recalled"

        def then(_):
            model.blocked[product, lot] = "recalled"
            model.stop_bags([
                label for label, bag in model.made.items()
                if bag.live and (bag.visit in FIRST_CYCLES or (bag.holds == product and lot in bag.lots))
            ])  # fmt: skip

        return self._carry("need" if wrong else None, RecallLot(product=product, lot=lot), self._pharmacist(), then)

    def restock(self):
        """A new lot of each product of which no lot may be used."""
        for product, size in (("octagam_10", "30 g"), ("saline", "500 mL")):
            if not self.model.in_stock([product]):
                lot = f"L{len(self.model.lots)}"
                self.pharmacy.receive(product, lot, size, 400)
                self.model.lots.add((product, lot))

    # What must be so at any time ------------------------------------------------------------------------------------

    def compare(self):
        """Everything that both know is equal; nobody at the site could learn an arm."""
        study, model = self.live.desk.state, self.model
        assert set(study.subjects) == set(model.people)
        for name, person in model.people.items():
            file = study.subjects[name]
            assert (file.state, file.site) == (person.state, person.site)
            assert file.resumes_in == (person.standing if person.held else None)
            self.states.add(person.state)
            assert {str(key) for key in file.forms} == set(person.papers), name
            for key, paper in person.papers.items():
                form = file.forms[FormKey.parse(key)]
                assert (key, form.version, form.frozen) == (key, paper.version, paper.frozen)
                assert form.signed_by_author == paper.signed, key
            assert person.held or not (person.standing in OVER | OFF and person.open_orders()), "ordered, and off"
            slot = self.places[file.slot] if file.slot else None
            assert slot == ((person.stratum, person.place) if person.place is not None else None)
            assert file.switches_at == person.switch_from
            told = [what for what, _ in person.words]
            assert told.count("switch_indicated") + told.count("switch_missed") <= 1
        # Slots: consecutive in each stratum, none twice, none skipped.
        for stratum, slots in study.allocated.items():
            assert [self.places[slot] for slot in slots] == [(stratum, place) for place in range(len(slots))]
        assert {n: (q.subject, str(q.form), q.status) for n, q in study.queries.items()} == {
            n: (q[0], q[1], q[2]) for n, q in model.queries.items()
        }
        assert set(study.bags) == set(model.bags)
        self._compare_doses()
        self._compare_pharmacy()

    def _compare_doses(self):
        """No bag twice, and no cycle above the dose by weight."""
        labels = [one[2] for person in self.model.people.values() for one in person.infusions]
        assert len(labels) == len(set(labels))
        for person in self.model.people.values():
            for visit in {one[0] for one in person.infusions}:
                given = sum(one[3] for one in person.given(visit))
                assert given <= person.papers[f"dose_order/{visit}"].items["ml"]

    def _compare_pharmacy(self):
        dispensary, model = self.pharmacy.state, self.model
        assert {name: (c.arm, c.switched_from, c.enters_extension) for name, c in dispensary.subjects.items()} == {
            name: (c.arm, c.switched_from, c.enters) for name, c in model.cards.items()
        }
        assert {label: (b.state, b.holds, b.volume_ml) for label, b in dispensary.bags.items()} == {
            label: (b.state, b.holds, b.ml) for label, b in model.made.items()
        }
        assert {name: o.cancelled for name, o in dispensary.orders.items()} == {
            name: o.cancelled for name, o in model.orders.items()
        }

    def search_views(self):
        """No role of the blinded world is shown an arm, a slot or a stratum."""
        study = self.live.desk.state
        for role in Role:
            for site in ("101", "102") if role in SITE else (None,):
                view = view_study(study, User(*self.user(role, site)))
                shown = repr(view).lower()
                assert not any(word in shown for word in ARM_WORDS)
                assert "-slot-" not in shown
                if role in SITE:
                    assert all(self.model.people[one.id].site == site for one in view.subjects)
                if role == "efficacy_assessor":
                    assert all(one.state is None and not one.told for one in view.subjects) or self.model.locked

    def search_log(self):
        """The blinded log as it is kept holds no arm."""
        text = "".join(entry.write_line() for entry in self.live.store.read()).lower()
        assert not any(word in text for word in ARM_WORDS)

    def reopen(self):
        """Both desks are opened anew over their logs; what these amount to is the same."""
        before = describe(self.live.desk.state), describe(self.pharmacy.state)
        self.reopened += 1
        entropy = [RepeatableEntropy(f"{name}-{self.reopened}") for name in ("conduct", "pharmacy")]
        self.live.desk = open_desk(
            self.live.trial, self.live.store, self.live.means, clock=self.clock, entropy=entropy[0],
            keyring=self.live.keys,
        )  # fmt: skip
        self.pharmacy.desk = open_pharmacy(
            self.pharmacy.trial, self.pharmacy.store, self.pharmacy.means, clock=self.clock, entropy=entropy[1],
            keyring=self.live.keys,
        )  # fmt: skip
        self.pharmacy.mail = Mail(self.pharmacy.desk, self.live.store)
        assert (describe(self.live.desk.state), describe(self.pharmacy.state)) == before

    def check_logs(self):
        for store in (self.live.store, self.pharmacy.store):
            assert check_log([entry.write_line().encode() for entry in store.read()]) == []

    def snapshot(self):
        taken = take_snapshot(self.live.store.read(), self.live.trial)
        assert not any(word in repr(taken.tables["LIVE"].rows()).lower() for word in ARM_WORDS)
        assert taken.locked == self.model.locked
        return taken

    # What would come next ------------------------------------------------------------------------------------------

    def step_on(self, name, *, worse, declines=False):
        """Do the next thing that a course without mishaps has for a subject; False where there is none."""
        person = self.model.people.get(name)
        if person is None:
            return self.consent(name, self.user("coordinator", name[:3]))
        by = {role: self.at(name, role) for role in ("investigator", "coordinator", "efficacy_assessor")}
        if person.standing in {"screening", "rescreened", "adjudicated_active", "enrolled"}:
            return self._enter(name, person, by)
        if person.held:
            return self.resume(name, by["investigator"])
        if person.standing in DOSED:
            return self._treat(name, person, by, worse, declines)
        if person.standing == "treatment_discontinued":
            return self.begin_follow_up(name, by["investigator"])
        if person.standing == "safety_follow_up":
            if "visit/W40" not in person.papers:
                return self.visit(name, by["coordinator"], "W40")
            return self.complete_study(name, by["investigator"])
        return False

    def reach(self, name, state):
        """Bring a new subject to a state; True where it came there."""
        if state in BY_LEAVING:
            before, act = BY_LEAVING[state]
            return self.reach(name, before) and self.leave(name, act)
        worse = state.startswith("switch_")
        declines = state == "switch_declined_for_safety"
        for _ in range(250):
            if name in self.model.people and self.model.people[name].state == state:
                return True
            if not self.step_on(name, worse=worse, declines=declines):
                return False
        return False

    def leave(self, name, act):
        """An act that ends something, by who may do it; True where it was done."""
        by = {role: self.at(name, role) for role in ("investigator", "coordinator")}
        acts = {
            "fail_screening": lambda: self.fail(name, by["investigator"]),
            "rescreen_subject": lambda: self.rescreen(name, by["investigator"]),
            "not_active": lambda: self.adjudicate(name, self.user("entry_adjudicator"), active=False),
            "discontinue_treatment": lambda: self.discontinue(name, by["investigator"]),
            "discontinue_study": lambda: self.discontinue(name, by["investigator"], study=True),
            "withdraw_treatment": lambda: self.withdraw(name, by["coordinator"], ("treatment",)),
            "withdraw_contact": lambda: self.withdraw(name, by["coordinator"], ("contact",)),
            "declare_lost": lambda: self.lose(name, by["investigator"], 0),
            "record_death": lambda: self.die(name, by["investigator"]),
            "find_again": lambda: self.find_again(name, by["investigator"]),
            "begin_follow_up": lambda: self.begin_follow_up(name, by["investigator"]),
            "complete_first_period": lambda: self._complete_early(name, by, "W16"),
            "complete_study": lambda: self._complete_early(name, by, "W40"),
            "hold_dosing": lambda: self.hold(name, by["investigator"]),
            "resume_dosing": lambda: self.resume(name, by["investigator"]),
            "enroll_subject": lambda: self.enroll(name, by["investigator"]),
        }
        return acts[act]()

    def _complete_early(self, name, by, visit):
        """The last visit of a period was missed."""
        self.visit(name, by["coordinator"], visit, held="missed")
        return (self.complete_first_period if visit == "W16" else self.complete_study)(name, by["investigator"])

    def dose_disturbed(self, name, how, pick, course, *, checked, again):
        """A dose is got ready, something comes between, and the infusion is entered with a start that is picked."""
        for _ in range(30):
            if self.find_bag(name) or not self.step_on(name, **course):
                break
        label, person = self.find_bag(name), self.model.people.get(name)
        if label is None:
            return
        visit, day = self.model.bags[label].visit, self.model.made[label].day
        if checked:
            made = self.clock.now - timedelta(hours=2)
            self.check(name, self.at(name, "coordinator"), visit, day, when=made)
        moments = [self.clock.now]
        self.move_clock(hours=1)
        self._disturb(how, name, label, visit, day, moments)
        moments.append(self.clock.now)
        self.move_clock(hours=1)
        moments = [one + timedelta(hours=by) for one in moments for by in (0, -0.5, 0.5)]
        started = pick([one for one in moments if one <= self.clock.now])
        stopped = started + timedelta(hours=4)
        self.clock.now = max(self.clock.now, stopped)
        self.sync()
        self.infuse(name, self.at(name, "coordinator"), visit, day, label, started, stopped)
        other = 2 if day == 1 else 1
        if again and f"infusion/{visit}/{other}" not in person.papers:
            # The same bag once more, on a day that is ready for one.
            self.check(name, self.at(name, "coordinator"), visit, other)
            now = self.clock.now
            self.move_clock(hours=1)
            self.infuse(name, self.at(name, "coordinator"), visit, other, label, now, self.clock.now)

    def _disturb(self, how, name, label, visit, day, moments):  # noqa: PLR0915
        """What comes between; times that it makes are added to the moments."""
        worlds, by = self, {role: self.at(name, role) for role in ("investigator", "coordinator")}
        sponsor = worlds.user("sponsor")
        site = self.model.people[name].site

        def pass_time():
            moments.append(worlds.clock.now)
            worlds.move_clock(hours=1)

        if how == "hold":
            worlds.hold(name, by["investigator"])
            pass_time()
            worlds.resume(name, by["investigator"])
        elif how in {"site", "trial"}:
            where = site if how == "site" else None
            worlds.hold_widely(sponsor, where, held=True)
            worlds.order(name, by["investigator"], visit)
            pass_time()
            worlds.hold_widely(sponsor, where, held=False)
        elif how == "cancel":
            worlds.cancel(name, by["investigator"], visit)
            worlds.take_mail()
        elif how == "recall":
            worlds.recall(*sorted(worlds.model.lots)[-1])
            pass_time()
            worlds.deliver_mail()
        elif how == "error":
            worlds.find_error(label, "saline")
            pass_time()
            worlds.deliver_mail()
        elif how == "wait":
            worlds.move_clock(hours=8)
        elif how in FINDINGS:
            self.check(name, by["coordinator"], visit, day, **FINDINGS[how])
        elif how == "again":
            worlds.check(name, by["coordinator"], visit, day)
        elif how == "confirm":
            self._confirm_between(name, visit, by)
            pass_time()
            worlds.take_mail()
            worlds.deliver_mail()
        elif how == "order":
            worlds.order(name, by["investigator"], visit)
        elif how == "mail":
            # The bag is stopped before the word that it is ready has come.
            worlds.put_away(label)
            order = worlds.model.made[label].order
            if worlds.prepare(name, order, day):
                new = worlds.model.orders[order].labels[-1]
                worlds.check_bag(new, second=False)
                worlds.check_bag(new)
                worlds.release(new)
                worlds.find_error(new, "saline" if worlds.model.made[new].holds != "saline" else "octagam_10")
                worlds.deliver_mail()

    def _confirm_between(self, name, visit, by):
        """A switch is indicated by an assessment that is corrected and signed late, and is confirmed."""
        worlds, person = self, self.model.people[name]
        assessor = worlds.at(name, "efficacy_assessor")
        for one in ("W4", "W8", "W12"):
            paper = person.papers.get(f"core_set/{one}")
            if paper and not paper.frozen and DAYS[one] <= DAYS[visit]:
                for item, value in (("extramuscular", "8.0"), ("physician_global", "9.0")):
                    worlds.correct(name, assessor, f"core_set/{one}", item, value, paper.version)
                worlds.sign(name, assessor, f"core_set/{one}", paper.version)
        worlds.confirm_switch(name, by["investigator"])

    def find_bag(self, name):
        """A bag at the site that was not used yet; None where there is none."""
        return next((label for label, bag in self.model.bags.items() if bag.subject == name and not bag.used), None)

    def _enter(self, name, person, by):
        if "demographics" not in person.papers:
            return self.demographics(name, by["coordinator"])
        if person.standing != "enrolled":
            if set(FACTS) - set(person.facts):
                return self.screen(name, by["coordinator"], FACTS)
            if person.standing == "adjudicated_active":
                return self.enroll(name, by["investigator"])
            return self.adjudicate(name, self.user("entry_adjudicator"), active=True)
        return self._hold_visit(name, person, by, "W0", CORE_SET) or self.randomize(name, by["coordinator"])

    def _hold_visit(self, name, person, by, visit, results):
        """Visit, core set, signature: the first of them that is missing."""
        if f"visit/{visit}" not in person.papers:
            return self.visit(name, by["coordinator"], visit)
        if visit in CORE and f"core_set/{visit}" not in person.papers:
            return self.assess(name, by["efficacy_assessor"], visit, results)
        paper = person.papers.get(f"core_set/{visit}")
        if paper and not paper.signed:
            return self.sign(name, by["efficacy_assessor"], f"core_set/{visit}", paper.version)
        return False

    def _is_over(self, person, visit):
        order = person.papers.get(f"dose_order/{visit}")
        gone = f"visit/{visit}" in person.papers and person.missed(visit)
        return gone or (order is not None and visit not in person.open_orders())

    def _treat(self, name, person, by, worse, declines):
        if name not in self.model.cards or any(one[1] == name for one in self.model.requests + self.model.notices):
            self.restock()
            self.take_mail()
            self.deliver_mail()
            return True
        if person.standing == "switch_indicated":
            return (self.decline_switch if declines else self.confirm_switch)(name, by["investigator"])
        if person.standing == "first_period_completed":
            return False
        cycles = LATER_CYCLES if person.standing == "in_extension" else FIRST_CYCLES
        visit = next((one for one in cycles if not self._is_over(person, one)), None)
        if visit is not None:
            return self._give(name, person, by, visit, worse)
        if person.standing == "randomized_not_treated":
            return self.discontinue(name, by["investigator"])
        last = "W40" if person.standing == "in_extension" else "W16"
        self._go_to(person, last)
        results = WORSE if worse else CORE_SET
        if self._hold_visit(name, person, by, last, results):
            return True
        if last == "W40":
            return self.complete_study(name, by["investigator"])
        paper = person.papers.get("core_set/W16")
        if paper and not paper.frozen:
            return self.freeze(name, self.user("data_manager"), {"core_set/W16": paper.version})
        return self.complete_first_period(name, by["investigator"])

    def _go_to(self, person, visit):
        if person.infusions:
            start = min(one[4] for one in person.infusions).replace(hour=9, minute=0)
            self.clock.now = max(self.clock.now, start + timedelta(days=DAYS[visit] - 1))
            self.sync()

    def _give(self, name, person, by, visit, worse):
        """The next step of a cycle."""
        order = person.papers.get(f"dose_order/{visit}")
        if order is None:
            self._go_to(person, visit)
        results = CORE_SET if not worse or visit == "W0" else WORSE
        if self._hold_visit(name, person, by, visit, results):
            return True
        if f"weight/{visit}" not in person.papers:
            return self.weigh(name, by["coordinator"], visit, "70.5")
        if order is None:
            return self.order(name, by["investigator"], visit)
        day = next(d for d in range(1, order.items["days"] + 1) if f"infusion/{visit}/{d}" not in person.papers)
        asked = self.model.orders.get(order.items["order"])
        if asked is None:
            return False
        self.clock.now = max(self.clock.now, asked.planned[day - 1] - timedelta(hours=1))
        self.sync()
        bags = [(label, self.model.made[label]) for label in asked.labels if self.model.made[label].day == day]
        bag = next(((label, one) for label, one in bags if one.live), None)
        if bag is None:
            self.restock()
            return self.prepare(name, order.items["order"], day)
        if bag[1].state == "prepared":
            return self.check_bag(bag[0])
        if self.clock.now > bag[1].use_by:
            return self.put_away(bag[0])
        if bag[1].state == "checked":
            return self.release(bag[0]) or self.put_away(bag[0])
        if not self.model.is_ready(person, visit, day, self.clock.now):
            return self.check(name, by["coordinator"], visit, day)
        started = self.clock.now
        self.move_clock(hours=4)
        return self.infuse(name, by["coordinator"], visit, day, bag[0], started, self.clock.now)


def _plain(fields):
    return tuple(sorted((name, _number(value)) for name, value in fields.items()))


def _number(value):
    if isinstance(value, Fraction):
        return str(float(value))
    if hasattr(value, "isoformat"):
        return value.isoformat(timespec="microseconds")
    try:
        return str(float(value))
    except (TypeError, ValueError):
        return str(value)


def describe(state):
    """What a log amounts to, as it can be compared."""
    return {name: _settle(value) for name, value in vars(state).items() if name not in {"trial", "acts", "in_force"}}


def _settle(value):
    """Entries by what they say: a desk that wrote one itself keeps it as it was before it was chained."""
    if isinstance(value, Entry):
        return (value.number, value.act, value.by, value.subject, value.occurred, value.recorded, value.known)
    if isinstance(value, dict):
        return {key: _settle(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_settle(one) for one in value]
    if is_dataclass(value):
        return {one.name: _settle(getattr(value, one.name)) for one in fields(value)}
    return value
