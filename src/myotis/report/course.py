"""The sections on the course over the visits: TIS, core set measures, deterioration. Nothing is computed here."""

from typing import Final

from myotis.analyze.descriptives import (
    DETERIORATION_STATES,
    NOT_EVALUABLE,
    TIS_CATEGORIES,
)
from myotis.datasets.adam import CSM_PARAMETERS
from myotis.report.context import Context
from myotis.report.figures import (
    Interval,
    Line,
    draw_categories,
    draw_courses,
    draw_small_multiples,
)
from myotis.report.views import FigureView, HeadCell, Section, TableRow, TableView
from myotis.report.words import NO_NUMBER

CATEGORY_LABELS: Final = {
    "none": "No improvement",
    "minimal": "Minimal",
    "moderate": "Moderate",
    "major": "Major",
    NOT_EVALUABLE: "Not evaluable or no visit",
}
STATE_LABELS: Final = {
    "none": "None",
    "suspected": "Suspected (met at this visit, not yet confirmed)",
    "confirmed": "Confirmed",
    NOT_EVALUABLE: "Not evaluable",
}
OBSERVED_NOTE: Final = "Observed values in the arm as randomized, also after a switch of treatment."


def build_tis(context: Context) -> Section:
    """The TIS over time: means with intervals, categories, and a table of both."""
    weeks = [visit.number for visit in context.visits]
    lines = [Line(arm, weeks, [_mean_interval(context, visit.label, arm) for visit in context.visits])
             for arm in context.arms]  # fmt: skip
    told = []
    for visit in context.visits:
        shown = [f"{arm} {context.words.mean(_tis(context, 'mean', visit.label, arm))}" for arm in context.arms]
        told.append(f"{visit.label}: {', '.join(shown)}")
    means = FigureView(
        svg=draw_courses(lines, y_label="Mean TIS", y_limits=(0, 100), band=_band(context)),
        label=f"Line chart of the mean Total Improvement Score. {'. '.join(told)}.",
        caption=f"Mean Total Improvement Score (0 to 100, higher is better) with {context.level} % t intervals; "
        "observed values.",
    )
    return Section(
        id="tis",
        title="Total Improvement Score over time",
        figures=[means, _draw_category_figure(context)],
        tables=[_tabulate_tis(context)],
    )


def _band(context: Context) -> str:
    """The week and the label of the first period that is not blinded, where assessments go on."""
    numbers = {visit.day: visit.number for visit in context.trial.visits}
    for epoch in context.trial.epochs:
        if not epoch.blinded and epoch.first_day in numbers:
            return f"{numbers[epoch.first_day]} {epoch.label}"
    return ""


def _tis(context: Context, statistic: str, visit: str, arm: str) -> float | None:
    return context.rows.value("tis", statistic, parameter="TIS", visit=visit, group=arm)


def _mean_interval(context: Context, visit: str, arm: str) -> Interval:
    return Interval(*(_tis(context, part, visit, arm) for part in ("mean", "lower", "upper")))


def _draw_category_figure(context: Context) -> FigureView:
    names = (*TIS_CATEGORIES, NOT_EVALUABLE)
    shares, told = [], []
    for arm in context.arms:
        visits = []
        for visit in context.visits:
            about = {"parameter": "TISCAT", "visit": visit.label, "group": arm}
            percents = [context.rows.value("tis_category", "percent", **about, subgroup=name) or 0.0 for name in names]
            visits.append((str(visit.number), percents))
            major = context.rows.count("tis_category", **about, subgroup="major")
            told.append(f"{arm}, {visit.label}: {major} with major improvement")
        shares.append((arm, visits))
    return FigureView(
        svg=draw_categories(shares, [CATEGORY_LABELS[name] for name in names]),
        label=f"Stacked bar chart of improvement categories by visit. {'; '.join(told)}.",
        caption="Improvement by visit, in percent of all subjects of the set, also those without a TIS.",
    )


def _tabulate_tis(context: Context) -> TableView:
    limits = {"minimal": "At least minimal", "moderate": "At least moderate", "major": "Major"}
    table = []
    for visit in context.visits:
        table.append(TableRow(header=visit.label, kind="heading"))
        known = [{name: _tis(context, name, visit.label, arm) for name in ("n", "mean", "sd", "median", "q1", "q3")}
                 for arm in context.arms]  # fmt: skip
        words = context.words
        table.append(TableRow(header="n", cells=tuple(f"{v['n'] or 0:.0f}" for v in known), kind="under"))
        means = tuple(words.mean_sd(v["mean"], v["sd"]) for v in known)
        table.append(TableRow(header="Mean (SD)", cells=means, kind="under"))
        medians = tuple(
            NO_NUMBER if v["median"] is None else f"{words.mean(v['median'])} ({words.interval(v['q1'], v['q3'])})"
            for v in known
        )
        table.append(TableRow(header="Median (quartiles)", cells=medians, kind="under"))
        for name, label in limits.items():
            cells = []
            for arm in context.arms:
                about = {"parameter": "TIS", "visit": visit.label, "group": arm, "subgroup": name}
                row = context.rows.find("tis_at_least", "count", **about)
                cells.append(words.count_percent(int(row["value"]), row["n"]) if row else NO_NUMBER)
            table.append(TableRow(header=f"{label}, n (%)", cells=tuple(cells), kind="under"))
    notes = (
        OBSERVED_NOTE,
        "Percents are of subjects with a TIS; the end points of the plan count all subjects of their set.",
    )
    return TableView(
        caption="Total Improvement Score by visit",
        stub="Visit",
        heads=tuple(context.arms),
        rows=tuple(table),
        notes=notes,
    )


