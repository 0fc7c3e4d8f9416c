"""``myotis randomize make``: an allocation list, from a restricted specification."""

import json
from pathlib import Path
from typing import Annotated

import typer

from myotis.cli.options import Json, Protocol


def make(
    specification: Annotated[
        Path, typer.Argument(help="The restricted list specification, a TOML file.", metavar="SPECIFICATION")
    ],
    out: Annotated[Path, typer.Option(help="The list to write, a JSON file that only you can read.", metavar="FILE")],
    protocol: Protocol = "proderm",
    seed: Annotated[
        str | None,
        typer.Option(
            help="A name, such as demo: everybody gets the same list, and it can't be used live.", metavar="NAME"
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Make an allocation list: a live one from the entropy of this machine, or with --seed one for tests.

    What is printed tells nothing of the arms. An existing list is never overwritten.
    """
    from myotis.cli.randomize.specified import read_fitting  # noqa: PLC0415 (loaded on call, so that --help is quick)
    from myotis.protocol.read import read_trial  # noqa: PLC0415
    from myotis.randomize.lists import ENTROPY_BYTES, make_list, write_list  # noqa: PLC0415
    from myotis.randomize.seal import draw_entropy  # noqa: PLC0415

    trial = read_trial(protocol)
    specified = read_fitting(specification, trial, live=seed is None)
    entropy = draw_entropy(ENTROPY_BYTES) if seed is None else None
    made = make_list(trial, specified, seed=seed, entropy=entropy)
    write_list(out, made)
    places = {stratum: len(arms) for stratum, arms in made.arms_by_stratum.items()}
    if as_json:
        about = made.model_dump(mode="json", exclude={"entropy", "arms_by_stratum"})
        print(json.dumps(about | {"places": places, "file": str(out)}))
        return
    print(f"{trial.trial.id}: {made.count_places()} places in {len(places)} strata, by {made.procedure}")
    for stratum, count in places.items():
        print(f"  {stratum}: {count}")
    print(f"specification  {made.specification_digest}")
    print(f"usable live    {'yes' if made.usable_live else 'no, it is from a named seed'}")
    print(f"The list: {out}")
