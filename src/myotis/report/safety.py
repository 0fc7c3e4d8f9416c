"""The section on safety: exposure, kinds of events, terms, baskets and infusion rates. Nothing is computed here."""

from collections.abc import Iterator, Sequence
from typing import Final

from myotis.report.context import Context
from myotis.report.views import Section, TableRow, TableView
from myotis.report.words import NO_NUMBER, name_method

KIND_LABELS: Final = {
    "any": "Any adverse event",
    "infusional": "Infusional",
    "related": "Related to treatment",
    "severe": "Severe",
    "serious": "Serious",
    "serious_related": "Serious and related",
    "withdrawn": "Leading to discontinuation of treatment",
}
BOTH_NOTE: Final = "Patients with an event (percent of patients), then the number of events."


def build_safety(context: Context) -> Section | None:
    """Adverse events by column, or nothing where the protocol plans no analysis of safety or nobody was treated."""
    plan = context.trial.plan.safety
    groups = [column.label for column in plan.columns] if plan else []
    if plan is None or not any(_exposure(context, "patients", group) for group in groups):
        return None
    kinds = [*KIND_LABELS]
    tables = [
        _tabulate_counts(context, "safety.overview", kinds, KIND_LABELS, groups, "Treatment-emergent adverse events")
    ]
    tables.append(_tabulate_rates(context, "safety.overview", kinds, KIND_LABELS, groups, "Rates of events"))
    if plan.comparisons:
        tables.append(_tabulate_differences(context))
    tables += _tabulate_baskets(context, "safety.basket", groups)
    terms = _parameters(context, "safety.term")
    share = f"{plan.shown_from.number:f}"
    caption = f"Terms that at least {share} % of a column’s patients had"
    folded = [_tabulate_counts(context, "safety.term", terms, {}, groups, caption)] if terms else []
    folded += _tabulate_by_rate(context)
    return Section(
        id="safety",
        title="Safety",
        lead=[_describe_rule(context)],
        tables=tables,
        folded=folded,
    )


def _describe_rule(context: Context) -> str:
    plan = context.trial.plan.safety
    assert plan is not None
    until = f"up to {plan.emergent} after its end" if plan.emergent else "until the next one or the end of the study"
    return (
        "An adverse event belongs to the last infusion that began on its day or before, and with it to a treatment, a "
        f"period and a rate; it is treatment-emergent {until}, and infusional within {plan.infusional} after the end "
        "of the infusion. Patients and events are counted apart. Seriousness is not severity."
    )


def _exposure(context: Context, parameter: str, group: str) -> float:
    statistic = "time_at_risk" if parameter == "time" else "count"
    return context.rows.value("safety.exposure", statistic, parameter=parameter, group=group) or 0


def _heads(context: Context, analysis: str, kinds: Sequence[str], groups: Sequence[str]) -> tuple[str, ...]:
    heads = []
    for group in groups:
        sizes = (context.rows.value(analysis, "denominator", **_about(kind, group)) for kind in kinds)
        size = next((value for value in sizes if value is not None), 0)
        heads.append(f"{group} (n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{size:.0f})")
    return tuple(heads)


def _about(kind: str, group: str) -> dict[str, str | None]:
    """What a row is about; the kind of a basket is its name and its scope."""
    name, _, scope = kind.partition("\t")
    return {"parameter": name, "group": group, "subgroup": scope or None}


def _parameters(context: Context, analysis: str) -> list[str]:
    rows = context.rows.select(analysis)
    kinds = (f"{row['parameter']}\t{row['subgroup']}" if row["subgroup"] else row["parameter"] for row in rows)
    return list(dict.fromkeys(kinds))


def _tabulate_counts(
    context: Context, analysis: str, kinds: Sequence[str], labels: dict[str, str], groups: Sequence[str], caption: str
) -> TableView:
    rows = []
    for kind in kinds:
        cells = []
        for group in groups:
            about = _about(kind, group)
            total = int(context.rows.value(analysis, "denominator", **about) or 0)
            patients = context.words.count_percent(context.rows.count(analysis, **about), total)
            cells.append(f"{patients}, {context.rows.count(f'{analysis}.events', **about)}")
        rows.append(TableRow(header=_label(kind, labels), cells=tuple(cells)))
    heads = _heads(context, analysis, kinds, groups)
    return TableView(caption=caption, stub="Adverse events", heads=heads, rows=tuple(rows), notes=(BOTH_NOTE,))


