"""Acts that concern the trial as a whole: its opening, sites, people, protocol."""

from typing import Final

from myotis.conduct.act import ConductAct
from myotis.conduct.acts.trial.add_site import AddSite
from myotis.conduct.acts.trial.apply_amendment import ApplyAmendment
from myotis.conduct.acts.trial.approve_amendment import ApproveAmendment
from myotis.conduct.acts.trial.assign_role import AssignRole, RevokeRole
from myotis.conduct.acts.trial.open_trial import OpenTrial

ACTS: Final[tuple[type[ConductAct], ...]] = (
    AddSite,
    ApplyAmendment,
    ApproveAmendment,
    AssignRole,
    RevokeRole,
    OpenTrial,
)
