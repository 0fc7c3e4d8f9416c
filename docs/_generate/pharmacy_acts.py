"""The page of the pharmacy's acts: who may, what each is, and what becomes of a bag."""

from collections.abc import Iterator

from _generate.markdown import matrix, page, prose, table
from myotis.log.messages import FIELDS, NoticeWord
from myotis.pharmacy.bags import MOVES
from myotis.pharmacy.catalog import ACTS, REQUESTS
from myotis.pharmacy.permissions import MAY
from myotis.pharmacy.roles import MACHINES, Role

INTRODUCTION = """
What can be done in the unblinded world: opening slots, preparing bags, stock, and every way in which somebody learns a
treatment. The acts without a mark are those of programs: they deal with what the blinded world asks. How the two worlds
talk, and what the site learns, is told in [the pharmacy](../explanation/pharmacy.md).
"""


def pharmacy_pages() -> Iterator[tuple[str, str]]:
    """The page."""
    yield (
        "reference/pharmacy-acts.md",
        page("Acts of the pharmacy", "src/myotis/pharmacy", INTRODUCTION, _matrix(), _bags(), _messages(), *_acts()),
    )


def _matrix() -> str:
    people = [role for role in Role if role not in MACHINES]
    rows = [(f"`{name}`", *("×" if role in MAY[name] else "" for role in people)) for name in MAY]
    return "## Who may\n\n" + matrix(("Act", *(role.replace("_", " ") for role in people)), rows)


def _bags() -> str:
    moves: dict[tuple[str, str, str], list[str]] = {}
    for (source, act, outcome), target in MOVES.items():
        moves.setdefault((act, outcome, target), []).append(source.value)
    rows = [(f"`{act}`", outcome, ", ".join(sources), target) for (act, outcome, target), sources in moves.items()]
    return "## What becomes of a bag\n\n" + table(("Act", "Outcome", "From", "To"), rows)


def _messages() -> str:
    asked = [(f"`{word}`", _list(FIELDS[word]), f"`{act.name}`") for word, act in REQUESTS.items()]
    answered = [(f"`{word}`", _list(FIELDS[word])) for word in NoticeWord]
    return (
        "## What the worlds say to one another\n\nEach message names its subject, its declared fields, and nothing "
        "else.\n\n"
        + table(("Request", "Fields", "Dealt with by"), asked)
        + "\n\n"
        + table(("Notice", "Fields"), answered)
    )


def _list(fields: frozenset[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(fields)) or "none"


def _acts() -> Iterator[str]:
    yield "## Each act"
    for name in MAY:
        act = ACTS[name]
        fields = [f"`{field}`" for field in act.model_fields if field != "log_format"]
        reason = "; a reason" if act.needs_reason else ""
        yield f"### {name}\n\n{prose(act.__doc__)}\n\nWrites {', '.join(fields)}{reason}."
