"""The sections on the plan's estimands: the key result, and all end points. Nothing is computed here."""

from collections.abc import Iterator, Sequence
from typing import Final

from myotis.datasets.adam import CSM_PARAMETERS
from myotis.protocol.methods import PROPORTIONS, TIMES
from myotis.protocol.plan import Estimand
from myotis.report.context import Context
from myotis.report.figures import (
    Bar,
    Difference,
    Interval,
    draw_differences,
    draw_responders,
)
from myotis.report.views import FigureView, Section, TableRow, TableView
from myotis.report.words import REASONS, join_words, name_method

RATIOS: Final = {"ratio_of_proportions", "odds_ratio"}


def build_key_result(context: Context) -> Section | None:
    """The first estimand as a sentence, a figure of the responders and why the others did not respond."""
    if not context.responder_estimands:
        return None
    primary = context.responder_estimands[0]
    return Section(
        id="result",
        title="Primary result",
        lead=[describe_result(context, primary)],
        figures=[_draw_responder_figure(context)],
        tables=[_tabulate_reasons(context, primary)],
    )


def describe_result(context: Context, estimand: Estimand) -> str:
    """One estimand of response as a sentence: counts, percents, difference, interval, p-value and their methods."""
    words, rows = context.words, context.rows
    parts = []
    for name in context.each_arm(estimand):
        about = context.about(estimand, name)
        fraction, _, percent = context.responders(estimand, name).partition(" ")
        parts.append(f"{fraction.replace('/', ' of ')} subjects {percent} in the {about['group']} arm")
    row, (difference, lower, upper) = context.difference(estimand)
    sentence = f"{estimand.label}: {join_words(parts)}"
    if difference is None:
        return f"{sentence}. The difference has no answer: {(row or {}).get('method_options') or 'no row'}."
    limits = words.interval(lower, upper, percent=True)
    shown = words.difference(difference, percent=True)
    sentence += f", a difference of {shown} percentage points ({context.describe_interval(estimand)}: {limits})"
    test = context.describe_test(estimand)
    p = rows.value(estimand.id, "p_value", **context.versus(estimand))
    return f"{sentence}; {words.p_equals(p)} ({test})." if test else f"{sentence}."


def _draw_responder_figure(context: Context) -> FigureView:
    groups, titles, told = [], [], []
    for estimand in context.responder_estimands:
        bars = []
        for name in context.each_arm(estimand):
            about = context.about(estimand, name)
            share = [context.rows.value(estimand.id, part, **about) for part in ("percent", "lower", "upper")]
            shown = context.responders(estimand, name)
            bars.append(Bar(str(about["group"]), Interval(*share), shown.partition(" ")[0]))
            told.append(f"{about['group']} {shown}")
        groups.append(bars)
        titles.append(_shorten(estimand, context))
        told[-2:] = [f"{estimand.label}: {join_words(told[-2:])}"]
    row = context.rows.find(
        context.responder_estimands[0].id, "lower",
        **context.about(context.responder_estimands[0], context.responder_estimands[0].group),
    )  # fmt: skip
    return FigureView(
        svg=draw_responders(groups, titles),
        label=f"Bar chart of responders. {'. '.join(told)}.",
        caption=f"Responders by arm, with {name_method((row or {}).get('method'))} intervals of each proportion. The "
        "numbers on the bars are responders of subjects analyzed.",
    )


def _shorten(estimand: Estimand, context: Context) -> str:
    threshold = context.trial.response.tis_at_least if estimand.variable == "response" else estimand.threshold
    week = context.visit_label(estimand)
    if estimand.variable == "response":
        rule = "no confirmed deterioration" if context.trial.response.no_confirmed_deterioration else "protocol’s rule"
        return f"TIS ≥ {threshold:f},\n{rule}\n{week}"
    return f"TIS ≥ {threshold:f}\n{week}"


def _tabulate_reasons(context: Context, estimand: Estimand) -> TableView:
    analysis = f"{estimand.id}.non_response"
    abouts = [context.about(estimand, name) for name in context.each_arm(estimand)]
    totals = [int(context.rows.value(estimand.id, "denominator", **about) or 0) for about in abouts]
    counts = [context.rows.count(estimand.id, **about) for about in abouts]
    responders = [context.words.count_percent(*pair) for pair in zip(counts, totals, strict=True)]
    rows = [TableRow(header="Responders", cells=tuple(responders)), TableRow(header="Not responders", kind="heading")]
    for reason in context.rows.subgroups(analysis):
        numbers = [context.rows.count(analysis, **about, subgroup=reason) for about in abouts]
        if any(numbers):
            cells = (context.words.count_percent(n, total) for n, total in zip(numbers, totals, strict=True))
            rows.append(TableRow(header=REASONS.get(reason, reason), cells=tuple(cells), kind="under"))
    heads = tuple(
        f"{about['group']} (n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{total})"
        for about, total in zip(abouts, totals, strict=True)
    )
    return TableView(
        caption="Who responded, and why the others did not",
        stub=estimand.label,
        heads=heads,
        rows=tuple(rows),
        notes=("Each subject is counted once, under the first reason that applies, in the order of the table.",),
    )


