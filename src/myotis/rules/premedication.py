"""Premedication: may it be given before the next infusion?"""

from collections.abc import Sequence

from myotis.protocol.conduct import Premedication


def may_premedicate(premedication: Premedication, infusional_events: Sequence[int]) -> bool:
    """Have enough infusional adverse events come first?

    ``infusional_events``: how many followed each infusion cycle that was given, in the order of the cycles; a cycle
    that was missed is not among them. Where the protocol asks for consecutive events, so many cycles in a row need at
    least one each, and any such run will do: what was allowed once stays allowed. Else events are counted.

    >>> from myotis.protocol.read import read_trial
    >>> asked = read_trial("proderm").conduct.premedication
    >>> may_premedicate(asked, [1, 0, 1]), may_premedicate(asked, [0, 1, 2])
    (False, True)
    """
    if not premedication.consecutive:
        return sum(infusional_events) >= premedication.after_events
    run = longest = 0
    for events in infusional_events:
        run = run + 1 if events else 0
        longest = max(longest, run)
    return longest >= premedication.after_events
