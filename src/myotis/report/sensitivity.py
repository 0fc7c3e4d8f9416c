"""The sections on subgroups and on how much worse the missing would have to be. Nothing is computed here."""

from collections.abc import Iterator
from typing import Final

from myotis.protocol.methods import PROPORTIONS
from myotis.protocol.plan import Estimand
from myotis.protocol.subgroups import Subgroup
from myotis.report.context import Context
from myotis.report.figure_heat_map import Cell, draw_heat_map
from myotis.report.figures import Difference, Interval, draw_differences
from myotis.report.rows import Row
from myotis.report.views import FigureView, Section, TableRow, TableView
from myotis.report.words import NO_NUMBER, read_option

MAPS: Final = {
    ".tipping": "Imputed values made worse, in steps",
    ".tipping_count": "How many of those without an answer respond",
}


def build_subgroups(context: Context) -> Section | None:
    """The forest table and its figure, by factor; nothing where the plan has no subgroups."""
    factors = context.trial.plan.subgroups
    if not factors:
        return None
    estimands = {estimand.id: estimand for estimand in context.trial.plan.estimands}
    by_estimand: dict[str, list[Subgroup]] = {}
    for factor in factors:
        by_estimand.setdefault(factor.estimand, []).append(factor)
    return Section(
        id="subgroups",
        title="Subgroups",
        lead=[
            "Subgroups are small and many: read an interval by itself with care, and differences between subgroups "
            "only with the test of interaction."
        ],
        tables=[_tabulate_forest(context, estimands[name], members) for name, members in by_estimand.items()],
        figures=[_draw_forest(context, estimands[name], members) for name, members in by_estimand.items()],
    )


def _levels(context: Context, estimand: Estimand, factor: Subgroup) -> Iterator[tuple[str, str]]:
    """The name of each level in the rows, and what it is called."""
    for name in context.rows.subgroups(f"{estimand.id}.subgroup"):
        if name.startswith(f"{factor.id}: "):
            yield name, name.removeprefix(f"{factor.id}: ")


def _tabulate_forest(context: Context, estimand: Estimand, factors: list[Subgroup]) -> TableView:
    table = []
    for factor in factors:
        about = context.versus(estimand) | {"subgroup": factor.id}
        p = context.rows.value(f"{estimand.id}.interaction", "p_value", **about)
        shown = f"{factor.label} (interaction: {context.words.p_equals(p)})" if p is not None else factor.label
        table.append(TableRow(header=shown, kind="heading"))
        for name, label in _levels(context, estimand, factor):
            table.append(TableRow(header=label, cells=tuple(_cells(context, estimand, name)), kind="under"))
    heads = (context.arm(estimand.group).label, context.arm(estimand.comparator).label, "Difference (interval)")
    notes = (f"Intervals: {context.describe_interval(estimand)}. Interaction: Cochran’s Q of the differences.",)
    return TableView(caption=estimand.label, stub="Subgroup", heads=heads, rows=tuple(table), notes=notes)


def _cells(context: Context, estimand: Estimand, name: str) -> Iterator[str]:
    analysis = f"{estimand.id}.subgroup"
    percent = estimand.variable in PROPORTIONS
    for arm in context.each_arm(estimand):
        about = context.about(estimand, arm) | {"subgroup": name}
        if percent:
            total = int(context.rows.value(analysis, "denominator", **about) or 0)
            yield context.words.fraction(context.rows.count(analysis, **about), total)
        else:
            mean = context.words.mean(context.rows.value(analysis, "estimate", **about))
            size = context.rows.value(analysis, "n", **about) or 0
            yield f"{mean} (n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{size:.0f})"
    yield _shown(context, percent, _interval(context, estimand, name))


def _interval(context: Context, estimand: Estimand, name: str) -> Interval:
    about = context.versus(estimand) | {"subgroup": name}
    parts = ("estimate", "lower", "upper")
    return Interval(*(context.rows.value(f"{estimand.id}.subgroup", part, **about) for part in parts))


def _shown(context: Context, percent: bool, interval: Interval) -> str:
    if interval.value is None:
        return NO_NUMBER
    limits = context.words.interval(interval.lower, interval.upper, percent=percent)
    return f"{context.words.difference(interval.value, percent=percent)} ({limits})"


