from myotis.analyze.trial import analyze_trial as analyze_trial
from myotis.conduct.snapshot.take import take_snapshot as take_snapshot
from myotis.derive.datasets import derive_datasets as derive_datasets
from myotis.instruments.tis import compute_max_attainable_tis as compute_max_attainable_tis
from myotis.instruments.tis import compute_tis as compute_tis
from myotis.pharmacy.reveal import reveal_treatments as reveal_treatments
from myotis.protocol.read import read_trial as read_trial
from myotis.report.html import render_report as render_report
from myotis.score.visits import score_visits as score_visits
from myotis.simulate.driven.trial import drive_trial as drive_trial
from myotis.simulate.trial import simulate_trial as simulate_trial

__version__: str