def build_end_points(context: Context) -> Section | None:
    """Every estimand of the plan but times in one table, and the differences as figures."""
    estimands = [estimand for estimand in context.trial.plan.estimands if estimand.variable not in TIMES]
    if not estimands:
        return None
    rows = tuple(TableRow(header=estimand.label, cells=_end_point_cells(context, estimand)) for estimand in estimands)
    shown = list(dict.fromkeys(context.describe_interval(estimand) for estimand in estimands))
    tests = list(dict.fromkeys(test for estimand in estimands if (test := context.describe_test(estimand))))
    notes = [f"Intervals: {'; '.join(shown)}.", *(f"p-values: {test}." for test in tests)]
    notes += _describe_multiplicity(context)
    table = TableView(
        caption="End points of the analysis plan",
        stub="End point",
        heads=(context.arm(estimands[0].group).label, context.arm(estimands[0].comparator).label, "Difference",
               "Interval", "p", *(["p adjusted"] if context.trial.plan.families else [])),
        rows=rows,
        notes=tuple(notes),
    )  # fmt: skip
    return Section(
        id="end-points", title="All end points", figures=list(_draw_difference_figures(context)), tables=[table]
    )


def _describe_multiplicity(context: Context) -> Iterator[str]:
    families = context.trial.plan.families
    if not families:
        yield "The plan names no adjustment for multiplicity: p-values after the first are descriptive."
    for family in families:
        name = name_method(family.procedure.replace("_", "-"))
        yield f"p adjusted, {family.label}: {name}, to be held against {family.alpha:f}."
    if families:
        yield "p-values of end points without an adjusted one are descriptive."


def _end_point_cells(context: Context, estimand: Estimand) -> tuple[str, ...]:
    words, rows = context.words, context.rows
    cells = []
    for name in context.each_arm(estimand):
        about = context.about(estimand, name)
        if estimand.variable in PROPORTIONS:
            cells.append(context.responders(estimand, name))
        else:
            size = rows.value(estimand.id, "n", **about) or 0
            mean = words.mean(rows.value(estimand.id, "estimate", **about))
            cells.append(f"{mean} (n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{size:.0f})")
    _, (difference, lower, upper) = context.difference(estimand)
    versus = context.versus(estimand)
    p = [words.p_value(rows.value(estimand.id, "p_value", **versus))]
    if context.trial.plan.families:
        p.append(words.p_value(next((row["value"] for row in rows.select(f"{estimand.id}.adjusted", **versus)), None)))
    if estimand.summary in RATIOS:
        return (*cells, words.ratio(difference), words.ratio_interval(lower, upper), *p)
    percent = estimand.variable in PROPORTIONS
    return (*cells, words.difference(difference, percent=percent), words.interval(lower, upper, percent=percent), *p)


def _draw_difference_figures(context: Context) -> Iterator[FigureView]:
    plan = context.trial.plan.estimands
    changes = [estimand for estimand in plan if estimand.variable == "change"]
    scores = [estimand for estimand in plan if estimand.variable == "tis"]
    responders = [e for e in context.responder_estimands if e.summary == "difference_in_proportions"]
    groups = {
        "Difference in responders (percentage points)": responders,
        "Difference in mean TIS": scores,
        "Difference in adjusted mean change": [e for e in changes if not _higher_is_better([e], context)],
        "Difference in adjusted mean change of strength": [e for e in changes if _higher_is_better([e], context)],
    }
    for label, estimands in groups.items():
        percent = "responders" in label
        lines, told = [], []
        for estimand in estimands:
            _, values = context.difference(estimand)
            shown = context.words.difference(values[0], percent=percent)
            text = f"{shown} ({context.words.interval(values[1], values[2], percent=percent)})"
            lines.append(Difference(_title(estimand, context), Interval(*values), text))
            told.append(f"{estimand.label}: {text}")
        if any(line.difference.value is not None for line in lines):
            arms = context.arm(estimands[0].comparator).label, context.arm(estimands[0].group).label
            favors = arms if percent or _higher_is_better(estimands, context) else arms[::-1]
            yield FigureView(
                svg=draw_differences(lines, x_label=label, favors=favors),
                label=f"{label}, with intervals. {'. '.join(told)}.",
                caption=f"{label}, {arms[1]} minus {arms[0]}, with the plan’s intervals.",
            )


def _higher_is_better(estimands: Sequence[Estimand], context: Context) -> bool:
    return all(context.parameter(estimand) in {"MMT", "TIS"} for estimand in estimands)


def _title(estimand: Estimand, context: Context) -> str:
    if estimand.variable == "tis":
        return f"Total Improvement Score, {context.visit_label(estimand)}"
    if estimand.variable == "change":
        return f"{CSM_PARAMETERS[context.parameter(estimand) or '']}, {context.visit_label(estimand)}"
    return _shorten(estimand, context).replace(",\n", ", ").replace("\n", ", ")
