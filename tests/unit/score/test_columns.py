"""Columns found by name, and every fault of them told at once."""

from pathlib import Path

import pytest

from myotis.errors import InputError, SettingError
from myotis.instruments.chq import chq_phs
from myotis.instruments.core_set import Criteria
from myotis.instruments.tis_levels import Slot
from myotis.score.columns import Layout, find_layout, known_columns, read_column_map

ADULT = ["subject", "visit", "physician_global_cm", "patient_global_cm", "extramuscular_cm", "mmt8", "haq"]
PAIR = ["ck", "ck_uln"]
IMACS = ["subject", "visit", "physician_global_cm", "parent_global_mm", "extramuscular_cm", "cmas", "chaq", *PAIR]
PRINTO = ["subject", "visit", "physician_global_cm", "parent_global_cm", "das", "cmas", "chaq", "chq_phs"]


def faults(columns: list[str], **options: object) -> list[tuple[str, str]]:
    with pytest.raises(InputError) as caught:
        find_layout(columns, **options)  # type: ignore[arg-type]
    return [(fault.column, fault.what) for fault in caught.value.faults]


def columns_of(layout: Layout) -> set[str]:
    return set(layout.columns)


def test_the_columns_of_the_issue_are_known() -> None:
    enzymes = [f"{name}{end}" for name in ("ck", "aldolase", "ldh", "ast", "alt") for end in ("", "_uln", "_xuln")]
    juvenile = ["parent_global_cm", "parent_global_mm", "chaq", "cmas", "das", "chq_phs"]
    wanted = [*ADULT, "mmt8_unilateral", "mmt_total", "cdasi_activity", "cdasi_damage", *enzymes, *juvenile]
    assert set(wanted) <= set(known_columns())


@pytest.mark.parametrize("strength", ["mmt8", "mmt8_unilateral", "mmt_total"])
def test_an_adult_table(strength: str) -> None:
    columns = [strength if name == "mmt8" else name for name in ADULT]
    layout = find_layout([*columns, *PAIR, "ast_xuln", "site", "cdasi_activity"])
    assert columns_of(layout) == {*columns, *PAIR, "ast_xuln", "cdasi_activity"}
    assert layout.strength == strength
    assert [enzyme.name for enzyme in layout.enzymes] == ["ck", "ast"]
    assert layout.reading(Slot.ENZYME) is None


def test_juvenile_tables() -> None:
    assert columns_of(find_layout(IMACS, Criteria.JUVENILE_IMACS)) == set(IMACS)
    layout = find_layout(PRINTO, Criteria.JUVENILE_PRINTO, chq_phs=chq_phs(0, 100))
    assert columns_of(layout) == set(PRINTO)
    enzyme = layout.reading(Slot.ENZYME)
    assert enzyme is not None
    assert enzyme.name == "chq_phs"


def test_printo_needs_the_range_of_chq_phs() -> None:
    with pytest.raises(SettingError, match="CHQ"):
        find_layout(PRINTO, Criteria.JUVENILE_PRINTO)


def test_every_absent_column_is_named() -> None:
    found = faults(["visit", "haq", "x"])
    absent = ["subject", "physician_global_cm", "patient_global_cm", "mmt8", "extramuscular_cm", "ck"]
    assert found == [(name, "the column is absent") for name in absent]


def test_a_likely_name_is_proposed() -> None:
    with pytest.raises(InputError, match="Is it Physician_Globl_CM"):
        find_layout(["Physician_Globl_CM", *[name for name in ADULT if "physician" not in name], *PAIR])


def test_absent_columns_can_be_allowed_but_not_of_the_key() -> None:
    layout = find_layout(["subject", "visit", "haq"], allow_absent=True)
    assert layout.strength is None
    assert faults(["haq"], allow_absent=True) == [(name, "the column is absent") for name in ("subject", "visit")]


def test_capitals_make_no_other_name() -> None:
    layout = find_layout([name.upper() for name in (*ADULT, *PAIR)])
    assert layout.subject == "SUBJECT"
    assert find_layout([*ADULT, *PAIR, "HAQ"]).columns == find_layout([*ADULT, *PAIR]).columns


def test_one_measure_in_two_units() -> None:
    found = faults([*ADULT, *PAIR, "patient_global_mm"])
    assert found == [("patient_global_cm and patient_global_mm", "the measure has a column in cm and one in mm")]


def test_two_measures_of_strength() -> None:
    columns = [*ADULT, *PAIR, "mmt_total"]
    assert faults(columns) == [("mmt8", "mmt8 and mmt_total are two measures of muscle strength")]
    assert find_layout(columns, strength="mmt_total").strength == "mmt_total"
    with pytest.raises(SettingError, match="cmas is no measure of strength of the adult criteria"):
        find_layout(columns, strength="cmas")


@pytest.mark.parametrize(
    ("enzymes", "column", "what"),
    [
        (["ck"], "ck", "the enzyme has no column for its upper limit of normal"),
        (["ck_xuln", "ldh_uln"], "ldh_uln", "the enzyme has no column for its value"),
        (["ck_xuln", "ldh_unit"], "ldh_unit", "the enzyme has no column for its value"),
        (["ck", "ck_uln", "ck_xuln"], "ck_xuln", "the enzyme has a multiple of its ULN and also a value or a ULN"),
        (["ck_uln", "ck_xuln"], "ck_xuln", "the enzyme has a multiple of its ULN and also a value or a ULN"),
    ],
)
def test_enzymes_have_a_pair_or_a_multiple(enzymes: list[str], column: str, what: str) -> None:
    assert faults([*ADULT, *enzymes]) == [(column, what)]


def test_a_map_gives_other_names() -> None:
    column_map = {"subject": "USUBJID", "haq": "HAQDI", "ck": "CK", "ck_uln": "CKHI"}
    theirs = [column_map.get(name, name) for name in (*ADULT, *PAIR)]
    assert columns_of(find_layout(theirs, column_map=column_map)) == set(theirs)
    found = faults([*ADULT, *PAIR], column_map={"haq": "HAQDI"})
    assert ("HAQDI", "the column is absent, though named for haq") in found


def test_a_map_is_read_from_toml(tmp_path: Path) -> None:
    path = tmp_path / "map.toml"
    path.write_text('subject = "USUBJID"\nhaq = "HAQ total (0-3)"\n')
    assert read_column_map(path) == {"subject": "USUBJID", "haq": "HAQ total (0-3)"}


def test_every_fault_of_a_map_is_told(tmp_path: Path) -> None:
    path = tmp_path / "map.toml"
    path.write_text('physican_global_cm = "A"\nck = 5\nldh = "B"\nast = "B"\n')
    with pytest.raises(InputError) as caught:
        read_column_map(path)
    assert [fault.column for fault in caught.value.faults] == ["physican_global_cm", "ck", "ast"]
    assert "Is it physician_global_cm?" in str(caught.value.faults[0])
    assert {fault.file for fault in caught.value.faults} == {str(path)}


@pytest.mark.parametrize("content", [None, b"subject = ", "subject = '\u00fc'".encode("latin-1")])
def test_maps_that_cannot_be_read(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "map.toml").write_bytes(content)
    with pytest.raises(InputError):
        read_column_map(tmp_path / "map.toml")
