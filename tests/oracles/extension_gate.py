"""The extension gate a second time: plain sentences over lists of words, one subject after the other.

Written from what the registry and the publications say of ProDERM's week 16 (see the facts in the protocol file), and
from the descriptions of the fields of a gate. It takes no integers and no tables.
"""


def tell(given, deterioration, since_switch, gate):
    """What is known of a subject at row ``gate``: lists by visit of treatment names and statuses, None for none."""
    doses = [treatment for treatment in given[:gate] if treatment]
    confirmed_at = [visit for visit in range(gate + 1) if deterioration[visit] == "confirmed"]
    return {
        "began": doses[0] if doses else None,
        "switched": any(dose != doses[0] for dose in doses),
        "confirmed": bool(confirmed_at),
        "only_at_gate": confirmed_at == [gate],
        "again": "confirmed" in since_switch[: gate + 1],
    }


def proderm(given, deterioration, since_switch, gate):
    """Enter or leave, and why, in the words of the trial."""
    told = tell(given, deterioration, since_switch, gate)
    if told["began"] == "saline":
        if told["switched"] and told["confirmed"] and told["again"]:
            return "leave", "again_after_switch"
        return "enter", "placebo_at_gate" if told["only_at_gate"] else "all_others"
    if told["began"] == "octagam_10":
        return ("leave", "on_immune_globulin") if told["confirmed"] else ("enter", "all_others")
    # Nothing was given: what would follow for both, where it is the same.
    if not told["confirmed"]:
        return "enter", "all_others"
    return None, None


def by_cases(cases, starts, given, deterioration, since_switch, gate):
    """Enter or leave by the cases of any protocol: the first that fits, in the meaning of its fields.

    Who was given nothing may have begun on any treatment of ``starts``: the answer is what all of them share.
    """
    told = tell(given, deterioration, since_switch, gate)
    begins = [told["began"]] if told["began"] else starts
    answers = [_first(cases, told | {"began": began}) for began in begins]
    if None in answers:
        return None, None
    ways = {case["then"] for case in answers}
    ids = {case["id"] for case in answers}
    return ways.pop() if len(ways) == 1 else None, ids.pop() if len(ids) == 1 else None


def _first(cases, told):
    for case in cases:
        if "started_on" in case and case["started_on"] != told["began"]:
            continue
        if "switched" in case and case["switched"] != told["switched"]:
            continue
        if not _shows(case.get("deterioration"), told):
            continue
        return case
    return None


def _shows(asked, told):
    if asked is None:
        return True
    if asked == "none":
        return not told["confirmed"]
    if asked == "confirmed":
        return told["confirmed"]
    if asked == "confirmed_at_gate":
        return told["only_at_gate"]
    return told["switched"] and told["confirmed"] and told["again"]
