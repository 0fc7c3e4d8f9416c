"""Mixed models for repeated measures against R's mmrm: eleven designs, nine structures, all degrees of freedom.

Ten designs are simulated by ``mixed_model.R``; ``fev`` is the example of the package mmrm (Apache-2.0), itself
simulated. R stops where its optimizer is content, so the largest differences are R's distance from the maximum.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
from comparison import Comparison
from mixed_model_data import read_trial

from myotis.statistics.mixed_model.contrast import contrast_test, estimate_contrast, joint_contrast_test
from myotis.statistics.mixed_model.fallback import fit_with_fallback
from myotis.statistics.mixed_model.fit import fit_mixed_model
from myotis.statistics.mixed_model.mmrm import Mmrm, fit_mmrm

HERE = Path(__file__).parent
RECORDED = json.loads((HERE / "mixed_model.json").read_text(encoding="utf-8"))
FITS = [fit for fit in RECORDED["fits"] if "error" not in fit]
MADE_BY = "tests/independent/r/mixed_model.R"
MMRM = f"R 4.2.2, mmrm {RECORDED['versions']['mmrm']}, emmeans {RECORDED['versions']['emmeans']}"
STRUCTURES = {
    "us": "unstructured",
    "toeph": "toeplitz-heterogeneous",
    "toep": "toeplitz",
    "adh": "ante-dependence-heterogeneous",
    "ad": "ante-dependence",
    "ar1h": "autoregressive-heterogeneous",
    "ar1": "autoregressive",
    "csh": "compound-symmetry-heterogeneous",
    "cs": "compound-symmetry",
}
METHODS = {
    "reml": ("satterthwaite", "kenward-roger", "kenward-roger-linear", "between-within"),
    "ml": ("satterthwaite", "between-within"),
}
ESTIMATES = {"tolerance": 1e-5, "scale": "absolute", "why": "in standard errors; a hundredth of one is printed at most"}
ERRORS = {"tolerance": 1e-6, "scale": "relative", "why": "R's search ends up to 1e-7 away"}
DEGREES = {"tolerance": 1e-4, "scale": "absolute", "why": "R's search ends up to 7e-5 away; a tenth is printed"}
LIKELIHOODS = {"tolerance": 1e-8, "scale": "relative", "why": "flat at its maximum, so it is known best"}


def comparisons() -> Iterator[Comparison]:
    """Likelihood, coefficients, least-squares means, differences, their errors and degrees of freedom, and F tests."""
    for criterion, methods in METHODS.items():
        fits = [fit for fit in FITS if fit["criterion"] == criterion]
        yield from _compare_models(criterion, fits)
        for method in methods:
            yield from _compare_contrasts(criterion, method, fits)
    yield from _compare_options()
    yield Comparison(
        function=fit_with_fallback,
        what="-2 log likelihood of the structure that is reached",
        source=MMRM,
        made_by=MADE_BY,
        ours=lambda: [fit_named(fit).model.minus2_log_likelihood for fit in FITS[:5]],
        theirs=[fit["minus2"] for fit in FITS[:5]],
        **LIKELIHOODS,
    )


def _compare_models(criterion: str, fits: list[dict]) -> Iterator[Comparison]:
    common = {"function": fit_mixed_model, "source": MMRM, "made_by": MADE_BY}
    what = f"{criterion}, {len(fits)} fits"
    yield Comparison(
        what=f"-2 log likelihood, {what}",
        ours=lambda: [fit_named(fit).model.minus2_log_likelihood for fit in fits],
        theirs=[fit["minus2"] for fit in fits],
        **common,
        **LIKELIHOODS,
    )
    yield Comparison(
        what=f"how much less likely than R's (rounding), {what}",
        ours=lambda: [max(0.0, fit_named(fit).model.minus2_log_likelihood / fit["minus2"] - 1) for fit in fits],
        theirs=[0.0] * len(fits),
        **common,
        **LIKELIHOODS | {"tolerance": 1e-12, "scale": "absolute", "why": "a sum of thousands of terms is rounded"},
    )
    yield Comparison(
        what=f"coefficients over their standard errors, {what}",
        ours=lambda: join(coefficients(fit_named(fit)) / np.array(fit["coefficient_se"]) for fit in fits),
        theirs=join(np.array(fit["coefficients"]) / np.array(fit["coefficient_se"]) for fit in fits),
        **common,
        **ESTIMATES,
    )
    if criterion == "reml":
        yield Comparison(
            what=f"AIC and BIC, {what}",
            ours=lambda: [(fit_named(fit).model.aic, fit_named(fit).model.bic) for fit in fits],
            theirs=[(fit["aic"], fit["bic"]) for fit in fits],
            **common,
            **LIKELIHOODS,
        )


def _compare_contrasts(criterion: str, method: str, fits: list[dict]) -> Iterator[Comparison]:
    common = {"source": MMRM, "made_by": MADE_BY}
    what = f"{method}, {criterion}, {len(fits)} fits"

    def estimates(fit):
        answer = fit_named(fit)
        return [
            estimate_contrast(answer.model, rows, df_method=method, level=0.95)
            for rows in (answer.design.mean_rows, answer.design.difference_rows)
        ]

    def errors(fit):
        return join(fit[method][name] for name in ("mean_se", "se"))

    yield Comparison(
        function=estimate_contrast,
        what=f"means and differences over their standard errors, {what}",
        ours=lambda: join(by_visit(each.estimate for each in estimates(fit)) / errors(fit) for fit in fits),
        theirs=join(join(fit[name] for name in ("means", "differences")) / errors(fit) for fit in fits),
        **common,
        **ESTIMATES,
    )
    yield Comparison(
        function=estimate_contrast,
        what=f"standard errors, {what}",
        ours=lambda: join(by_visit(each.se for each in estimates(fit)) for fit in fits),
        theirs=join(errors(fit) for fit in fits),
        **common,
        **ERRORS,
    )
    yield Comparison(
        function=estimate_contrast,
        what=f"degrees of freedom, {what}",
        ours=lambda: join(by_visit(each.df for each in estimates(fit)) for fit in fits),
        theirs=join(join(fit[method][name] for name in ("mean_df", "df")) for fit in fits),
        **common,
        **DEGREES,
    )
    yield Comparison(
        function=contrast_test,
        what=f"p-values of differences, {what}",
        ours=lambda: join(by_visit([tests_of_differences(fit, method).p_value]) for fit in fits),
        theirs=join(fit[method]["p"] for fit in fits),
        **common,
        **ERRORS | {"scale": "absolute"},
    )
    yield Comparison(
        function=joint_contrast_test,
        what=f"F statistic, {what}",
        ours=lambda: [joint_test(fit, method).statistic for fit in fits],
        theirs=[fit[method]["f"] for fit in fits],
        **common,
        **ERRORS,
    )
    yield Comparison(
        function=joint_contrast_test,
        what=f"denominator degrees of freedom, {what}",
        ours=lambda: [joint_test(fit, method).df[1] for fit in fits],
        theirs=[fit[method]["f_df"] for fit in fits],
        **common,
        **DEGREES,
    )


def _compare_options() -> Iterator[Comparison]:
    names = {
        "by-visit": ({"covariate_effect": "by-visit"}, "slope of the baseline by visit"),
        "proportional": ({"weights": "proportional"}, "levels weighed by their share"),
    }
    for option, (settings, what) in names.items():
        fits = [fit for fit in RECORDED["options"] if fit["option"] == option]
        yield Comparison(
            function=fit_mmrm,
            what=f"means and differences over their standard errors, {what}, {len(fits)} fits",
            source=MMRM,
            made_by=MADE_BY,
            ours=lambda fits=fits, settings=settings: join(
                by_visit([(a := fit_named(fit, **settings)).means.estimate, a.differences.estimate])
                / join(fit["satterthwaite"][name] for name in ("mean_se", "se"))
                for fit in fits
            ),
            theirs=join(
                join(fit[name] for name in ("means", "differences"))
                / join(fit["satterthwaite"][name] for name in ("mean_se", "se"))
                for fit in fits
            ),
            **ESTIMATES,
        )


def fit_named(fit: dict, **settings: str) -> Mmrm:
    """Our fit of the design and structure of a recorded one."""
    return _fit(fit["design"], fit["structure"], fit["grouped"], fit["criterion"], tuple(settings.items()))


@cache
def _fit(design: str, structure: str, grouped: bool, criterion: str, settings: tuple) -> Mmrm:
    chosen = {"weights": "equal", "covariate_effect": "common"} | dict(settings)
    return fit_mmrm(
        **read_trial(design),
        reference=0,
        covariance=STRUCTURES[structure],
        criterion=criterion,
        covariance_by_arm=grouped,
        df_method="satterthwaite",
        margins="rows",
        level=0.95,
        **chosen,
    )


def tests_of_differences(fit, method):
    return contrast_test(fit_named(fit).model, fit_named(fit).design.difference_rows, df_method=method)


def joint_test(fit, method):
    rows = fit_named(fit).design.difference_rows
    return joint_contrast_test(fit_named(fit).model, rows.reshape(-1, rows.shape[-1]), df_method=method)


def coefficients(answer):
    """As R orders them: of arm by visit, the arms of the first visit come first."""
    arms, visits = (size - 1 for size in answer.design.mean_rows.shape[:2])
    values = answer.model.coefficients
    cut = len(values) - arms * visits
    return np.append(values[:cut], values[cut:].reshape(arms, visits).T)


def by_visit(arrays):
    """Values by arm and visit as R lists them: all arms of the first visit come first."""
    return join(np.asarray(array).T for array in arrays)


def join(arrays):
    return np.concatenate([np.ravel(np.asarray(array, dtype=float)) for array in arrays])