def _label(kind: str, labels: dict[str, str]) -> str:
    name, _, scope = kind.partition("\t")
    return labels.get(name, name) + (f" ({scope})" if scope else "")


def _tabulate_rates(
    context: Context, analysis: str, kinds: Sequence[str], labels: dict[str, str], groups: Sequence[str], caption: str
) -> TableView:
    plan = context.trial.plan.safety
    assert plan is not None
    rows = []
    for kind in kinds:
        rows.append(TableRow(header=_label(kind, labels), kind="heading"))
        for name, header in ((".events", "Events"), (".first", "Patients, up to their first event")):
            cells = (_interval(context, analysis + name, _about(kind, group)) for group in groups)
            rows.append(TableRow(header=header, cells=tuple(cells), kind="under"))
    level, method = f"{plan.level.number:f}", name_method(plan.rate_interval.replace("_", "-"))
    days = [f"{group} {_exposure(context, 'time', group):.0f}" for group in groups]
    notes = [f"Per {plan.rate_per} at risk, with {level} % intervals ({method}); the events of a patient are taken as "
             "independent."]  # fmt: skip
    if analysis == "safety.overview":
        notes.append(f"Days at risk: {', '.join(days)}.")
    return TableView(caption=caption, stub="Rates", heads=tuple(groups), rows=tuple(rows), notes=tuple(notes))


def _interval(context: Context, analysis: str, about: dict[str, str | None]) -> str:
    estimate, lower, upper = (context.rows.value(analysis, part, **about) for part in ("estimate", "lower", "upper"))
    if estimate is None:
        return NO_NUMBER
    return f"{context.words.mean(estimate)} ({context.words.interval(lower, upper)})"


def _tabulate_differences(context: Context) -> TableView:
    plan = context.trial.plan.safety
    assert plan is not None
    labels = {column.id: column.label for column in plan.columns}
    rows = []
    for pair in plan.comparisons:
        versus = {"group": labels[pair.group], "comparator": labels[pair.comparator]}
        rows.append(TableRow(header=f"{versus['group']} minus {versus['comparator']}", kind="heading"))
        for kind, label in KIND_LABELS.items():
            about: dict[str, str | None] = {"parameter": kind, **versus}
            cells = (_interval(context, f"safety.overview{name}", about) for name in ("", ".events", ".first"))
            rows.append(TableRow(header=label, cells=tuple(cells), kind="under"))
    heads = ("Patients (percentage points)", f"Events per {plan.rate_per}", f"First events per {plan.rate_per}")
    methods = (plan.difference_interval, plan.rate_difference_interval)
    named = [name_method(method.replace("_", "-")) for method in methods]
    note = f"{plan.level.number:f} % intervals: {named[0]} for patients, {named[1]} for rates."
    return TableView(caption="Differences", stub="Adverse events", heads=heads, rows=tuple(rows), notes=(note,))


def _tabulate_baskets(context: Context, analysis: str, groups: Sequence[str]) -> Iterator[TableView]:
    kinds = _parameters(context, analysis)
    if kinds:
        yield _tabulate_counts(context, analysis, kinds, {}, groups, "Query baskets")
        yield _tabulate_rates(context, analysis, kinds, {}, groups, "Query baskets: rates")


def _tabulate_by_rate(context: Context) -> Iterator[TableView]:
    """Infusions above the rate limit beside the others, for every column that has both."""
    plan = context.trial.plan.safety
    assert plan is not None
    found = list(dict.fromkeys(row["group"] for row in context.rows.select("safety.rate") if not row["comparator"]))
    kinds = [*KIND_LABELS]
    for column in plan.columns:
        groups = [group for group in found if group.startswith(f"{column.label}, ")]
        if groups:
            caption = f"{column.label}: by the highest rate of the infusion"
            yield _tabulate_counts(context, "safety.rate", kinds, KIND_LABELS, groups, caption)
            yield _tabulate_rates(context, "safety.rate", kinds, KIND_LABELS, groups, f"{caption}, rates")
            yield from _tabulate_baskets(context, "safety.rate_basket", groups)
