"""Every number that a trial stands on, with its source: what ``myotis check --sources`` prints."""

import sys
from collections import Counter
from collections.abc import Iterable
from importlib import resources

from myotis.terms.source import Fact, Status


def list_sources(protocol: str) -> dict[str, list[Fact]]:
    """The numbers of the instruments and of a trial; of a shipped one also its published results and assumed course.

    Raises InputError where the protocol is not valid.

    >>> list(list_sources("reclaiim"))
    ['Instruments', 'Trial RECLAIIM']
    """
    from myotis.instruments.catalog import list_instrument_facts  # noqa: PLC0415 (loaded on call: --help is quick)
    from myotis.protocol.read import read_trial, shipped_trials  # noqa: PLC0415

    trial = read_trial(protocol)
    name = trial.trial.id
    listed = {"Instruments": list(list_instrument_facts()), f"Trial {name}": list(trial.list_facts())}
    shipped = resources.files("myotis.trials") / protocol
    if protocol in shipped_trials() and (shipped / "published.toml").is_file():
        from myotis.analyze.reproduce import list_published_facts, read_published  # noqa: PLC0415

        listed[f"Published results of {name}"] = list(list_published_facts(read_published(protocol)))
    if protocol in shipped_trials() and (shipped / "course.toml").is_file():
        from myotis.simulate.course import read_course  # noqa: PLC0415

        listed[f"Assumed course of a virtual {name}"] = list(read_course(protocol).list_facts())
    return listed


def tabulate_fact(fact: Fact) -> dict[str, str]:
    """A fact as one row, by the names of its columns."""
    source = fact.source
    return {
        "what": fact.what, "value": fact.value, "status": source.status.value, "reference": source.reference,
        "note": source.note,
    }  # fmt: skip


def count_by_status(facts: Iterable[Fact]) -> dict[str, int]:
    """How many facts have each status, the surest first; none that no fact has."""
    counts = Counter(fact.source.status for fact in facts)
    return {status.value: counts[status] for status in Status if counts[status]}


def describe_counts(counts: dict[str, int]) -> str:
    """Counts by status in words.

    >>> describe_counts({"verified": 2, "assumed": 1})
    '3 values: 2 verified, 1 assumed'
    """
    by_status = ", ".join(f"{count} {status}" for status, count in counts.items())
    return f"{sum(counts.values())} values: {by_status}"


def print_table(title: str, facts: Iterable[Fact]) -> None:
    """Facts as a table as wide as the terminal, or as a file bears."""
    from rich import box  # noqa: PLC0415
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    console = Console(width=None if sys.stdout.isatty() else 200, markup=False, highlight=False, emoji=False)
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for name in ("what", "value", "status", "reference", "note"):
        table.add_column(name.capitalize(), overflow="fold", max_width=32 if name == "value" else None)
    for fact in facts:
        table.add_row(*tabulate_fact(fact).values())
    console.print(table)
