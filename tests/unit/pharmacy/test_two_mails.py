"""Two mails of one pharmacy at once: each request and each notice takes effect once, and neither mail stops."""

import pytest
from live_pharmacy import LivePharmacy

from myotis.log.act import RefusalError
from myotis.log.desk import SYSTEM, Desk
from myotis.log.messages import RequestWord
from myotis.pharmacy.acts.confirm_delivery import ConfirmDelivery
from myotis.pharmacy.mail import Mail


@pytest.fixture
def live():
    """A subject who is randomized, and whose bag is ready to be told."""
    pharmacy = LivePharmacy()
    pharmacy.randomize()
    pharmacy.release(pharmacy.order("W0"))
    return pharmacy


def test_a_request_that_another_mail_deals_with_meanwhile_is_no_refusal(live, monkeypatch):
    live.ask(RequestWord.OPEN_SLOT, "101-002", slot="slot2", stratum=["moderate"])
    carry_out, other = Desk.carry_out, Mail(live.desk, live.conduct)

    def be_late(desk, act, user, **more):
        monkeypatch.setattr(Desk, "carry_out", carry_out)
        assert other.take_requests() == []
        return carry_out(desk, act, user, **more)

    monkeypatch.setattr(Desk, "carry_out", be_late)
    assert live.mail.take_requests() == []
    assert live.subject("101-002").arm == "placebo"
    assert [entry.act for entry in live.store.read()].count("open_slot") == 2


def test_a_notice_that_another_mail_brings_and_confirms_meanwhile_is_brought_once(live):
    (notice,) = live.notices()
    there = []

    def deliver(one):
        if one.id not in there:
            there.append(one.id)

    def be_late(one):
        Mail(live.desk, live.conduct).deliver_notices(deliver)
        deliver(one)

    assert live.mail.deliver_notices(be_late) == []
    assert there == [notice.id]
    assert [entry.act for entry in live.store.read()].count("confirm_delivery") == 1


def test_a_notice_that_is_refused_stays_and_one_that_was_confirmed_meanwhile_does_not(live):
    (notice,) = live.notices()

    def refuse(one):  # noqa: ARG001
        raise RefusalError("receive_notice", "need", [])

    (undelivered,) = live.mail.deliver_notices(refuse)
    assert undelivered.notice == notice

    def confirm_and_refuse(one):
        live.desk.carry_out(ConfirmDelivery(notice=one.id), SYSTEM)
        refuse(one)

    assert live.mail.deliver_notices(confirm_and_refuse) == []
    assert live.notices() == []
