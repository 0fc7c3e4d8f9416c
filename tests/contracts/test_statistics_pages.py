"""Every statistical method has a page that says what it is, when to use it, an example and a check."""

import sys
from pathlib import Path

import pytest
from comparison import load_comparisons

sys.path.append(str(Path(__file__).resolve().parents[2] / "docs"))

from _generate.statistics import list_functions, list_method_modules, page_path

MODULES = list(list_method_modules())
COMPARED = {comparison.function for comparison in load_comparisons()}
DOCS = Path(__file__).resolve().parents[2] / "docs"

CHECKED_OTHERWISE = {
    "compute_mean": "unit/statistics/continuous/test_means.py",
    "compute_sd": "unit/statistics/continuous/test_means.py",
    "estimate_mean": "published/proderm/test_reproduction.py",
    "carry_last_observation_forward": "unit/statistics/imputation/test_single.py",
    "impute_nonresponse": "unit/statistics/imputation/test_single.py",
    "impute_joint_normal": "unit/statistics/imputation/test_joint_normal.py",
    "randomization_test": "laws/test_randomization_test_laws.py",
    "exact_randomization_test": "laws/test_randomization_test_laws.py",
    "find_separation": "unit/statistics/regression/test_logistic.py",
    "compute_percentile": "unit/statistics/test_quantiles.py",
    "build_gatekeeping_graph": "unit/statistics/multiplicity/test_graphs.py",
    "estimate_simultaneous_intervals": "unit/statistics/multiplicity/test_simultaneous_intervals.py",
    "compute_time_at_risk": "laws/test_rate_laws.py",
    "compute_time_before_and_after": "laws/test_rate_laws.py",
    "draw_multiple_imputation": "unit/statistics/imputation/test_multiple.py",
    "split_subjects": "unit/statistics/power/test_power_answers.py",
    "find_rejections": "unit/statistics/power/test_power_enumerated.py",
    "compute_exact_size": "unit/statistics/power/test_power_enumerated.py",
    "condition_on_baseline": "unit/statistics/power/test_power_mixed_model.py",
    "compute_precision": "unit/statistics/power/test_power_precision.py",
    "find_size_for_half_width": "unit/statistics/power/test_power_precision.py",
}
"""Public functions that no other software gives numbers for, and the file of the tests that hold them to something."""


def name(module):
    return module.__name__.removeprefix("myotis.statistics.")


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_a_module_of_methods_says_when_to_use_them(module):
    assert "\nWhen to use: " in module.__doc__
    assert all(module.REFERENCES.values())
    assert (DOCS / page_path(module)).exists()


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_public_functions_have_an_example(module):
    assert [function.__name__ for function in list_functions(module) if ">>>" not in function.__doc__] == []


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_public_functions_are_compared_with_something_else(module):
    alone = [f.__name__ for f in list_functions(module) if f not in COMPARED and f.__name__ not in CHECKED_OTHERWISE]
    assert alone == []


def test_what_is_checked_otherwise_names_files_that_exist():
    root = Path(__file__).resolve().parents[1]
    assert [file for file in CHECKED_OTHERWISE.values() if not (root / file).exists()] == []
