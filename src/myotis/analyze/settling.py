"""Who responded, by an estimand: what happened to each subject, what was measured, and the policies of the plan.

Every subject is settled in this order, which also decides which reason a non-responder is counted under:

1. an intercurrent event with the strategy *composite* by the visit: no response;
2. the answer at the visit;
3. without an answer, the plan's policy: *nonresponse*, or *observed cases* (the subject is left out).

Arrays have one entry for each subject, in any shape: those of one trial, or of a thousand simulated ones.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from myotis.errors import SettingError
from myotis.protocol.criteria import IncompleteTis
from myotis.protocol.plan import Estimand
from myotis.protocol.trial import Trial
from myotis.rules.deterioration import CONFIRMED
from myotis.terms.missing import MISSING, NO, UNKNOWN, YES
from myotis.terms.rule import Steps

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]

EVENTS: Final = ("death", "switch", "discontinuation")
CONFIRMED_DETERIORATION: Final = "confirmed_deterioration"
BELOW_THRESHOLD: Final = "tis_below_threshold"
OTHER_CONDITION: Final = "other_condition"
MISSING_ANSWER: Final = "missing"
REASONS: Final = (*EVENTS, CONFIRMED_DETERIORATION, BELOW_THRESHOLD, OTHER_CONDITION, MISSING_ANSWER)
"""Why a subject did not respond, or was left out, in the order in which they are looked at."""

NO_REASON: Final = -1


class Findings(NamedTuple):
    """What was found of each subject at the visit of the estimand."""

    tis: Numbers
    """NaN where it is not evaluable."""
    low: Numbers
    high: Numbers
    """The lowest and highest TIS still possible; NaN where nothing is known."""
    deterioration: Steps
    """The status (`myotis.rules.deterioration`)."""
    response: Steps
    """The protocol's response: YES, NO or UNKNOWN."""


class Settled(NamedTuple):
    """By subject: YES, NO, or MISSING where it is left out; and why not YES (an index of ``REASONS``, or NO_REASON)."""

    response: Steps
    reason: Steps


def find_happened(event: str, switch_day: Any, last_day: Any, died: Any, day: int) -> Any:
    """Which subjects had an intercurrent event by a planned day.

    ``switch_day``, ``last_day`` and ``died`` are arrays, or expressions of a data frame, as the answer is. A switch on
    the day itself counts. A subject has discontinued where an earlier visit was the last; dying is not discontinuing.
    Raises SettingError for an event that the analysis datasets do not hold.
    """
    happened = {
        "switch": switch_day <= day,
        "discontinuation": (last_day < day) & ~died,
        "death": (last_day < day) & died,
    }
    if event not in happened:
        raise SettingError(f"the analysis datasets do not hold the intercurrent event {event}")
    return happened[event]


def is_part_of_response(event: str, strategy: str, estimand: Estimand, trial: Trial) -> bool:
    """Whether the protocol's own definition of response already makes the event mean no response."""
    is_response = estimand.variable == "response" and trial.response.no_rescue
    return event == "rescue" and strategy == "composite" and is_response


def list_composite_events(estimand: Estimand, trial: Trial) -> list[str]:
    """The intercurrent events that mean no response, in the order in which they are looked at."""
    named = {
        event
        for event, strategy in estimand.intercurrent_events.items()
        if strategy == "composite" and not is_part_of_response(event, strategy, estimand, trial)
    }
    return sorted(named, key=EVENTS.index)


def settle_subjects(findings: Findings, happened: Mapping[str, Flags], estimand: Estimand, trial: Trial) -> Settled:
    """Settle every subject. ``happened`` says for each composite event who had it by the visit."""
    answer = _find_answers(findings, estimand, trial)
    left_out = NO if estimand.missing == "nonresponse" else MISSING
    response = np.where(answer == UNKNOWN, left_out, answer)
    reason = np.where(answer == UNKNOWN, REASONS.index(MISSING_ANSWER), NO_REASON)
    reason = np.where(answer == NO, _find_reasons_of_no(findings, estimand, trial), reason)
    for event in reversed(list_composite_events(estimand, trial)):
        response = np.where(happened[event], NO, response)
        reason = np.where(happened[event], REASONS.index(event), reason)
    return Settled(response, reason)


def _find_answers(findings: Findings, estimand: Estimand, trial: Trial) -> Steps:
    if estimand.variable == "response":
        return findings.response
    threshold = _threshold(estimand, trial)
    answer = np.where(np.isnan(findings.tis), UNKNOWN, np.where(findings.tis >= threshold, YES, NO))
    if trial.response.incomplete_tis is not IncompleteTis.BOUNDS:
        return answer
    by_bounds = np.where(findings.low >= threshold, YES, np.where(findings.high < threshold, NO, UNKNOWN))
    return np.where(answer == UNKNOWN, by_bounds, answer)


def _find_reasons_of_no(findings: Findings, estimand: Estimand, trial: Trial) -> Steps:
    """Why an answer is no. Deterioration comes first: it rules out response whatever the TIS."""
    below = REASONS.index(BELOW_THRESHOLD)
    if estimand.variable == "tis_at_least":
        return np.full(findings.tis.shape, below)
    threshold = _threshold(estimand, trial)
    is_below = (findings.tis < threshold) | (np.isnan(findings.tis) & (findings.high < threshold))
    reason = np.where(is_below, below, REASONS.index(OTHER_CONDITION))
    if not trial.response.no_confirmed_deterioration:
        return reason
    return np.where(findings.deterioration == CONFIRMED, REASONS.index(CONFIRMED_DETERIORATION), reason)


def _threshold(estimand: Estimand, trial: Trial) -> float:
    """The TIS to reach; a TIS is a multiple of one half, so the float is exact."""
    threshold = trial.response.tis_at_least if estimand.variable == "response" else estimand.threshold
    if threshold is None:
        raise SettingError(f"estimand {estimand.id}: no threshold is given; expected a TIS")
    return float(threshold)
