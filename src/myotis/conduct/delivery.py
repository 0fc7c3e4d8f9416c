"""Bring a notice of the pharmacy into the blinded log, once, whoever brings it and however often."""

from myotis.conduct.acts.dosing.receive_notice import ReceiveNotice
from myotis.conduct.study import Study
from myotis.log.act import RefusalError, User
from myotis.log.desk import Desk


def deliver_notice(desk: Desk[Study], notice: ReceiveNotice, user: User) -> None:
    """Have a notice received; one that the log has already, by its id, changes nothing.

    So a delivery that stopped half-way is made again, and several may bring the same one. Raises RefusalError where
    the blinded world does not take it, StoreError where the log can't be written.
    """
    if notice.id in desk.state.notice_ids:
        return
    try:
        desk.carry_out(notice, user)
    except RefusalError:
        if notice.id not in desk.state.notice_ids:  # or else somebody brought it meanwhile
            raise
