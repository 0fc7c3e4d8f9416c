from live_trial import LiveTrial

from myotis.conduct.acts.trial.assign_role import AssignRole, RevokeRole
from myotis.conduct.roles import Role
from myotis.log.act import User
from myotis.log.separation import find_people, find_shared_people


def two_worlds(person):
    """Two logs that share nobody, but that a person is given a role in the second."""
    site, pharmacy = LiveTrial(), LiveTrial()
    other = [entry for entry in pharmacy.store.read() if entry.act == "open_trial"]
    pharmacy.act(AssignRole(person=person, assigned=Role.MONITOR), Role.ADMINISTRATOR)
    return site, [entry for entry in pharmacy.store.read() if entry not in other][-1:]


def test_a_person_with_a_role_in_each_world_is_found():
    site, pharmacy = two_worlds("coordinator-101")
    assert find_shared_people(site.store.read(), pharmacy) == ["admin", "coordinator-101"]


def test_a_role_that_was_revoked_counts_still():
    live = LiveTrial()
    live.act(RevokeRole(person="monitor", revoked=Role.MONITOR), Role.ADMINISTRATOR)
    assert "monitor" in find_people(live.store.read())


def test_programs_are_nobody():
    live = LiveTrial()
    live.randomize()
    assert any(entry.by == "system" for entry in live.store.read())
    assert "system" not in find_people(live.store.read())
    assert User("system", "system").id not in find_shared_people(live.store.read(), live.store.read())
