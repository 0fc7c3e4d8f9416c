"""Results as plain text, for a terminal or a log."""

import polars as pl

from myotis.protocol.trial import Trial
from myotis.report.context import read_context
from myotis.report.end_points import describe_result


def render_primary_result(results: pl.DataFrame, trial: Trial) -> str:
    """The first estimand of response as a sentence: counts, percents, difference, interval, p-value, methods.

    ``results`` are the rows of `myotis.analyze.trial.analyze_trial` for this protocol. Raises InputError where they
    are no results rows, SettingError where another protocol made them.

    >>> from myotis.analyze.trial import analyze_trial
    >>> from myotis.datasets.adam import ADCSM, ADSL, ADTIS
    >>> from myotis.protocol.read import read_trial
    >>> trial = read_trial("proderm")
    >>> nobody = analyze_trial({table.name: table.empty() for table in (ADSL, ADTIS, ADCSM)}, trial)
    >>> render_primary_result(nobody, trial)[:56]
    'TIS of at least 20 at week 16 without confirmed deterior'
    """
    context = read_context(results, trial)
    if context.blinded:
        return "Treatments are not revealed: nothing is compared."
    if not context.responder_estimands:
        return "The plan has no estimand of response."
    return describe_result(context, context.responder_estimands[0]).replace("\N{NO-BREAK SPACE}", " ")
