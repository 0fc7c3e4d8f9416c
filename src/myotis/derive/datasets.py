"""The analysis datasets of a snapshot."""

from collections.abc import Mapping

import polars as pl

from myotis.datasets.sdtm import check_snapshot, take_plain_types
from myotis.derive.adae import derive_adae
from myotis.derive.adcsm import derive_adcsm
from myotis.derive.adex import derive_adex
from myotis.derive.adsl import derive_adsl
from myotis.derive.adtis import derive_adtis
from myotis.derive.agreement import check_against_trial
from myotis.derive.live_differences import derive_live_differences
from myotis.derive.treatments import take_treatments
from myotis.derive.visits import build_visits
from myotis.errors import InputError
from myotis.protocol.trial import Trial
from myotis.score.visits import score_visits


def derive_datasets(sdtm: Mapping[str, pl.DataFrame], trial: Trial) -> dict[str, pl.DataFrame]:
    """ADSL, ADTIS, ADCSM, ADEX and ADAE from the SDTM-shaped tables of a snapshot, by name.

    The columns are those of ``datasets/adam.py`` and ``datasets/adam_safety.py``, the rows in the order of their keys,
    whatever the order of the input. A snapshot of a log (EC in the place of EX) is unblinded by ARMS and GIVEN; without
    them all subjects are in one arm (``protocol/blinded.py``). Its table LIVE gives LIVEDIFF, the listing of what the
    system told and the analysis finds otherwise.
    Raises InputError with every fault of the snapshot, by table, row and column.

    >>> from myotis.protocol.read import read_trial
    >>> from myotis.simulate.trial import simulate_trial
    >>> trial = read_trial("proderm")
    >>> datasets = derive_datasets(simulate_trial(trial, seed=1, subjects=4), trial)
    >>> list(datasets), datasets["ADSL"].height
    (['ADSL', 'ADTIS', 'ADCSM', 'ADEX', 'ADAE'], 4)
    """
    live = sdtm.get("LIVE")
    sdtm, trial = take_treatments(sdtm, trial)
    if faults := check_snapshot(sdtm):
        raise InputError(faults)
    sdtm = take_plain_types(sdtm)
    if faults := list(check_against_trial(sdtm, trial)):
        raise InputError(faults)
    visits = build_visits(sdtm, trial)
    adsl = derive_adsl(sdtm, visits, trial)
    scored = score_visits(visits, trial=trial)
    adex = derive_adex(sdtm, adsl, trial)
    adtis = derive_adtis(adsl, scored, trial)
    datasets = {
        "ADSL": adsl,
        "ADTIS": adtis,
        "ADCSM": derive_adcsm(adsl, visits, trial),
        "ADEX": adex,
        "ADAE": derive_adae(sdtm, adsl, adex, trial),
    }
    if live is not None:
        datasets["LIVEDIFF"] = derive_live_differences(live, visits, adtis, trial)
    return datasets