def build_core_set(context: Context) -> Section:
    """The core set measures and CDASI: small multiples of the mean change, and a table."""
    names = [name for name in CSM_PARAMETERS if any(context.rows.select("core_set", parameter=name))]
    panels = []
    for name in names:
        weeks = [visit.number for visit in context.trial.assessment_visits]
        lines = []
        for arm in context.arms:
            points = [Interval(0.0, None, None)]
            for visit in context.visits:
                points.append(Interval(*(_change(context, name, visit.label, arm)[part] for part in _LIMITS)))
            lines.append(Line(arm, weeks, points))
        panels.append((CSM_PARAMETERS[name], lines))
    figures = []
    if panels:
        figures = [
            FigureView(
                svg=draw_small_multiples(panels),
                label="Small line charts of the mean change from baseline of each measure by visit and arm; "
                "all numbers are in the table below.",
                caption=f"Mean change from baseline with {context.level} % t intervals; observed values. Strength "
                "improves upward, all other measures improve downward.",
            )
        ]
    return Section(id="core-set", title="Core set measures and CDASI", figures=figures,
                   folded=[_tabulate_core_set(context, name) for name in names])  # fmt: skip


_LIMITS: Final = ("mean", "lower", "upper")


def _change(context: Context, name: str, visit: str, arm: str, what: str = "change") -> dict[str, float | None]:
    about = {"parameter": name, "visit": visit, "group": arm, "subgroup": what}
    return {part: context.rows.value("core_set", part, **about) for part in ("n", "mean", "sd", "lower", "upper")}


def _tabulate_core_set(context: Context, name: str) -> TableView:
    words = context.words.of(name)
    table = []
    for visit in context.trial.assessment_visits:
        cells: list[str] = []
        for arm in context.arms:
            value, change = (_change(context, name, visit.label, arm, what) for what in ("value", "change"))
            cells += [f"{value['n'] or 0:.0f}", words.mean_sd(value["mean"], value["sd"])]
            cells += [words.mean_sd(change["mean"], change["sd"]), words.interval(change["lower"], change["upper"])]
        table.append(TableRow(header=visit.label, cells=tuple(cells)))
    return TableView(
        caption=CSM_PARAMETERS[name],
        stub="Visit",
        spans=tuple(HeadCell(text=arm, span=4) for arm in context.arms),
        heads=("n", "Mean (SD)", "Change (SD)", f"{context.level} % interval") * len(context.arms),
        rows=tuple(table),
        notes=(OBSERVED_NOTE, "Interval of the mean change: t, one sample."),
    )


def build_deterioration(context: Context) -> Section | None:
    """How many subjects had deteriorated, by visit and arm."""
    if not context.trial.deterioration:
        return None
    table = []
    for visit in context.visits:
        table.append(TableRow(header=visit.label, kind="heading"))
        for state in DETERIORATION_STATES[1:]:
            cells = []
            for arm in context.arms:
                about = {"parameter": "DETER", "visit": visit.label, "group": arm, "subgroup": state}
                row = context.rows.find("deterioration", "count", **about)
                cells.append(context.words.count_percent(int(row["value"]), row["n"]) if row else NO_NUMBER)
            table.append(TableRow(header=STATE_LABELS[state], cells=tuple(cells), kind="under"))
    limbs = [(f"Limb {number}", limb.label) for number, limb in enumerate(context.trial.deterioration.limbs, start=1)]
    visits = context.trial.deterioration.consecutive_visits
    lead = [f"Deterioration is any of the limbs below; it is confirmed when met at {visits} consecutive visits, and "
            "stays so."]  # fmt: skip
    view = TableView(
        caption="Deterioration by visit",
        stub="Visit",
        heads=tuple(context.arms),
        rows=tuple(table),
        notes=(OBSERVED_NOTE, "Percents are of subjects with an assessment at the visit."),
    )
    return Section(id="deterioration", title="Deterioration", lead=lead, items=limbs, tables=[view])
