"""What a declaration says of every published figure."""

import pytest

from myotis.analyze.reproduce import read_published
from myotis.errors import InputError
from myotis.protocol.read import read_trial
from myotis.simulate.calibration.declaration import read_declaration, sort_figures
from myotis.simulate.calibration.figures import list_figures

TRIAL = read_trial("proderm")
FIGURES = list(list_figures(read_published("proderm"), TRIAL))
DECLARED = read_declaration("proderm")


def test_each_figure_of_the_shipped_trial_is_in_one_list():
    use = sort_figures(DECLARED, FIGURES)
    assert len({figure.address for figure in use.all}) == len(use.all)
    assert not {figure.address for figure in use.fitted} & {figure.address for figure in use.held_out}
    assert any(figure.address == "responders.tis20-week16.group.count" for figure in use.fitted)
    assert any(figure.address == "responders.tis40-week16.group.count" for figure in use.held_out)


def test_figures_without_a_use_or_with_two_and_idle_patterns_are_told_together():
    changed = DECLARED.model_copy(
        update={"fitted": ("means.*", "nothing.*"), "held_out": ("means.tis-week28.*", "responders.*")}
    )
    with pytest.raises(InputError) as caught:
        sort_figures(changed, FIGURES)
    told = [fault.what for fault in caught.value.faults]
    assert any("nothing.* names no figure" in what for what in told)
    assert any("means.tis-week28.group.mean is in fitted and held_out" in what for what in told)
    assert any("deteriorations.deterioration-study.group.count is in no list" in what for what in told)


def test_a_file_with_faults_tells_them(tmp_path):
    path = tmp_path / "calibration.toml"
    path.write_text('schema_version = 1\ntitle = "x"\nfitted = []\nparameters = [{ id = "a", scale = "odd" }]\n')
    with pytest.raises(InputError) as caught:
        read_declaration(path)
    columns = str(caught.value)
    assert all(part in columns for part in ("fitted", "scale", "places", "sd", "label"))


def test_published_numbers_that_can_not_be_are_told_together():
    group = {"count": 50, "n": 47}
    published = {
        "responders": [{"id": "a", "label": "A", "week": 16, "threshold": 20, "group": group}],
        "changes": [{"id": "b", "label": "B", "measure": "haq", "week": 16, "group": {"mean": "x", "sd": "-1"}}],
        "percents": [{"id": "c", "label": "C", "what": "completed", "count": 1, "n": 2, "percent": "50"}],
        "safety": {"listed": [{"id": "d", "label": "D", "kind": "headache", "patients": 3}]},
    }
    with pytest.raises(InputError) as caught:
        list(list_figures(published, TRIAL))
    told = str(caught.value)
    for part in ("50 of 47", "mean", "sd", "has no week", "has no n and no group"):
        assert part in told
    assert len(caught.value.faults) == 5
