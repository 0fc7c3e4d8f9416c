"""What a newcomer's first import costs: nothing heavy, until it is used."""

import importlib
import json
import subprocess
import sys

import pytest

import myotis

HEAVY = {"polars", "numba", "matplotlib", "scipy", "pydantic", "pandas", "pyreadstat", "numpy", "typer", "rich"}


def modules_after(statement):
    """The top-level packages that a new Python has loaded after a statement."""
    program = (
        f"{statement}\nimport json, sys\nprint(json.dumps(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    )
    ran = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)  # noqa: S603
    return set(json.loads(ran.stdout.splitlines()[-1]))


def test_importing_myotis_loads_nothing_heavy():
    assert not modules_after("import myotis; dir(myotis); myotis.__version__") & HEAVY


def test_scoring_a_few_subjects_loads_no_compiler():
    loaded = modules_after("import myotis; myotis.compute_tis({'haq': 2}, {'haq': 1})")
    assert "numpy" in loaded
    assert not loaded & {"numba", "polars", "matplotlib", "scipy", "pydantic"}


@pytest.mark.parametrize("name", ["compute_tis", "compute_max_attainable_tis"])
def test_names_of_the_package_are_those_of_their_home(name):
    assert name in dir(myotis)
    assert getattr(myotis, name) is getattr(importlib.import_module("myotis.instruments.tis"), name)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'compute_everything'"):
        _ = myotis.compute_everything


COMMANDS = [[], ["score"], ["check"], ["demo"], ["randomize", "keys", "make"], ["design", "proportions"]]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_loads_no_library_but_that_of_the_command_line(command):
    call = (
        "import contextlib, io, sys\n"
        f"sys.argv = ['myotis', *{command!r}, '--help']\n"
        "from myotis.cli.main import main\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n    main()"
    )
    assert not modules_after(call) & (HEAVY - {"typer", "rich", "pydantic"})  # Typer reads options with pydantic


def test_every_name_of_the_package_loads():
    for name in myotis._HOMES:
        assert callable(getattr(myotis, name))
