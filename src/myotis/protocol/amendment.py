"""Amendments: when each change of a protocol applies, and which protocol is in force for one subject.

The amended protocol is a file of its own. A small TOML file beside it says when each of its changes applies: at once,
as an immediate safety measure; once the amendment is approved for the site; or once the subject has consented anew.
Places are written as in ``[provenance]``, and the most exact one wins. What describes the file alone (its version,
references and sources) needs no entry.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import Field, StringConstraints

from myotis.errors import Fault, InputError, SettingError
from myotis.protocol.diff import ORDER, Change, compare_trials
from myotis.protocol.faults import contradiction
from myotis.protocol.fields import Id, Section
from myotis.protocol.files import build_model, parse_toml, read_text
from myotis.protocol.merge import merge_trials
from myotis.protocol.provenance import covers, find_most_exact
from myotis.protocol.trial import Trial

Applies = Literal["immediately", "on_site_approval", "on_reconsent"]

ABOUT_THE_FILE: Final = ("schema_version", "trial.version", "references", "provenance")

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Amendment(Section):
    """When the changes from one protocol to another apply."""

    schema_version: Literal[1]
    """The version of this file format."""
    id: Id
    label: str
    reason: str
    """Why the protocol is amended."""
    before: Digest
    """The digest of the protocol that is amended."""
    after: Digest
    """The digest of the amended protocol."""
    changes: dict[str, Applies] = Field(min_length=1)
    """When each change applies, by its place."""


class AmendedChange(NamedTuple):
    """A change and when it applies."""

    change: Change
    applies: Applies


def read_amendment(source: str | Path, before: Trial, after: Trial) -> Amendment:
    """Read the file of an amendment from one protocol to another. Raises InputError with every fault.

    No change may be left out and no entry may be idle, and what is in force between approval and new consent has to be
    a protocol without contradictions.
    """
    path = Path(source)
    text = read_text(path, expected="the TOML file of an amendment")
    amendment = build_model(Amendment, parse_toml(text, path.name), path.name)
    faults = find_amendment_faults(amendment, before, after)
    if faults:
        raise InputError(fault.inside(path.name) for fault in faults)
    return amendment


def find_amendment_faults(amendment: Amendment, before: Trial, after: Trial) -> list[Fault]:
    """Every way in which an amendment does not fit its two protocols."""
    faults = [*_wrong_digests(amendment, before, after), *_wrong_places(amendment, before, after)]
    return faults or list(_contradictions(amendment, before, after))


def list_amended_changes(before: Trial, after: Trial, amendment: Amendment) -> Iterator[AmendedChange]:
    """Every change with when it applies, but for what describes the file alone."""
    for change in _real_changes(before, after):
        applies = find_most_exact(_path(change), amendment.changes)
        assert applies is not None, "every change of an amendment is covered"
        yield AmendedChange(change, applies)


def applicable_protocol(
    before: Trial, after: Trial, amendment: Amendment, *, site_approved: bool, reconsented: bool
) -> Trial:
    """The protocol in force for a subject, by whether its site has the approval and it has consented anew.

    Where only some of the changes apply, its version says so, and it has a digest of its own. Raises SettingError for a
    new consent before the approval, and InputError where the amendment doesn't fit the protocols.
    """
    if reconsented and not site_approved:
        raise SettingError("a subject can't consent to an amendment that its site has no approval for")
    faults = [*_wrong_digests(amendment, before, after), *_wrong_places(amendment, before, after)]
    if faults:
        raise InputError(faults)
    in_force = _kinds_in_force(site_approved, reconsented)
    return _combine(before, after, amendment, in_force)


def _kinds_in_force(site_approved: bool, reconsented: bool) -> tuple[Applies, ...]:
    if reconsented:
        return ("immediately", "on_site_approval", "on_reconsent")
    return ("immediately", "on_site_approval") if site_approved else ("immediately",)


def _combine(before: Trial, after: Trial, amendment: Amendment, in_force: tuple[Applies, ...]) -> Trial:
    taken = {amended.applies in in_force for amended in list_amended_changes(before, after, amendment)}
    if False not in taken:
        return after
    if True not in taken:
        return before
    version = f"{before.trial.version}, with what applies {' and '.join(in_force)} of {after.trial.version}"
    return merge_trials(
        before, after, lambda path: find_most_exact(path, amendment.changes) in in_force, version.replace("_", " ")
    )


def _wrong_digests(amendment: Amendment, before: Trial, after: Trial) -> Iterator[Fault]:
    for name, named, trial in (("before", amendment.before, before), ("after", amendment.after, after)):
        if named != trial.digest:
            what, expected = f"it is not the digest of {trial.trial.version}", trial.digest
            yield contradiction(name, what, expected, "Correct it, or take the protocol that it belongs to.")


def _wrong_places(amendment: Amendment, before: Trial, after: Trial) -> Iterator[Fault]:
    paths = [_path(change) for change in _real_changes(before, after)]
    for path in dict.fromkeys(paths):
        if find_most_exact(path, amendment.changes) is None:
            what, remedy = f"it is not said when {'.'.join(path)} applies", "Add the place or one above it."
            yield contradiction("changes", what, "a place that covers it", remedy)
    for place in amendment.changes:
        if not any(covers(place, path) for path in paths):
            what, remedy = "nothing changes at this place", "Correct the place, or remove the entry."
            yield contradiction(f"changes.{place}", what, "a place at or above a change", remedy)


def _contradictions(amendment: Amendment, before: Trial, after: Trial) -> Iterator[Fault]:
    states = {"before a site's approval": (False, False), "before a subject's new consent": (True, False)}
    for when, state in states.items():
        try:
            _combine(before, after, amendment, _kinds_in_force(*state))
        except InputError as error:
            for fault in error.faults:
                what = f"{when}, the protocol contradicts itself: {replace(fault, file=None)}"
                yield contradiction("changes", what, "changes that apply together", "Let them apply at one time.")


def _real_changes(before: Trial, after: Trial) -> Iterator[Change]:
    for change in compare_trials(before, after):
        if not any(covers(place, _path(change)) for place in ABOUT_THE_FILE):
            yield change


def _path(change: Change) -> tuple[str, ...]:
    return tuple(change.place.removesuffix(ORDER).split("."))
