"""Laboratory results: the site sees what may be seen, and of the rest no trace is left."""

import base64
import json
import secrets
import traceback

import pytest
from live_trial import LiveTrial, take_plain_slot
from pydantic import ValidationError
from safety_cases import SUBJECT

from myotis.conduct.act import Means
from myotis.conduct.acts.data.correct_value import CorrectValue
from myotis.conduct.acts.safety.record_result import RecordResult
from myotis.conduct.acts.safety.release_action import ReleaseAction
from myotis.conduct.restricted import name_context, open_result, pack_result, seal_results_to
from myotis.conduct.roles import SITE, Role
from myotis.conduct.safety_lists import list_awaiting_action
from myotis.conduct.visibility import sees_form
from myotis.errors import SealError
from myotis.keys.pairs import make_key
from myotis.log.act import RefusalError
from myotis.terms.states import SubjectState

KEY = make_key("safety_physician", "Dr. Example", "2024-01-01", secrets.token_bytes)
MORNING = "2024-01-08T08:00+00:00"


def begin():
    live = LiveTrial(means=Means(take_plain_slot, seal_results_to(KEY.public)))
    live.randomize()
    return live


@pytest.fixture
def live():
    return begin()


def send(live, analyte="igg", value="18.3519", **items):
    items = {"subject": SUBJECT, "at": "W0", "collected": MORNING} | items
    return live.act(RecordResult(analyte=analyte, value=value, **items), Role.LABORATORY)


def release(live, action, at="W0"):
    return live.act(ReleaseAction(subject=SUBJECT, at=at, action=action), Role.SAFETY_PHYSICIAN)


def refused(act, *arguments, **options):
    with pytest.raises(RefusalError) as refusal:
        act(*arguments, **options)
    return [(fault.column, fault.what) for fault in refusal.value.faults]


def test_the_site_sees_a_visible_result_and_enzymes(live):
    assert send(live, "hemoglobin", "112", lower_limit="120", upper_limit="160").told == ()
    send(live, "ck", "1810.5")
    form = live.subject().find("result", "W0", "hemoglobin")
    assert form.items == {"collected": "2024-01-08T08:00:00Z", "value": "112", "lower_limit": "120",
                          "upper_limit": "160"}  # fmt: skip
    assert sees_form(Role.COORDINATOR, form)
    assert not sees_form(Role.EFFICACY_ASSESSOR, form)
    change = CorrectValue(subject=SUBJECT, form="result/W0/hemoglobin", item="value", value="122", saw=1)
    live.act(change, Role.LABORATORY, reason="a slip")
    assert form.items["value"] == "122"


@pytest.mark.parametrize(
    ("analyte", "value", "items", "columns"),
    [
        ("potassium", "4", {}, ["analyte"]),
        ("hemoglobin", "low", {}, ["value"]),
        ("hemoglobin", "-1", {"lower_limit": "x"}, ["value", "lower_limit"]),
        ("hemoglobin", "112", {"saw": 1, "because": "repeated"}, ["because"]),
        ("igg", "12", {"collected": "2024-01-09T08:00+00:00"}, ["collected"]),
        ("igg", "12", {"because": "repeated"}, ["because"]),
        ("igg", "12", {"saw": 1}, [""]),
    ],
)
def test_results_that_are_refused(live, analyte, value, items, columns):
    assert [column for column, _ in refused(send, live, analyte, value, **items)] == columns


def test_a_visible_result_is_recorded_once(live):
    send(live, "hemoglobin", "112")
    assert "recorded already" in refused(send, live, "hemoglobin", "113")[0][1]


def test_of_a_restricted_result_no_trace_is_left(live):
    """A value that no entry, message, error or receipt shows, as it is or in base64."""
    value = "18.3519"
    receipt = send(live, value=value, upper_limit="17.0171")
    refusal = refused(send, live, value=value)
    with pytest.raises(ValidationError) as broken:
        RecordResult(subject=SUBJECT, at="W0", analyte="igg", collected=MORNING, value=f"{value} (high)")
    act = RecordResult(subject=SUBJECT, at="W0", analyte="igg", collected=MORNING, value=value)
    raw = "".join(entry.write_line() for entry in live.store.read())
    everything = raw + repr(receipt) + repr(refusal) + str(broken.value) + repr(act) + repr(live.subject())
    for secret in (value, "17.0171"):
        assert secret not in everything
        assert base64.b64encode(secret.encode()).decode().rstrip("=") not in everything
    assert receipt.told == ()
    form = live.subject().find("restricted_result", "W0", "igg")
    assert set(form.items) == {"collected", "envelope"}
    assert {role for role in Role if sees_form(role, form)} == {Role.SAFETY_PHYSICIAN}
    assert live.subject().find("result", "W0", "igg") is None


def log_of(**result):
    """The log of a trial with one restricted result, without what is random in an envelope."""
    live = begin()
    send(live, "haptoglobin", **result)
    release(live, "repeat_test")
    lines = []
    for entry in live.store.read():
        line = json.loads(entry.write_line())
        if "envelope" in line["values"]:
            line["values"]["envelope"] = len(line["values"]["envelope"][1])
        del line["digest"], line["header"]["previous"]
        line["header"]["commitments"].pop("envelope", None)
        lines.append(line)
    return lines


