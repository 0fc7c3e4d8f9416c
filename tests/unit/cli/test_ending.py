"""How a command ends when its output takes no more, when it is interrupted, and what --json then says."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

HEADING = "subject,visit,physician_global_cm,patient_global_cm,extramuscular_cm,mmt8,haq,ck_xuln\n"
MYOTIS = [sys.executable, "-m", "myotis"]


@pytest.fixture
def visits(tmp_path):
    path = tmp_path / "visits.csv"
    path.write_text(HEADING + "S1,0,6,6,6,120,1.5,4\nS1,16,3,3,3,140,0.5,2\n")
    return path


@pytest.mark.parametrize("arguments", [["check", "--schema"], ["--help"], ["score", "visits.csv"]])
def test_a_reader_who_has_read_enough_is_no_failure(visits, arguments):
    process = subprocess.Popen(  # noqa: S603 (our own command)
        [*MYOTIS, *arguments], cwd=visits.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    process.stdout.close()
    assert (process.stderr.read(), process.wait(timeout=60)) == ("", 0)
    process.stderr.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no device that is always full")
@pytest.mark.parametrize("arguments", [["check", "--schema"], ["score", "visits.csv"], ["score", "none.csv", "--json"]])
def test_a_full_output_is_said_in_a_sentence(visits, arguments):
    with open("/dev/full", "w") as full:
        done = subprocess.run(  # noqa: S603 (our own command)
            [*MYOTIS, *arguments], cwd=visits.parent, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 3
    assert "can't be written (No space left on device)" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["score", "visits.csv", "--missing", "guess"], "--missing"),
        (["score", "visits.csv", "--criteria", "juvenile-imacs"], "no source gives one"),
        (["score", "visits.csv", "--visits", "1,2"], "baseline"),
        (["score"], "FILE"),
        (["check", "--against", "proderm", "--sources"], "exclude one another"),
    ],
)
def test_a_wrong_command_line_is_one_json_document_too(visits, arguments, says):
    done = subprocess.run(  # noqa: S603 (our own command)
        [*MYOTIS, *arguments, "--json"], cwd=visits.parent, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert says.lower() in json.loads(done.stdout)["error"].lower()


@pytest.fixture(params=["SIGTERM", "SIGHUP", "SIGINT"])
def name(request):
    """A signal that a program started here hears, also where these tests were told to ignore it (nohup)."""
    number = getattr(signal, request.param, signal.SIGTERM)  # Windows has not all of them
    before = signal.getsignal(number)
    if before is signal.SIG_IGN:
        signal.signal(number, signal.SIG_DFL)
    yield request.param
    signal.signal(number, before)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_a_signal_in_a_finalizer_ends_the_program_all_the_same(name):
    """No exception gets out of a finalizer, or of a callback from compiled code."""
    program = f"""
import os, signal, time
from myotis.cli.ending import run_to_its_end

class Gone:
    def __del__(self):
        os.kill(os.getpid(), signal.{name})
        time.sleep(0)

def work():
    Gone()
    time.sleep(30)

run_to_its_end(work)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)  # noqa: S603
    assert (done.returncode, done.stdout) == (128 + getattr(signal, name), "")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_a_signal_leaves_no_temporary_file(tmp_path, name):
    rows = "".join(f"S{i},0,6,6,6,120,1.5,4\nS{i},16,3,3,3,140,0.5,2\n" for i in range(250_000))
    (tmp_path / "visits.csv").write_text(HEADING + rows)
    (tmp_path / "t").mkdir()
    (tmp_path / "o").mkdir()
    (tmp_path / "o" / "scored.csv").write_text("before")
    process = subprocess.Popen(  # noqa: S603 (our own command)
        [*MYOTIS, "score", "visits.csv", "--out", "o/scored.csv"],
        cwd=tmp_path, env={"TMPDIR": str(tmp_path / "t"), "HOME": str(tmp_path)}, stderr=subprocess.PIPE,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not list((tmp_path / "t").glob("myotis-*")) and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.005)
    number = getattr(signal, name)
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert [file.read_text() for file in (tmp_path / "o").iterdir()] == ["before"]
    assert not list((tmp_path / "t").iterdir())
