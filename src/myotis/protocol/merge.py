"""Two versions of a protocol put together, place by place: the newer value where it is taken, else the older one."""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

from myotis.protocol.check import sourced_paths
from myotis.protocol.contents import Contents
from myotis.protocol.fields import Section
from myotis.protocol.files import as_tuples, build_model
from myotis.protocol.provenance import Provenance, covers, find_most_exact, flatten, name_entries
from myotis.protocol.trial import Trial

Path = tuple[str, ...]
IsTaken = Callable[[Path], bool]
"""Tells of a place whether the newer value is taken."""


class _Nothing(Enum):
    ABSENT = "no value"
    EMPTY = "a list without entries, which is no reason for a table to exist"


def merge_trials(before: Trial, after: Trial, is_taken: IsTaken, version: str) -> Trial:
    """The protocol that has the values of ``after`` where they are taken, and those of ``before`` elsewhere.

    An entry of a list that only one of the two has is there as far as its values are. Each value has the source that
    it has in its own file. Raises InputError where what comes out contradicts itself.
    """
    merged = _merge(_plain(before), _plain(after), (), is_taken)
    merged["trial"]["version"] = version
    merged["provenance"], merged["references"] = {}, {}
    left = {path for path in _changed(before, after) if not is_taken(path)}
    paths = sourced_paths(build_model(Contents, as_tuples(merged), version))
    merged["provenance"], merged["references"] = _merge_sources(before, after, left, paths)
    return build_model(Trial, as_tuples(merged), version)


def _merge_sources(
    before: Contents, after: Contents, left: set[Path], paths: list[Path]
) -> tuple[dict[str, Provenance], dict[str, str]]:
    """The newer sources, and for each value that was ``left`` as it was its older one, by its own place."""
    sources = {
        place: source for place, source in after.provenance.items() if any(covers(place, path) for path in paths)
    }
    references = dict(after.references)
    for path in (path for path in paths if path in left):
        source = find_most_exact(path, before.provenance)
        assert source is not None, "every value of a protocol has a source"
        if source.reference is not None:
            name, text = source.reference, before.references[source.reference]
            name = name if references.get(name, text) == text else f"{name}_before"
            references[name] = text
            source = source.model_copy(update={"reference": name})
        sources[".".join(path)] = source
    return sources, references


def _plain(value: Any) -> Any:
    """A part of a protocol as mappings, lists and the values in them."""
    if isinstance(value, Section) and not isinstance(value, Provenance):
        return {name: _plain(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, dict):
        return {name: _plain(below) for name, below in value.items()}
    if type(value) is tuple:  # a quantity is a tuple too, and one value
        return [_plain(entry) for entry in value]
    return _Nothing.ABSENT if value is None else value


def _merge(old: Any, new: Any, path: Path, is_taken: IsTaken) -> Any:
    if isinstance(old, Mapping) or isinstance(new, Mapping):
        return _merge_tables(_or_empty(old, {}), _or_empty(new, {}), path, is_taken)
    if _has_tables(old) or _has_tables(new):
        return _merge_lists(_or_empty(old, []), _or_empty(new, []), path, is_taken)
    if [] in (old, new) and _Nothing.ABSENT in (old, new):
        return _Nothing.EMPTY
    return new if old == new or is_taken(path) else old


def _merge_tables(old: dict[str, Any], new: dict[str, Any], path: Path, is_taken: IsTaken) -> Any:
    merged = {}
    for name in dict.fromkeys([*new, *old]):
        value = _merge(old.get(name, _Nothing.ABSENT), new.get(name, _Nothing.ABSENT), (*path, name), is_taken)
        if value is not _Nothing.ABSENT:
            merged[name] = value
    if (old or new) and all(value is _Nothing.EMPTY for value in merged.values()):
        return _Nothing.ABSENT
    return {name: [] if value is _Nothing.EMPTY else value for name, value in merged.items()}


def _merge_lists(old: list[Any], new: list[Any], path: Path, is_taken: IsTaken) -> Any:
    old_entries = dict(zip(name_entries(old), old, strict=True))
    new_entries = dict(zip(name_entries(new), new, strict=True))
    names = _order(list(old_entries), list(new_entries))
    if is_taken(path):
        names = _order(list(new_entries), list(old_entries))
    merged = [
        _merge(old_entries.get(name, _Nothing.ABSENT), new_entries.get(name, _Nothing.ABSENT), (*path, name), is_taken)
        for name in names
    ]
    return [entry for entry in merged if entry is not _Nothing.ABSENT] or _Nothing.EMPTY


def _order(first: list[str], others: list[str]) -> list[str]:
    """The names in the order of the first list, each further one behind the one that it follows in the other."""
    names = list(first)
    for position, name in enumerate(others):
        if name not in names:
            names.insert(names.index(others[position - 1]) + 1 if position else 0, name)
    return names


def _changed(before: Contents, after: Contents) -> set[Path]:
    """The places of all values that differ, or that only one of the two has."""
    olds, news = dict(flatten(_plain(before))), dict(flatten(_plain(after)))
    return {path for path in news.keys() | olds.keys() if olds.get(path) != news.get(path)}


def _has_tables(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(entry, Mapping) for entry in value)


def _or_empty(value: Any, empty: Any) -> Any:
    return empty if value is _Nothing.ABSENT else value