def test_two_logs_that_differ_in_a_restricted_result_alone_look_the_same():
    assert log_of(value="9") == log_of(value="<0.10", lower_limit="0.30", upper_limit="2.00")


def test_the_safety_physician_opens_it_and_nothing_else_does(live):
    send(live, lower_limit="7", upper_limit="16")
    envelope, context = (
        live.subject().find("restricted_result", "W0", "igg").items["envelope"],
        name_context(SUBJECT, "W0", "igg"),
    )
    assert open_result(KEY, envelope, context) == {"value": "18.3519", "lower_limit": "7", "upper_limit": "16"}
    other = make_key("safety_physician", "Dr. Other", "2024-01-01", secrets.token_bytes)
    changed = base64.b64encode(base64.b64decode(envelope)[:-1] + b"x").decode()
    for key, sealed, where in (
        (other, envelope, context),
        (KEY, changed, context),
        (KEY, "no base64", context),
        (KEY, envelope, name_context("101-002", "W0", "igg")),
    ):
        with pytest.raises(SealError):
            open_result(key, sealed, where)
    with pytest.raises(SealError, match="too many characters"):
        pack_result({"value": "9" * 600})


def test_a_restricted_result_is_sent_again_with_the_version_and_a_coded_reason(live):
    send(live, value="12")
    assert [column for column, _ in refused(send, live, saw=1)] == ["because"]
    assert "changed since version 2" in refused(send, live, saw=2, because="repeated")[0][1]
    send(live, value="13", saw=1, because="wrong_transcription")
    assert live.subject().find("restricted_result", "W0", "igg").version == 2


def test_nobody_corrects_a_restricted_result_in_the_clear(live):
    send(live)
    change = CorrectValue(subject=SUBJECT, form="restricted_result/W0/igg", item="value", value="11", saw=1)
    for role in (Role.LABORATORY, Role.COORDINATOR):
        refused(live.act, change, role, reason="a slip")


def test_without_a_key_to_seal_to_no_restricted_result_is_taken():
    live = LiveTrial(means=Means(take_plain_slot, None))
    live.randomize()
    assert refused(send, live) == [("", "the result can't be sealed")]
    send(live, "hemoglobin", "112")


def test_a_coded_action_is_told_to_the_site_and_does_not_say_which_result_led_to_it(live):
    send(live, "igg")
    send(live, "dat", "2+")
    assert list_awaiting_action(live.desk.state) == [(SUBJECT, "W0")]
    release(live, "no_action")
    assert live.subject().last_told("safety_action") == {"at": "W0", "action": "no_action"}
    assert set(live.subject().told[-1].get("to")) & SITE == {Role.INVESTIGATOR, Role.COORDINATOR}
    assert list_awaiting_action(live.desk.state) == []
    send(live, "esr", "40")
    assert list_awaiting_action(live.desk.state) == [(SUBJECT, "W0")]
    assert "no restricted result" in refused(release, live, "no_action", at="W4")[0][1]


def test_an_action_holds_dosing_at_once_before_the_first_dose_too(live):
    send(live)
    release(live, "hold_dosing")
    subject = live.subject()
    assert (subject.state, subject.resumes_in) == (SubjectState.DOSING_HELD, SubjectState.RANDOMIZED)
    release(live, "hold_dosing")  # held already: it is said again, and nothing moves
    assert (subject.state, subject.resumes_in) == (SubjectState.DOSING_HELD, SubjectState.RANDOMIZED)


def test_where_nobody_is_dosed_no_dosing_is_held():
    live = LiveTrial(means=Means(take_plain_slot, seal_results_to(KEY.public)))
    live.consent()
    send(live)
    assert refused(release, live, "hold_dosing")[0][0] == "action"
    release(live, "contact_safety_physician")


def test_an_action_is_not_corrected(live):
    send(live)
    release(live, "no_action")
    change = CorrectValue(subject=SUBJECT, form="safety_action/1", item="action", value="hold_dosing", saw=1)
    refused(live.act, change, Role.SAFETY_PHYSICIAN, reason="a slip")
    refused(live.act, change, Role.COORDINATOR, reason="a slip")


def test_a_seal_that_breaks_down_keeps_nothing_and_shows_nothing():
    def fail(text, context):
        raise OSError(f"no answer for {context}: {text}")

    live = LiveTrial(means=Means(take_plain_slot, fail))
    live.randomize()
    before = len(live.store.read())
    with pytest.raises(SealError, match=r"could not be sealed \(OSError\)") as raised:
        send(live, value="18.3519")
    assert len(live.store.read()) == before
    assert raised.value.__context__ is None
    report = traceback.TracebackException.from_exception(raised.value, capture_locals=True)
    inside = [f"{frame.locals}" for frame in report.stack if "/tests/" not in frame.filename]
    assert inside
    assert not any("18.3519" in text for text in (str(raised.value), *inside))
