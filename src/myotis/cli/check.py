"""``myotis check``: is a protocol valid, what does it say, where do its numbers come from; is a log unaltered?"""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from myotis.cli.check_log import check_log_file
from myotis.cli.options import Json, Protocol


def check(
    log: Annotated[
        Path | None, typer.Argument(help="A log of acts: is it unaltered? Without one, a protocol is checked.")
    ] = None,
    protocol: Protocol = "proderm",
    against: Annotated[
        str | None, typer.Option(help="An older protocol: show what has changed since.", metavar="TRIAL")
    ] = None,
    amendment: Annotated[
        Path | None,
        typer.Option(help="With --against: the file that says when each change applies.", metavar="FILE"),
    ] = None,
    sources: Annotated[bool, typer.Option("--sources", help="List every number with its source.")] = False,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of protocol files.")] = False,
    anchor: Annotated[
        list[Path] | None, typer.Option(help="Of a log: an anchor that it has to go on from.", metavar="FILE")
    ] = None,
    key: Annotated[
        list[Path] | None, typer.Option(help="The public key of who signed the anchor.", metavar="FILE")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a protocol: say what it is, what has changed, and where its numbers come from. Or check that a log is
    unaltered."""
    if sum((log is not None, against is not None, sources, schema)) > 1:
        raise typer.BadParameter("a log, --against, --sources and --schema exclude one another")
    if bool(anchor) != bool(key) or (anchor and log is None):
        raise typer.BadParameter("--anchor and --key go together, and with a log")
    if amendment is not None and against is None:
        raise typer.BadParameter("--amendment needs --against")
    if log is not None:
        check_log_file(log, anchor or [], key or [], as_json=as_json)
    elif schema:
        _print_schema()
    elif sources:
        _print_sources(protocol, as_json)
    elif against is not None:
        _print_changes(protocol, against, amendment, as_json)
    else:
        _print_summary(protocol, as_json)


def _print_schema() -> None:
    from myotis.protocol.schema import protocol_schema  # noqa: PLC0415 (loaded on call, so that --help is quick)

    _print_json(protocol_schema())


def _print_summary(protocol: str, as_json: bool) -> None:
    from myotis.cli.sources import count_by_status, describe_counts  # noqa: PLC0415
    from myotis.protocol.describe import describe_response  # noqa: PLC0415
    from myotis.protocol.read import read_trial  # noqa: PLC0415

    trial = read_trial(protocol)
    summary = _identity(trial) | {
        "visits": [visit.id for visit in trial.visits],
        "response": describe_response(trial.response),
        "sources": count_by_status(trial.list_facts()),
    }
    if as_json:
        _print_json(summary)
        return
    print(f"{summary['trial']}, {summary['version']}: the protocol is valid")
    print(f"digest    {summary['digest']}")
    print(f"visits    {', '.join(summary['visits'])}")
    print(f"response  {summary['response']}")
    print(f"sources   {describe_counts(summary['sources'])}")


def _print_changes(protocol: str, against: str, amendment: Path | None, as_json: bool) -> None:
    from myotis.protocol.diff import compare_trials  # noqa: PLC0415
    from myotis.protocol.read import read_trial  # noqa: PLC0415

    before, after = read_trial(against), read_trial(protocol)
    changes = list(compare_trials(before, after))
    applies = _read_applications(amendment, before, after)
    if as_json:
        listed = [
            change._asdict() | ({"applies": applies[change.place]} if change.place in applies else {})
            for change in changes
        ]
        _print_json({"before": _identity(before), "after": _identity(after), "changes": listed})
        return
    for trial, sign in ((before, "-"), (after, "+")):
        print(f"{sign * 3} {trial.trial.id}, {trial.trial.version} ({trial.digest[:12]})")
    shown = [f"{change}{_when(applies.get(change.place))}" for change in changes]
    print("\n".join(shown) or "no difference")


def _read_applications(amendment: Path | None, before: Any, after: Any) -> dict[str, str]:
    """When each change applies, by its place; nothing without an amendment."""
    from myotis.protocol.amendment import list_amended_changes, read_amendment  # noqa: PLC0415

    if amendment is None:
        return {}
    read = read_amendment(amendment, before, after)
    return {change.place: applies for change, applies in list_amended_changes(before, after, read)}


def _when(applies: str | None) -> str:
    return f" [{applies.replace('_', ' ')}]" if applies else ""


def _print_sources(protocol: str, as_json: bool) -> None:
    from myotis.cli import sources  # noqa: PLC0415

    listed = sources.list_sources(protocol)
    counts = {part: sources.count_by_status(facts) for part, facts in listed.items()}
    if as_json:
        rows = [{"of": part, **sources.tabulate_fact(fact)} for part, facts in listed.items() for fact in facts]
        _print_json({"facts": rows, "counts": counts})
        return
    for part, facts in listed.items():
        sources.print_table(part, facts)
    for part in listed:
        print(f"{part}: {sources.describe_counts(counts[part])}")


def _identity(trial: Any) -> dict[str, Any]:
    return {"trial": trial.trial.id, "version": trial.trial.version, "digest": trial.digest}


def _print_json(document: Any) -> None:
    print(json.dumps(document, indent=2, ensure_ascii=False))
