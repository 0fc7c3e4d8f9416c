"""A protocol in a few words, for people who check that it is the one they mean."""

from myotis.protocol.criteria import ResponseDefinition


def describe_response(response: ResponseDefinition) -> str:
    """Who is a responder, as one sentence without its full stop.

    >>> from myotis.protocol.read import read_trial
    >>> describe_response(read_trial("proderm").response)
    'TIS of at least 20 at W16, no confirmed deterioration'
    """
    also = f" and at {' or '.join(response.also_at_one_of)}" if response.also_at_one_of else ""
    conditions = {
        "no confirmed deterioration": response.no_confirmed_deterioration,
        "period completed": response.needs_completion,
        "no rescue treatment": response.no_rescue,
    }
    asked = [name for name, is_asked in conditions.items() if is_asked]
    return ", ".join([f"TIS of at least {response.tis_at_least} at {response.visit}{also}", *asked])
