"""Keys for tests, the same in every run: their random bytes are a digest of a name."""

import hashlib

from myotis.keys.pairs import make_key


def stream(name):
    """A source of bytes that gives others at each call, and the same ones in each run."""
    calls = iter(range(10**9))

    def entropy(count):
        return hashlib.shake_256(f"{name} {next(calls)}".encode()).digest(count)

    return entropy


def key_of(role, name=None):
    """A key of a role."""
    return make_key(role, name or f"Holder of {role}", "2026-01-05T10:00+00:00", stream(f"{role} {name}"))
