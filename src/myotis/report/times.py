"""The section on times to an event: curves, medians and their comparison. Nothing is computed here."""

from myotis.protocol.methods import TIMES
from myotis.protocol.plan import Estimand
from myotis.report.context import Context
from myotis.report.figure_survival import Curve, draw_survival
from myotis.report.rows import Row
from myotis.report.views import FigureView, Section, TableRow, TableView
from myotis.report.words import NO_NUMBER, level_percent, name_method

NOT_REACHED = "not reached"


def build_times(context: Context) -> Section | None:
    """The estimands of time to an event; nothing where the plan has none."""
    estimands = [estimand for estimand in context.trial.plan.estimands if estimand.variable in TIMES]
    if not estimands:
        return None
    return Section(
        id="times",
        title="Time to event",
        lead=[
            "Time runs from day 1, the first dose, to the visit at which the event was first seen; it is censored at "
            "the last visit that could have shown it."
        ],
        tables=[_tabulate(context, estimand) for estimand in estimands],
        figures=[_draw(context, estimand) for estimand in estimands],
    )


def _tabulate(context: Context, estimand: Estimand) -> TableView:
    abouts = [context.about(estimand, name) for name in context.each_arm(estimand)]
    words, rows = context.words, context.rows
    sizes = [int(rows.value(estimand.id, "denominator", **about) or 0) for about in abouts]
    counts = [rows.count(estimand.id, **about) for about in abouts]
    events = [words.count_percent(*pair) for pair in zip(counts, sizes, strict=True)]
    medians = [_median(context, estimand, about) for about in abouts]
    row, values = context.difference(estimand)
    shown = NO_NUMBER if values[0] is None else words.mean(values[0])
    if estimand.summary == "hazard_ratio" and values[0] is not None:
        shown, limits = words.ratio(values[0]), words.ratio_interval(values[1], values[2])
    else:
        limits = words.interval(values[1], values[2])
    name = "Hazard ratio" if estimand.summary == "hazard_ratio" else "Difference in restricted means, days"
    p = rows.value(estimand.id, "p_value", **context.versus(estimand))
    table = [
        TableRow(header="Subjects with the event, n (%)", cells=tuple(events)),
        TableRow(header="Median, days (interval)", cells=tuple(medians)),
        TableRow(
            header=f"{name} (interval)", cells=(f"{shown} ({limits})" if row and shown != NO_NUMBER else NO_NUMBER, "")
        ),
    ]
    if p is not None:
        table.append(TableRow(header=f"p ({context.describe_test(estimand)})", cells=(words.p_value(p), "")))
    heads = tuple(
        f"{about['group']} (n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{n})" for about, n in zip(abouts, sizes, strict=True)
    )
    level = level_percent(row) or f"{estimand.interval.level.number:f}"
    notes = [f"Intervals: {level} %; {_name_interval(context, estimand, row)}."]
    return TableView(caption=estimand.label, stub="Result", heads=heads, rows=tuple(table), notes=tuple(notes))


def _name_interval(context: Context, estimand: Estimand, row: Row | None) -> str:
    median = context.rows.find(f"{estimand.id}.median", "estimate", **context.about(estimand, estimand.group))
    names = [name_method(found["method"]) for found in (median, row) if found and found["method"]]
    return " for medians, ".join(names) + (" for the comparison" if len(names) > 1 else "")


def _median(context: Context, estimand: Estimand, about: dict[str, str | None]) -> str:
    parts = []
    for statistic in ("estimate", "lower", "upper"):
        row = context.rows.find(f"{estimand.id}.median", statistic, **about)
        if row is None:
            return NO_NUMBER
        is_open = NOT_REACHED in (row["method_options"] or "")
        parts.append(NOT_REACHED if is_open else NO_NUMBER if row["value"] is None else f"{row['value']:.0f}")
    if set(parts) == {NOT_REACHED}:
        return NOT_REACHED
    return f"{parts[0]} ({parts[1]} to {parts[2]})"


def _draw(context: Context, estimand: Estimand) -> FigureView:
    last = context.trial.visit(estimand.visit)
    visits = [visit for visit in context.visits if visit.day <= last.day]
    curves, told = [], []
    for name in context.each_arm(estimand):
        about = context.about(estimand, name)
        group = str(about["group"])
        points = [
            (float((row["subgroup"] or "day 0").removeprefix("day ")), 100 - float(row["value"]))
            for row in context.rows.select(f"{estimand.id}.curve", group=group)
        ]
        size = int(context.rows.value(estimand.id, "denominator", **about) or 0)
        counts = [
            context.rows.value(f"{estimand.id}.free", "n", **(about | {"visit": visit.label})) or 0 for visit in visits
        ]
        days, percents = zip(*points, strict=True) if points else ((), ())
        curves.append(Curve(group, days, percents, [size, *(int(count) for count in counts)]))
        told.append(f"{group}: {percents[-1] if percents else 0:.0f} % by day {days[-1] if days else 0:.0f}")
    svg = draw_survival(
        curves, days=[visit.day for visit in visits], y_label="Subjects with the event (%)", name=f"times-{estimand.id}"
    )
    return FigureView(
        svg=svg,
        label=f"Kaplan-Meier curves. {estimand.label}. {'. '.join(told)}.",
        caption=f"{estimand.label}: share of subjects with the event (1 minus Kaplan–Meier).",
    )
