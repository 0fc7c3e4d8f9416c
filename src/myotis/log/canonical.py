"""The one text of a JSON value, as logs use it. It is at home with the keys, which sign it."""

from myotis.keys.canonical import digest_text, digest_value, write_canonical

__all__ = ["digest_text", "digest_value", "write_canonical"]
