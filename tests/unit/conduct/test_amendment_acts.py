"""Amendments of a running trial: the infusion rate at once, another on approval and on a new consent."""

from datetime import date

import pytest
from amended_proderm import render_amendment, write_amendment
from courses import CourseTrial
from dosed_trial import S1
from live_trial import CORE_SET, RepeatableEntropy, take_plain_slot
from protocol_files import change, render_toml, shipped_values

from myotis.cli.snapshot import snapshot as snapshot_command
from myotis.conduct.act import Means
from myotis.conduct.acts.course.transfer_subject import TransferSubject
from myotis.conduct.acts.entry.give_consent import GiveConsent
from myotis.conduct.acts.trial.apply_amendment import ApplyAmendment
from myotis.conduct.acts.trial.approve_amendment import ApproveAmendment
from myotis.conduct.amendments import find_affected, list_concerned
from myotis.conduct.desk import open_desk
from myotis.conduct.roles import Role
from myotis.conduct.snapshot.take import take_snapshot
from myotis.errors import SettingError
from myotis.log.act import RefusalError
from myotis.protocol.amendment import read_amendment
from myotis.protocol.read import read_trial
from myotis.terms.states import SubjectState as S

OTHER = "102-001"
DAYS = "treatments.octagam_10.infusion.days"
EVENTS = "conduct.premedication.after_events"
RATE = "treatments.octagam_10.infusion.rate_steps"


@pytest.fixture(scope="module")
def protocols(tmp_path_factory):
    """The first protocol; ProDERM as shipped; and a later one. With the two amendments between them."""
    folder = tmp_path_factory.mktemp("protocols")
    first, rate = write_amendment(folder)
    values = shipped_values("proderm")
    change(values, "trial.version", "later")
    change(values, DAYS, [1, 5])
    change(values, EVENTS, 3)
    later, more = folder / "later.toml", folder / "more.toml"
    later.write_text(render_toml(values), "utf-8")
    trials = read_trial(first), read_trial("proderm"), read_trial(later)
    text = render_amendment(trials[1], trials[2], {DAYS: "on_reconsent", EVENTS: "on_site_approval"}, {"id": "more"})
    more.write_text(text, "utf-8")
    return trials, (read_amendment(rate, *trials[:2]), read_amendment(more, *trials[1:])), (first, later)


class AmendedTrial(CourseTrial):
    """A trial under the first protocol, whose desk has the later ones."""

    def __init__(self, protocols):
        self.trials, self.amendments, self.files = protocols
        super().__init__(trial=self.trials[0])
        self.desk = self.open_again()

    def open_again(self):
        """Another desk over the same log."""
        return open_desk(
            self.trial, self.store, Means(take_plain_slot), clock=self.clock, entropy=RepeatableEntropy("again"),
            keyring=self.keys, protocols=self.trials[1:],
        )  # fmt: skip

    def amend(self, number, **options):
        """Apply an amendment, having seen who is affected."""
        amendment = self.amendments[number]
        study = self.desk.state
        seen = {name for affected in find_affected(study, amendment) for name in affected.subjects}
        fields = {"amendment": amendment, "saw_affected": tuple(sorted(seen)), **options}
        return self.act(ApplyAmendment(**fields), Role.SPONSOR)

    def approve(self, amendment, site):
        """An approval of today."""
        approval = ApproveAmendment(amendment=amendment, at_site=site, approved_on=self.today)
        return self.act(approval, Role.SPONSOR)

    def version(self, name=S1):
        """The protocol in force for a subject."""
        return self.desk.state.trial_for(name)


@pytest.fixture
def live(protocols):
    trial = AmendedTrial(protocols)
    trial.reach(S.RANDOMIZED)
    trial.weigh("W0")
    trial.consent(OTHER)
    return trial


