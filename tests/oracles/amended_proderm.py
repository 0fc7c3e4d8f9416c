"""ProDERM's amendment of the infusion rate, as an example of one that applies to all subjects at once.

The trial lowered its highest rate while it ran, because of thromboembolic events, and these became rarer: read in
Arthritis Res Ther 2024;26:27. That it was lowered from 0.12 to 0.04 mL/kg/min, and that the first ladder was that of
the label for immune thrombocytopenia, is recalled: the two numbers are the label's two highest rates.
"""

from pathlib import Path

from protocol_files import change, render_toml, shipped_values

from myotis.protocol.read import read_trial

LADDER = "treatments.octagam_10.infusion.rate_steps"
FIRST_LADDER = [
    *({"rate": f"{rate} mL/kg/min", "lasts": "30 min"} for rate in ("0.01", "0.02", "0.04", "0.08")),
    {"rate": "0.12 mL/kg/min"},
]
RECALLED = {
    "status": "recalled",
    "note": "the ladder of the label for immune thrombocytopenia; that it was the trial's",
}


def write_first_protocol(folder: Path) -> Path:
    """The protocol before the amendment: the shipped one with the faster ladder."""
    values = shipped_values("proderm")
    change(values, LADDER, FIRST_LADDER)
    change(values, "trial.version", "before the rate was lowered")
    sources = {place: source for place, source in values["provenance"].items() if not place.startswith(LADDER)}
    values["provenance"] = sources | {LADDER: RECALLED}
    file = folder / "proderm-first.toml"
    file.write_text(render_toml(values), "utf-8")
    return file


def render_amendment(before, after, changes, more):
    """The TOML of an amendment between two protocols."""
    return render_toml(
        {
            "schema_version": 1, "id": "rate", "label": "Lower highest rate",
            "reason": "thromboembolic events at high rates", "before": before.digest, "after": after.digest,
            "changes": changes,
        } | more
    )  # fmt: skip


def write_amendment(folder: Path) -> tuple[Path, Path]:
    """The first protocol, and the amendment that leads from it to the shipped one."""
    first = write_first_protocol(folder)
    file = folder / "proderm-rate.toml"
    before, after = read_trial(first), read_trial("proderm")
    file.write_text(render_amendment(before, after, {LADDER: "immediately"}, {}), "utf-8")
    return first, file
