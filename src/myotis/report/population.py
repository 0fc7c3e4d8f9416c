"""The sections on who was studied: the flow of subjects and the baseline. Nothing is computed here."""

from collections.abc import Iterator, Sequence

from myotis.analyze.descriptives import (
    BASELINE_NUMBERS,
    BASELINE_WORDS,
    CSM_UNITS,
    TOTAL,
)
from myotis.datasets.adam import ADSL, CSM_PARAMETERS
from myotis.report.context import Context
from myotis.report.views import FlowAside, FlowStep, Section, TableRow, TableView
from myotis.report.words import NO_NUMBER, SEXES, Words, lower_first, name_method, sentence_case


def build_flow(context: Context) -> Section:
    """The flow of subjects through both periods."""
    rows = context.rows

    def step(name: str, parameter: str, *asides: tuple[str, str]) -> FlowStep:
        counts = tuple(f"n = {rows.count('flow', parameter=parameter, group=arm)}" for arm in context.arms)
        branches = tuple(_branch_off(context, label, left) for label, left in asides)
        return FlowStep(name=name, counts=counts, asides=branches)

    steps = [
        step("Randomized", "randomized"),
        step("Treated", "treated", ("Switched treatment", "switched"),
             ("Left in the first period", "discontinued_first_period")),
        step("Completed the first period", "completed_first_period",
             ("Left before the extension", "discontinued_between")),
        step("Entered the extension", "entered_extension", ("Left in the extension", "discontinued_extension")),
        step("Completed the trial", "completed"),
    ]  # fmt: skip
    if rows.count("flow", parameter="ongoing", group=TOTAL):
        steps.append(step("Still in the trial", "ongoing"))
    total = rows.count("flow", parameter="randomized", group=TOTAL)
    return Section(
        id="flow", title="Flow of subjects", flow=steps, arms=context.arms, flow_total=f"{total} subjects randomized",
        tables=[_tabulate_flow(context)],
    )  # fmt: skip


def _branch_off(context: Context, name: str, parameter: str) -> FlowAside:
    """Who left the flow of each arm, with the reasons, where there are any."""
    counts, lines = [], []
    for arm in context.arms:
        about = {"parameter": parameter, "group": arm}
        counts.append(context.rows.count("flow", **about))
        reasons = context.rows.subgroups("flow", **about)
        lines.append(tuple(f"{sentence_case(r)}: {context.rows.count('flow', **about, subgroup=r)}" for r in reasons))
    return FlowAside(name=name, counts=tuple(counts), lines=tuple(lines))


def _tabulate_flow(context: Context) -> TableView:
    groups = (*context.arms, TOTAL)
    names = {
        "randomized": "Randomized", "treated": "Treated", "switched": "Switched treatment",
        "completed_first_period": "Completed the first period", "entered_extension": "Entered the extension",
        "completed": "Completed the trial", "ongoing": "Still in the trial", "discontinued": "Discontinued",
    }  # fmt: skip
    table = []
    for step, name in names.items():
        table.append(TableRow(header=name, cells=tuple(_share_of_randomized(context, groups, step))))
        if step == "discontinued":
            for reason in context.rows.subgroups("flow", parameter=step, group=TOTAL):
                cells = _share_of_randomized(context, groups, step, reason)
                table.append(TableRow(header=sentence_case(reason), cells=tuple(cells), kind="under"))
    table.append(TableRow(header="Analysis sets", kind="heading"))
    for analysis_set in context.trial.plan.analysis_sets:
        cells = _share_of_randomized(context, groups, analysis_set.id, analysis="sets")
        table.append(TableRow(header=analysis_set.label, cells=tuple(cells), kind="under"))
    return TableView(
        caption="Disposition and analysis sets, by arm as randomized",
        stub="Subjects, n (%)",
        heads=groups,
        rows=tuple(table),
        notes=("Percents are of the subjects randomized.",),
    )


def _share_of_randomized(
    context: Context, groups: Sequence[str], step: str, reason: str | None = None, *, analysis: str = "flow"
) -> Iterator[str]:
    for group in groups:
        total = context.rows.count("flow", parameter="randomized", group=group)
        count = context.rows.count(analysis, parameter=step, group=group, subgroup=reason)
        yield context.words.count_percent(count, total)


def build_baseline(context: Context) -> Section:
    """Demography, strata and measures at baseline."""
    groups = (*context.arms, TOTAL)
    sizes = [int(context.rows.value("baseline", "n", parameter="subjects", group=group) or 0) for group in groups]
    table: list[TableRow] = []
    for name in ("AGE", "SEX", "WEIGHTBL", "STRATAR", *CSM_PARAMETERS, "MAXTIS"):
        if name in BASELINE_WORDS:
            table += _baseline_counts(context, name, groups)
        else:
            table += _baseline_numbers(context, name, groups)
    heads = tuple(
        f"{group} (n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{size})" for group, size in zip(groups, sizes, strict=True)
    )
    percentile = next((row["method"] for row in context.rows.select("baseline") if row["statistic"] == "median"), "")
    notes = ("n is given where values are missing.", f"Median: {name_method(percentile)}.")
    caption = f"Subjects at baseline, {context.set_label.lower()}"
    view = TableView(caption=caption, stub="Characteristic", heads=heads, rows=tuple(table), notes=notes)
    return Section(id="baseline", title="Baseline", tables=[view])


def _baseline_numbers(context: Context, name: str, groups: Sequence[str]) -> Iterator[TableRow]:
    parts = ("n", "mean", "sd", "median", "minimum", "maximum")
    values = [
        {part: context.rows.value("baseline", part, parameter=name, group=group) for part in parts} for group in groups
    ]
    if not any(value["n"] for value in values):
        return
    words = context.words.of(name)
    unit = BASELINE_NUMBERS.get(name) or CSM_UNITS[name]
    label = CSM_PARAMETERS.get(name) or f"{ADSL.column(name).label} ({unit})"
    yield TableRow(header=label, kind="heading")
    sizes = [context.rows.value("baseline", "n", parameter="subjects", group=group) for group in groups]
    if [value["n"] for value in values] != sizes:
        yield TableRow(header="n", cells=tuple(f"{value['n'] or 0:.0f}" for value in values), kind="under")
    means = (words.mean_sd(value["mean"], value["sd"]) for value in values)
    yield TableRow(header="Mean (SD)", cells=tuple(means), kind="under")
    medians = (_median_range(words, value) for value in values)
    yield TableRow(header="Median (range)", cells=tuple(medians), kind="under")


def _median_range(words: Words, value: dict[str, float | None]) -> str:
    if value["median"] is None:
        return NO_NUMBER
    return f"{words.mean(value['median'])} ({words.interval(value['minimum'], value['maximum'])})"


def _baseline_counts(context: Context, name: str, groups: Sequence[str]) -> Iterator[TableRow]:
    levels = context.rows.subgroups("baseline", parameter=name)
    if not levels:
        return
    factors = context.trial.randomization.factors
    labels = {level.id: level.label.capitalize() for factor in factors for level in factor.levels} | SEXES
    heading = {"SEX": "Sex, n (%)", "STRATAR": f"Stratum: {lower_first(' × '.join(f.label for f in factors))}, n (%)"}
    yield TableRow(header=heading[name], kind="heading")
    for level in levels:
        cells = []
        for group in groups:
            row = context.rows.find("baseline", "count", parameter=name, group=group, subgroup=level)
            cells.append(context.words.count_percent(int(row["value"]), row["n"]) if row else NO_NUMBER)
        yield TableRow(header=labels.get(level, level), cells=tuple(cells), kind="under")