def _draw_forest(context: Context, estimand: Estimand, factors: list[Subgroup]) -> FigureView:
    percent = estimand.variable in PROPORTIONS
    _, values = context.difference(estimand)
    lines = [Difference("All", Interval(*values), _shown(context, percent, Interval(*values)))]
    for factor in factors:
        for name, label in _levels(context, estimand, factor):
            interval = _interval(context, estimand, name)
            lines.append(Difference(f"{factor.label}: {label}", interval, _shown(context, percent, interval)))
    arms = context.arm(estimand.comparator).label, context.arm(estimand.group).label
    unit = " (percentage points)" if percent else ""
    told = ". ".join(f"{line.label}: {line.text}" for line in lines)
    svg = draw_differences(lines, x_label=f"Difference{unit}", favors=arms, name=f"forest-{estimand.id}")
    caption = f"{estimand.label}: differences, {arms[1]} minus {arms[0]}, in all subjects and in subgroups."
    return FigureView(svg=svg, label=f"Forest plot. {told}.", caption=caption)


def build_tipping(context: Context) -> Section | None:
    """The tipping-point analyses as heat maps and tables; nothing where there are none."""
    found = [
        (estimand, suffix)
        for estimand in context.trial.plan.estimands
        for suffix in MAPS
        if next(context.rows.select(f"{estimand.id}{suffix}"), None)
    ]
    if not found:
        return None
    figures, tables = [], []
    for estimand, suffix in found:
        map_ = _Map(context, estimand, suffix)
        figures.append(map_.draw())
        tables.append(map_.tabulate())
    return Section(
        id="tipping",
        title="How much worse the missing would have to be",
        lead=[
            "Each cell repeats the analysis with the missing of both arms made worse, or counted as responders; it "
            "says the difference. Where the cell is hatched, the conclusion has tipped."
        ],
        figures=figures,
        folded=tables,
    )


class _Map:
    """One grid of pairs of steps."""

    def __init__(self, context: Context, estimand: Estimand, suffix: str) -> None:
        self.context, self.estimand, self.suffix = context, estimand, suffix
        self.limit = 1 - float(estimand.interval.level.number) / 100
        self.values: dict[tuple[int, int], dict[str, float | None]] = {}
        for row in context.rows.select(f"{estimand.id}{suffix}"):
            self.values.setdefault(_steps(row), {})[row["statistic"]] = row["value"]
        self.rows = sorted({first for first, _ in self.values})
        self.columns = sorted({second for _, second in self.values})
        arms = context.arm(estimand.group).label, context.arm(estimand.comparator).label
        unit = "steps worse" if suffix == ".tipping" else "of the missing respond"
        self.labels = f"{arms[0]}: {unit}", f"{arms[1]}: {unit}"

    def draw(self) -> FigureView:
        """The heat map."""
        cells = [
            [Cell(self._value(row, column, "estimate"), self._value(row, column, "p_value")) for column in self.columns]
            for row in self.rows
        ]
        svg = draw_heat_map(
            cells, rows=self.rows, columns=self.columns, labels=self.labels, limit=self.limit,
            name=f"tipping-{self.estimand.id}{self.suffix}",
        )  # fmt: skip
        tipped = sum((cell.p_value or 0) > self.limit for line in cells for cell in line)
        total = len(self.values)
        caption = (
            f"{self.estimand.label}. {MAPS[self.suffix]}: the difference in percentage points; hatched where p is "
            f"above {self.limit:.2g}."
        )
        told = f"{tipped} of {total} pairs have a p-value above {self.limit:.2g}"
        return FigureView(svg=svg, label=f"Heat map. {self.estimand.label}. {told}.", caption=caption)

    def tabulate(self) -> TableView:
        """The same as a table: difference and p-value."""
        words = self.context.words
        table = tuple(
            TableRow(
                header=str(row),
                cells=tuple(
                    f"{words.difference(self._value(row, column, 'estimate'), percent=True)}, "
                    f"{words.p_equals(self._value(row, column, 'p_value'))}"
                    for column in self.columns
                ),
            )
            for row in self.rows
        )
        heads = tuple(str(column) for column in self.columns)
        caption = f"{self.estimand.label}. {MAPS[self.suffix]}: difference in percentage points and p-value"
        notes = (f"Rows: {self.labels[0]}. Columns: {self.labels[1]}.",)
        return TableView(caption=caption, stub="", heads=heads, rows=table, notes=notes)

    def _value(self, row: int, column: int, statistic: str) -> float | None:
        return self.values.get((row, column), {}).get(statistic)


def _steps(row: Row) -> tuple[int, int]:
    named = {"method_options": row["subgroup"]}
    return int(read_option(named, "group")), int(read_option(named, "comparator"))