def test_a_safety_measure_is_in_force_for_every_subject_at_once_and_what_was_recorded_keeps_its_version(live):
    plan = live.order("W0").answer("dose_plan")
    # Risks are not known: the cap for those at risk, 0.03 mL/kg/min, holds from the third step on. 70 kg: 2.1 mL/min.
    assert [step["rate_ml_per_min"] for step in plan["steps"]] == ["0.7", "1.4", "2.1", "2.1", "2.1"]
    live.check("W0")
    live.amend(0)
    assert live.version() == live.version(OTHER) == live.trials[1]
    assert live.subject().find("dose_order", "W0").protocol == "before the rate was lowered"
    # Without risks the first ladder rose to 0.12 mL/kg/min: 8.4 mL/min; the new one to 0.04: 2.8.
    steps = live.check("W0", saw=1).answer("readiness")["steps"]
    assert steps[-1]["rate_ml_per_min"] == "2.8"
    assert live.subject().find("readiness", "W0", "1").protocol_digest == live.trials[1].digest


def test_before_the_amendment_the_faster_ladder_held(live):
    live.order("W0")
    assert live.check("W0").answer("readiness")["steps"][-1]["rate_ml_per_min"] == "8.4"


def test_who_is_affected_is_listed_before_and_a_list_that_has_changed_is_refused(live):
    (rate,) = {affected.applies for affected in find_affected(live.desk.state, live.amendments[0])}
    assert rate == "immediately"
    assert {affected.subjects for affected in find_affected(live.desk.state, live.amendments[0])} == {(S1, OTHER)}
    assert live.desk.state.amendments == []
    with pytest.raises(RefusalError, match="other subjects are affected than were seen"):
        live.amend(0, saw_affected=(S1,))
    live.amend(0)
    with pytest.raises(RefusalError, match="was applied already"):
        live.act(ApplyAmendment(amendment=live.amendments[0], saw_affected=()), Role.SPONSOR)


def test_a_change_waits_for_the_approval_of_the_site_or_for_the_consent_of_the_subject(live):
    live.amend(0)
    with pytest.raises(RefusalError, match="the information for participants does not fit"):
        live.amend(1)
    live.amend(1, consent_version="2.0")
    assert live.version() == live.version(OTHER) == live.trials[1]
    with pytest.raises(RefusalError, match="not approved for the site"):
        live.act(GiveConsent(subject=S1, consent_version="2.0"), Role.COORDINATOR)
    told = live.approve("more", "101").answer("amendment_approved")
    assert (told["consent_version"], told["to_consent"]) == ("2.0", [S1])
    # The approval brings the rule of premedication to site 101 alone, and not the days, which wait for the consent.
    assert live.version(OTHER) == live.trials[1]
    assert live.version().conduct.premedication.after_events == 3
    with pytest.raises(RefusalError, match="not split over 1 days"):
        live.order("W0", days=1)
    live.act(GiveConsent(subject=S1, consent_version="2.0"), Role.COORDINATOR)
    assert live.version() == live.trials[2]
    live.order("W0", days=1)


def test_a_new_subject_consents_to_what_is_approved_at_its_site(live):
    live.amend(0)
    live.amend(1, consent_version="2.0")
    live.approve("more", "102")
    with pytest.raises(RefusalError, match=r"the information was replaced at the site; expected version 2\.0"):
        live.act(GiveConsent(subject="102-002", consent_version="1.0"), Role.COORDINATOR, "102")
    live.act(GiveConsent(subject="102-002", consent_version="2.0"), Role.COORDINATOR, "102")
    assert live.version("102-002") == live.trials[2]
    live.act(GiveConsent(subject="101-002", consent_version="1.0"), Role.COORDINATOR)
    assert live.version("101-002") == live.trials[1]


