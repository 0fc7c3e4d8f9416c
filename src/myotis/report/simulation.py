"""The page of a simulation: power curves, the comparison of designs and analyses, and what became of the subjects."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import polars as pl

from myotis.datasets.characteristics import CHARACTERISTICS
from myotis.errors import InputError
from myotis.protocol.methods import PROPORTIONS
from myotis.protocol.plan import Estimand
from myotis.protocol.trial import Trial
from myotis.report.svg import ARM_COLORS, ARM_LINES, ARM_MARKERS, add_legend, draw_svg
from myotis.report.templating import render_template
from myotis.report.views import FigureView, Section, TableRow, TableView
from myotis.report.words import METHODS, NO_NUMBER
from myotis.statistics.display import format_number

TEMPLATE: Final = "simulation.html.j2"

COMPARED: Final = {
    "power": "Power", "rejection": "Rejection", "mean_estimate": "Mean estimate", "truth": "Truth", "bias": "Bias",
    "coverage": "Coverage", "mean_width": "Mean width", "lower_above_margin": "Lower limit above the margin",
    "no_answer": "No answer", "analyzed_subjects": "Subjects analyzed", "enrolled_subjects": "Subjects enrolled",
    "stopped_early": "Stopped early",
}  # fmt: skip
"""What is compared between analyses, and how it is headed."""

IN_UNITS: Final = {"mean_estimate", "truth", "bias", "mean_width"}
"""What has the unit of the estimand; all else are shares of trials."""

DESIGN: Final = {
    "subjects": "Subjects", "enrollment_days": "Days of enrollment", "active_cycles": "Cycles of active treatment",
    "switched": "Switched", "deteriorated": "Confirmed deterioration", "left": "Left",
}  # fmt: skip

TO_THE_PLANNED_END: Final = (
    "All designs as if they went to the planned number of subjects. What looks and re-estimation change of that "
    "depends on the analysis: see the subjects analyzed and enrolled in the comparison."
)

REASONS: Final = {
    "death": "death", "switch": "switch", "discontinuation": "discontinuation",
    "confirmed_deterioration": "confirmed deterioration", "tis_below_threshold": "TIS below the threshold",
    "other_condition": "another condition", "missing": "no answer",
}  # fmt: skip

DECIMALS: Final = 1
LEADING_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")


class Case(NamedTuple):
    """One design in one scenario at one place of the grid."""

    scenario: str
    place: str
    design: str

    @property
    def label(self) -> str:
        """What it is called in tables."""
        return ", ".join(part for part in (self.scenario, self.place, self.design) if part)


def render_simulation(
    characteristics: pl.DataFrame,
    trial: Trial,
    analyses: Sequence[Estimand],
    *,
    seed: int,
    margin: float,
    notes: Mapping[str, str],
) -> str:
    """The page of a simulation as the text of one HTML file, which loads nothing from anywhere.

    ``characteristics`` are rows of `myotis.datasets.characteristics`; ``analyses`` are the estimands that were carried
    out, ``notes`` say what each scenario is, ``margin`` is what lower limits were to exceed, as a proportion. The same
    input gives the same bytes. Raises InputError where the rows are none.
    """
    if faults := CHARACTERISTICS.check(characteristics):
        raise InputError(fault.inside("CHARACTERISTICS") for fault in faults)
    sections = [
        _build_scenarios(characteristics, notes),
        Section(id="analyses", title="What was analyzed", items=[(one.id, _describe(one)) for one in analyses]),
        _build_curves(characteristics),
        _build_comparison(characteristics, analyses, margin),
        _build_losses(characteristics, trial),
        _build_designs(characteristics),
    ]
    facts = [
        ("Protocol", f"{trial.trial.id}, {trial.trial.version}"),
        ("Trials of each case", f"{max(characteristics['trials'].to_list(), default=0):,}"),
        ("Seed", str(seed)),
    ]
    title = f"{trial.trial.id}: designs and analyses on virtual patients"
    return render_template(TEMPLATE, title=title, facts=facts, sections=[section for section in sections if section])


def render_characteristics(characteristics: pl.DataFrame, analyses: Sequence[Estimand]) -> str:
    """The comparison as plain text: a line for each design and analysis; proportions in percent."""
    names = ("power", "mean_estimate", "bias", "coverage", "lower_above_margin")
    lines = []
    for case, analysis, values in _list_analyses(characteristics):
        factors = _find_factors(analyses, analysis)
        told = [(COMPARED[name].lower(), _show(values, name, factors[name])) for name in names if name in values]
        numbers = ", ".join(f"{word} {number}" for word, number in told)
        lines.append(f"{case.label}, {analysis}: {numbers}")
    return "\n".join([*lines, "Proportions in percent; with Monte Carlo standard errors."])


def _find_factors(analyses: Sequence[Estimand], analysis: str) -> dict[str, float]:
    """What each number is multiplied by: shares and proportions are in percent, means in their own units."""
    is_mean = any(one.id == analysis and one.variable not in PROPORTIONS for one in analyses)
    plain = {"analyzed_subjects", "enrolled_subjects", *(IN_UNITS if is_mean else ())}
    return {name: 1 if name in plain else 100 for name in COMPARED}


Values = Mapping[str, tuple[float | None, float | None]]


def _list_cases(characteristics: pl.DataFrame) -> list[Case]:
    frame = characteristics.select("scenario", pl.col("place").fill_null(""), "design")
    return [Case(*row) for row in frame.unique(maintain_order=True).iter_rows()]


def _take(characteristics: pl.DataFrame, case: Case) -> pl.DataFrame:
    return characteristics.filter(
        pl.col("scenario") == case.scenario,
        pl.col("place").fill_null("") == case.place,
        pl.col("design") == case.design,
    )


def _list_analyses(characteristics: pl.DataFrame) -> Iterator[tuple[Case, str, Values]]:
    for case in _list_cases(characteristics):
        rows = _take(characteristics, case).filter(pl.col("analysis").is_not_null(), pl.col("group").is_null())
        for (analysis,), mine in rows.group_by(["analysis"], maintain_order=True):
            yield case, str(analysis), _values(mine)


def _values(rows: pl.DataFrame) -> Values:
    return {name: (value, error) for name, value, error in rows.select("statistic", "value", "mc_error").iter_rows()}


def _show(values: Values, name: str, factor: float = 100, decimals: int = DECIMALS) -> str:
    value, error = values.get(name, (None, None))
    if value is None:
        return NO_NUMBER
    text = format_number(factor * value, decimals)
    return text if not error else f"{text} (± {format_number(factor * error, decimals + 1)})"


def _build_scenarios(characteristics: pl.DataFrame, notes: Mapping[str, str]) -> Section:
    names = characteristics["scenario"].unique(maintain_order=True)
    items = [(name, notes.get(name) or "the course as it stands") for name in names]
    return Section(id="scenarios", title="What was assumed", items=items)


def _describe(estimand: Estimand) -> str:
    """An analysis in words: what, by which methods, and what intercurrent events and missing answers mean."""
    interval = METHODS.get(estimand.interval.method.replace("_", "-"), estimand.interval.method)
    test = estimand.test.method.replace("_", " ")
    events = ", ".join(
        f"{event} {strategy.replace('_', ' ')}" for event, strategy in estimand.intercurrent_events.items()
    )
    missing = estimand.missing.replace("_", " ")
    return f"{estimand.label}. Interval: {interval}; test: {test}; {events}; missing: {missing}"


def _build_comparison(characteristics: pl.DataFrame, analyses: Sequence[Estimand], margin: float) -> Section:
    rows: list[TableRow] = []
    last = None
    for case, analysis, values in _list_analyses(characteristics):
        if case != last:
            rows.append(TableRow(header=case.label, kind="heading"))
            last = case
        factors = _find_factors(analyses, analysis)
        cells = tuple(_show(values, name, factors[name]) for name in COMPARED)
        rows.append(TableRow(header=analysis, cells=cells, kind="under"))
    heads = tuple(COMPARED.values())
    notes = (
        "Shares and proportions in percent (ratios times 100), means in their units; in parentheses simulation errors.",
        "Power: the two-sided test rejects in favor of the group. Bias and coverage are against the truth: the same "
        "estimand in the same scenario with nothing missing.",
        f"The margin is {format_number(100 * margin, DECIMALS)}.",
    )
    view = TableView(caption="Designs and analyses on the same virtual patients", stub="Analysis", heads=heads,
                     rows=tuple(rows), notes=notes)  # fmt: skip
    return Section(id="comparison", title="Comparison", tables=[view])


def _build_losses(characteristics: pl.DataFrame, trial: Trial) -> Section:
    arms = [arm.label for arm in trial.arms]
    rows: list[TableRow] = []
    for case in _list_cases(characteristics):
        mine = _take(characteristics, case).filter(pl.col("group").is_not_null())
        for (analysis,), found in mine.group_by(["analysis"], maintain_order=True):
            rows.append(TableRow(header=f"{case.label}, {analysis}", kind="heading"))
            rows += _list_losses(found, arms)
    view = TableView(caption="Responders, and why others did not respond, in percent of the subjects", stub="",
                     heads=tuple(arms), rows=tuple(rows))  # fmt: skip
    return Section(id="losses", title="What became of the subjects", folded=[view])


def _list_losses(found: pl.DataFrame, arms: Sequence[str]) -> Iterator[TableRow]:
    shares = {
        (group, reason): (value, error)
        for group, reason, value, error in found.select("group", "reason", "value", "mc_error").iter_rows()
    }
    for reason in (None, *REASONS):
        values = [{"share": shares[arm, reason]} if (arm, reason) in shares else {} for arm in arms]
        if any(values):
            name = "responders" if reason is None else REASONS[reason]
            yield TableRow(header=name, cells=tuple(_show(one, "share") for one in values), kind="under")


def _build_designs(characteristics: pl.DataFrame) -> Section:
    rows = []
    for case in _list_cases(characteristics):
        values = _values(_take(characteristics, case).filter(pl.col("analysis").is_null()))
        cells = tuple(_show(values, name, 1, 0 if name == "subjects" else DECIMALS) for name in DESIGN)
        rows.append(TableRow(header=case.label, cells=cells))
    view = TableView(caption="Means over trials, up to the last visit that is analyzed", stub="Design",
                     heads=tuple(DESIGN.values()), rows=tuple(rows), notes=(TO_THE_PLANNED_END,))  # fmt: skip
    return Section(id="designs", title="What the designs cost", tables=[view])


class Curve(NamedTuple):
    """The power of one analysis over the values of the grid."""

    label: str
    at: list[float]
    power: list[float]
    error: list[float]


def _build_curves(characteristics: pl.DataFrame) -> Section | None:
    axes = _find_axis(characteristics)
    if axes is None:
        return None
    name, values = axes
    panels: dict[str, dict[str, list[tuple[float, float, float]]]] = {}
    for case, analysis, numbers in _list_analyses(characteristics):
        value, error = numbers.get("power", (None, None))
        if value is not None and case in values:
            others = _name_others(case, name)
            lines = panels.setdefault(others, {})
            lines.setdefault(analysis, []).append((values[case], value, error or 0.0))
    figures = [
        FigureView(
            svg=_draw_curves([_join(label, points) for label, points in lines.items()], name, f"power-{position}"),
            label=f"Power over {name}: {title}", caption=f"Power over {name}{': ' if title else ''}{title}.",
        )
        for position, (title, lines) in enumerate(panels.items())
    ]  # fmt: skip
    return Section(id="power", title="Power", figures=figures) if figures else None


def _join(label: str, points: list[tuple[float, float, float]]) -> Curve:
    at, power, error = zip(*sorted(points), strict=True)
    return Curve(label, list(at), list(power), list(error))


def _find_axis(characteristics: pl.DataFrame) -> tuple[str, dict[Case, float]] | None:
    """What power is drawn over: the first place of the grid with several numbers, or the number of subjects."""
    cases = _list_cases(characteristics)
    names = list(dict.fromkeys(part.partition("=")[0] for case in cases for part in case.place.split("; ") if part))
    for name in names:
        values = {case: number for case in cases if (number := _read_number(case, name)) is not None}
        if len(set(values.values())) > 1:
            return name, values
    subjects = {case: _values(_take(characteristics, case))["subjects"][0] for case in cases}
    known = {case: float(number) for case, number in subjects.items() if number is not None}
    return ("subjects", known) if len(set(known.values())) > 1 else None


def _read_number(case: Case, name: str) -> float | None:
    for part in case.place.split("; "):
        place, _, text = part.partition("=")
        found = LEADING_NUMBER.search(text)
        if place == name and found:
            return float(found[0])
    return None


def _name_others(case: Case, name: str) -> str:
    """What a panel holds fixed."""
    parts = [part for part in case.place.split("; ") if part and part.partition("=")[0] != name]
    design = [] if name == "subjects" else [case.design]
    return ", ".join([case.scenario, *parts, *design])


def _draw_curves(curves: Sequence[Curve], name: str, figure_name: str) -> str:
    def draw(figure: Any) -> None:
        axes = figure.subplots()
        for position, curve in enumerate(curves):
            look = position % len(ARM_COLORS)
            axes.errorbar(
                curve.at, [100 * power for power in curve.power], yerr=[196 * error for error in curve.error],
                label=curve.label, color=ARM_COLORS[look], marker=ARM_MARKERS[look], linestyle=ARM_LINES[look],
            )  # fmt: skip
        axes.set_xlabel(name)
        axes.set_ylabel("Power (%)")
        axes.set_ylim(0, 102)
        add_legend(figure, loc="outside lower center", ncols=2)

    return draw_svg(draw, figure_name, 4.0)
