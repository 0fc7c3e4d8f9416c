"""What ends have in common: the coded reasons, in the words of CDISC's codelist NCOMPLT."""

from typing import Literal

Why = Literal[
    "adverse_event", "lack_of_efficacy", "physician_decision", "protocol_deviation", "withdrawal_by_subject",
    "pregnancy", "site_terminated", "study_terminated", "other",
]  # fmt: skip