def test_a_later_safety_measure_reaches_who_has_an_earlier_amendment_in_part(live, tmp_path):
    values = shipped_values("proderm")
    change(values, "trial.version", "latest")
    change(values, DAYS, [1, 5])
    change(values, EVENTS, 3)
    change(values, "conduct.readiness.hydration", False)
    file = tmp_path / "latest.toml"
    file.write_text(render_toml(values), "utf-8")
    latest = read_trial(file)
    changes = {"conduct.readiness.hydration": "immediately"}
    (tmp_path / "a.toml").write_text(render_amendment(live.trials[2], latest, changes, {"id": "water"}), "utf-8")
    live.trials = (*live.trials, latest)
    live.amendments = (*live.amendments, read_amendment(tmp_path / "a.toml", live.trials[2], latest))
    live.desk = live.open_again()
    live.amend(0)
    live.amend(1, consent_version="2.0")
    live.approve("more", "101")
    live.amend(2)
    # Of the second amendment: what is approved, at 101 alone; of the third: at once, for both.
    for name, events in ((S1, 3), (OTHER, 2)):
        in_force = live.version(name)
        assert in_force.conduct.premedication.after_events == events
        assert in_force.treatments[0].infusion.days == (2, 5)
        assert in_force.conduct.readiness.hydration is False
    live.act(GiveConsent(subject=S1, consent_version="2.0"), Role.COORDINATOR)
    assert live.version() == latest


def test_a_subject_is_under_the_protocol_of_the_site_that_it_is_transferred_to(live):
    live.amend(0)
    live.amend(1, consent_version="2.0")
    live.approve("more", "102")
    assert live.version().conduct.premedication.after_events == 2
    live.act(TransferSubject(subject=S1, to_site="102"), Role.SPONSOR)
    assert live.version().conduct.premedication.after_events == 3


def test_replay_comes_to_the_same_protocols_and_needs_them(live, tmp_path, capsys):
    live.order("W0")
    live.amend(0)
    live.amend(1, consent_version="2.0")
    live.approve("more", "101")
    live.act(GiveConsent(subject=S1, consent_version="2.0"), Role.COORDINATOR)
    again = live.open_again().state
    assert again.in_force == live.desk.state.in_force
    assert again.approvals == {"101": 2}
    snapshot = take_snapshot(live.store.read(), live.trials[0], protocols=live.trials[1:])
    assert snapshot.entries == len(live.store.read())
    with pytest.raises(SettingError, match="a protocol that was not given"):
        take_snapshot(live.store.read(), live.trials[0])
    log, (first, later) = tmp_path / "site.log", live.files
    log.write_text("".join(entry.write_line() for entry in live.store.read()), "utf-8")
    snapshot_command(log, tmp_path / "out", str(first), amended=["proderm", str(later)])
    assert capsys.readouterr().out.splitlines()[-1] == f"digest {snapshot.digest}"


def test_an_amendment_leads_from_the_protocol_that_stands_to_one_that_the_desk_has(live):
    with pytest.raises(RefusalError, match="not the digest of"):
        live.act(ApplyAmendment(amendment=live.amendments[1], consent_version="2.0", saw_affected=()), Role.SPONSOR)
    unknown = live.amendments[0].model_copy(update={"after": "0" * 64})
    with pytest.raises(RefusalError, match="does not have the amended protocol"):
        live.act(ApplyAmendment(amendment=unknown, saw_affected=()), Role.SPONSOR)


def test_an_approval_is_of_a_site_and_an_amendment_and_news(live):
    live.amend(0)
    live.approve("rate", "101")
    for fields, reason in (
        ({"amendment": "rate", "at_site": "101"}, "approved for the site already"),
        ({"amendment": "other", "at_site": "101"}, "no such amendment"),
        ({"amendment": "rate", "at_site": "103"}, "no such site"),
        ({"amendment": "rate", "at_site": "102", "approved_on": date(2030, 1, 1)}, "lies in the future"),
    ):
        with pytest.raises(RefusalError, match=reason):
            live.act(ApproveAmendment(**({"approved_on": live.today} | fields)), Role.SPONSOR)


def test_a_change_concerns_who_is_still_to_come_to_it(live):
    def concerned(place):
        return list(list_concerned(live.desk.state, place))

    live.assess("W4", CORE_SET)
    assert concerned("eligibility.E3.require") == [OTHER]
    assert concerned(RATE) == [S1, OTHER]
    assert concerned("visits.W4.window_days") == [OTHER]
    assert concerned("response.tis_at_least") == [S1, OTHER]
