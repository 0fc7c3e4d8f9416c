"""Operating characteristics of designs and analyses, as simulation finds them and a report shows them.

One row is one number with its Monte Carlo standard error. Rows without an analysis are of the design alone; ``place``
has the values of the grid, ``group`` the arm of a share of responders or of subjects lost, ``reason`` why they were.
"""

from typing import Final

from myotis.datasets.table import Column, Table

STATISTICS: Final = (
    "power", "rejection", "mean_estimate", "truth", "bias", "coverage", "mean_width", "lower_above_margin", "no_answer",
    "responders", "lost", "enrollment_days", "active_cycles", "switched", "left", "deteriorated", "subjects",
    "analyzed_subjects", "enrolled_subjects", "stopped_early",
)  # fmt: skip

CHARACTERISTICS: Final = Table(
    name="CHARACTERISTICS",
    label="Operating characteristics",
    columns=(
        Column(name="scenario", label="Scenario", kind="text", required=True),
        Column(name="place", label="Values of the grid", kind="text"),
        Column(name="design", label="Design", kind="text", required=True),
        Column(name="analysis", label="Analysis", kind="text"),
        Column(name="group", label="Group", kind="text"),
        Column(name="reason", label="Why subjects did not respond", kind="text"),
        Column(name="statistic", label="Characteristic", kind="text", codelist=STATISTICS, required=True),
        Column(name="value", label="Value", kind="number"),
        Column(name="mc_error", label="Monte Carlo standard error", kind="number", minimum=0),
        Column(name="trials", label="Simulated trials", kind="integer", minimum=0, required=True),
    ),
    key=("scenario", "place", "design", "analysis", "group", "reason", "statistic"),
)
