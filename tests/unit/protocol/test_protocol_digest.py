"""The digest is of what a protocol says, not of how the file is written; the diff shows what an amendment changes."""

from pathlib import Path
from typing import Any

import pytest
from protocol_files import REMOVED, render_toml, shipped_text, shipped_values, write_changed

from myotis.protocol.diff import Change, compare_trials
from myotis.protocol.read import read_trial
from myotis.protocol.trial import Trial


def read_text(folder: Path, text: str) -> Trial:
    file = folder / "other.toml"
    file.write_text(text, "utf-8")
    return read_trial(file)


def test_digest_is_sha256_in_hexadecimal() -> None:
    digest = read_trial("proderm").digest
    assert len(digest) == 64
    assert int(digest, 16) > 0


@pytest.mark.parametrize("trial", ["proderm", "reclaiim"])
def test_digest_of_another_layout_is_the_same(tmp_path: Path, trial: str) -> None:
    backwards = render_toml(shipped_values(trial), backwards=True)
    assert backwards.index("provenance") < backwards.index("schema_version")
    other = read_text(tmp_path, backwards)
    assert other.digest == read_trial(trial).digest
    assert list(compare_trials(read_trial(trial), other)) == []


def test_comments_and_blanks_do_not_count(tmp_path: Path) -> None:
    text = "\n\n# a comment\n" + shipped_text("proderm").replace(" = ", "=") + "\n# another\n"
    assert read_text(tmp_path, text).digest == read_trial("proderm").digest


def test_zeros_that_change_no_number_do_not_count(tmp_path: Path) -> None:
    text = shipped_text("proderm").replace('"2.0 g/kg"', '"2.00   g/kg"').replace("least = 20\n", "least = 20.0\n")
    assert text != shipped_text("proderm")
    assert read_text(tmp_path, text).digest == read_trial("proderm").digest


REDUCED = "treatments.octagam_10.infusion.reduced_dose"
CASE = "conduct.extension_gate.cases.again_after_switch"

CHANGES = [
    ({"response.tis_at_least": 40}, "~ response.tis_at_least: 20 -> 40"),
    ({"visits.W8.window_days": [-3, 4]}, "~ visits.W8.window_days: -4, 4 -> -3, 4"),
    ({"treatments.octagam_10.infusion.dose": "1.5 g/kg"}, "~ treatments.octagam_10.infusion.dose: 2 g/kg -> 1.5 g/kg"),
    ({"tis.missing": "zero"}, "~ tis.missing: not_evaluable -> zero"),
    ({"epochs.extension.blinded": True}, "~ epochs.extension.blinded: no -> yes"),
    ({"response.also_at_one_of": ["W8", "W12"]}, "~ response.also_at_one_of: none -> W8, W12"),
    ({f"{CASE}.switched": REMOVED}, f"- {CASE}.switched = yes"),
    ({"treatments.octagam_10.infusion.every_weeks": 4}, "+ treatments.octagam_10.infusion.every_weeks = 4"),
    (
        {"eligibility.I1.require.0.of.0.equals": "possible"},
        "~ eligibility.I1.require.0.of.bohan_peter#0.equals: definite -> possible",
    ),
    ({"provenance.arms.note": "page 3"}, "~ provenance.arms.note: none -> page 3"),
]


@pytest.mark.parametrize(("changes", "line"), CHANGES)
def test_a_change_shows_in_digest_and_diff(tmp_path: Path, changes: dict[str, Any], line: str) -> None:
    before, after = read_trial("proderm"), read_trial(write_changed(tmp_path, changes))
    assert after.digest != before.digest
    assert [str(change) for change in compare_trials(before, after)] == [line]


def test_order_of_entries_shows_in_digest_and_diff(tmp_path: Path) -> None:
    facts = list(reversed(shipped_values("proderm")["facts"]))
    before, after = read_trial("proderm"), read_trial(write_changed(tmp_path, {"facts": facts}))
    assert after.digest != before.digest
    (change,) = compare_trials(before, after)
    assert change == Change("facts (order)", [fact["id"] for fact in reversed(facts)], [fact["id"] for fact in facts])


def test_lists_in_another_order_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    values = shipped_values("proderm")
    changes = {place: list(reversed(values[place])) for place in ("eligibility", "facts", "arms")}
    changes["plan.estimands"] = list(reversed(values["plan"]["estimands"]))
    after = read_trial(write_changed(tmp_path, changes))
    places = [change.place for change in compare_trials(read_trial("proderm"), after)]
    assert places == ["arms (order)", "facts (order)", "eligibility (order)", "plan.estimands (order)"]


def test_new_entry_is_no_new_order(tmp_path: Path) -> None:
    new = {"id": "smoker", "label": "Smoker", "kind": "yes_no"}
    after = read_trial(write_changed(tmp_path, {"facts": [new, *shipped_values("proderm")["facts"]]}))
    places = [change.place for change in compare_trials(read_trial("proderm"), after)]
    assert places == ["facts.smoker.id", "facts.smoker.label", "facts.smoker.kind"]


def test_diff_backwards_exchanges_before_and_after(tmp_path: Path) -> None:
    proderm, other = read_trial("proderm"), read_trial(write_changed(tmp_path, {REDUCED: REMOVED, "provenance": {
        name: source for name, source in shipped_values("proderm")["provenance"].items() if "reduced" not in name
    }}))  # fmt: skip
    there, back = list(compare_trials(proderm, other)), list(compare_trials(other, proderm))
    assert {(c.place, c.before, c.after) for c in there} == {(c.place, c.after, c.before) for c in back}
    assert f"- {REDUCED}.from_visit = W28" in map(str, there)
    assert f"+ {REDUCED}.from_visit = W28" in map(str, back)


def test_what_a_file_leaves_out_is_no_part_of_its_digest() -> None:
    """A later Myotis may know further fields that a protocol can leave out: the digests in logs must stay."""

    class Later(Trial):
        added: str | None = None

    proderm = read_trial("proderm")
    fields = {name: getattr(proderm, name) for name in type(proderm).model_fields}
    assert Later.model_validate(fields).digest == proderm.digest
