"""The section that says how each number was made: from the plan and from what every results row carries."""

from collections.abc import Iterator

from myotis.datasets.adam import CSM_PARAMETERS
from myotis.protocol.plan import Estimand
from myotis.report.context import Context
from myotis.report.views import Section, TableRow, TableView
from myotis.report.words import MISSING, STRATEGIES, lower_first, name_method

ROUNDING = {"half_away_from_zero": "a half is rounded away from zero, on the exact decimal, and only when displayed"}


def build_methods(context: Context) -> Section:
    """The estimands with their policies, the methods with their references, and the display rules."""
    return Section(
        id="methods",
        title="How each number was made",
        lead=[
            "Every number on this page is one results row; the row names the method, its options and where the method "
            "is written. Values that a policy of the plan decides, such as what a missing answer counts as, are "
            "decided before any method is applied."
        ],
        tables=[_tabulate_estimands(context), _tabulate_methods(context)],
        items=list(_display_rules(context)),
    )


def _tabulate_estimands(context: Context) -> TableView:
    heads = ("Analysis set", "Intercurrent events", "Missing answer", "Interval", "Test")
    rows = tuple(
        TableRow(header=estimand.label, cells=tuple(_describe(estimand, context)))
        for estimand in context.trial.plan.estimands
    )
    return TableView(caption="Estimands", stub="Estimand", heads=heads, rows=rows, words=True)


def _describe(estimand: Estimand, context: Context) -> Iterator[str]:
    plan = context.trial.plan
    yield next(entry.label for entry in plan.analysis_sets if entry.id == estimand.analysis_set)
    labels = {event.id: event.label for event in plan.intercurrent_events}
    by_strategy: dict[str, list[str]] = {}
    for event, strategy in estimand.intercurrent_events.items():
        by_strategy.setdefault(STRATEGIES[strategy], []).append(lower_first(labels[event]))
    told = "; ".join(f"{', '.join(events)}: {strategy}" for strategy, events in by_strategy.items())
    yield told[:1].upper() + told[1:]
    yield MISSING[estimand.missing].capitalize()
    yield context.describe_interval(estimand)
    yield context.describe_test(estimand) or "None planned"


def _tabulate_methods(context: Context) -> TableView:
    """Each method that a row names, with its references and what it is used for."""
    references: dict[str, dict[str, None]] = {}
    used: dict[str, dict[str, None]] = {}
    for row in context.rows.rows:
        method, reference = row["method"], row["reference"]
        if method:
            references.setdefault(method, {}).update({reference: None} if reference else {})
            used.setdefault(method, {})[row["analysis_id"]] = None
    rows = tuple(
        TableRow(
            header=_sentence(name_method(method)),
            cells=("; ".join(references[method]) or "–", ", ".join(used[method]), method),
        )
        for method in sorted(used, key=lambda name: name_method(name).lower())
    )
    heads = ("Written in", "Analyses", "Name in the results rows")
    return TableView(caption="Methods", stub="Method", heads=heads, rows=rows, words=True)


def _sentence(name: str) -> str:
    return name if name.startswith("t ") else name[:1].upper() + name[1:]


def _display_rules(context: Context) -> Iterator[tuple[str, str]]:
    display = context.trial.plan.display
    yield "Rounding", ROUNDING[display.rounding]
    others = [f"{CSM_PARAMETERS.get(name, name)} {count}" for name, count in display.parameter_decimals.items()]
    means = [f"percents {display.percent_decimals}", f"means and quartiles {display.mean_decimals}", *others]
    yield "Decimals", ", ".join(means)
    smallest = f"{10**-display.p_value_decimals:.{display.p_value_decimals}f}"
    yield "p-values", f"{display.p_value_decimals} decimals; below {smallest} as “<{smallest}”"
    yield "Differences", "the estimand’s group minus its comparator"
    yield "Protocol", f"version {context.trial.trial.version}, digest {context.trial.digest}"
