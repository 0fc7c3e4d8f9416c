"""Compiles rules with Numba, and keeps what it compiled; only this file and the one of references know Numba.

Numba's cache notices a change in the file of a function, not in a function that it calls from another file, and
would go on giving yesterday's answer. So the folder of the cache is named by a digest of all of the package's
sources: any change starts a new one.
"""

import gc
import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, wraps
from pathlib import Path
from threading import RLock
from types import FunctionType
from typing import Any

import numba
import platformdirs

from myotis.terms.references import hand_over

PACKAGE = Path(__file__).resolve().parents[1]

KEPT_VERSIONS = 5
"""Compiled rules of so many versions of the sources stay on disk."""

_COMPILING = RLock()


def digest_sources(folder: Path) -> str:
    """A digest of every Python file below a folder: names and contents."""
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*.py")):
        digest.update(str(file.relative_to(folder)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


@cache
def cache_folder() -> Path:
    """Where compiled rules of exactly these sources are kept; a temporary folder where the user's can't be written."""
    key = f"{digest_sources(PACKAGE)}-numba{numba.__version__}"
    folder = Path(platformdirs.user_cache_dir("myotis", appauthor=False)) / "rules" / key
    try:
        if not folder.exists():
            folder.mkdir(parents=True)
            _forget_old_versions(folder.parent)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError:
        folder = Path(tempfile.mkdtemp(prefix="myotis-rules-"))
    return folder


def _forget_old_versions(caches: Path) -> None:
    newest_last = sorted(caches.iterdir(), key=lambda folder: folder.stat().st_mtime)
    for folder in newest_last[:-KEPT_VERSIONS]:
        shutil.rmtree(folder, ignore_errors=True)


def compile_function(function: Callable[..., Any], *, from_python: bool) -> Callable[..., Any]:
    """Compile a rule or a part of one; the parts it calls are compiled with it.

    What only compiled code calls is compiled in half the time, since it needs no door for Python; a call from Python
    would then end the process.
    """
    called = {name: function.__globals__.get(name) for name in function.__code__.co_names}
    # Rules and their parts are known by their kernel: to import their class here would close a circle.
    parts: dict[str, Any] = {name: part for name, part in called.items() if hasattr(type(part), "kernel")}
    kernels = {name: part.kernel for name, part in parts.items()}
    name = function.__qualname__  # the cache tells functions apart by it
    if from_python:
        return _open_to_python(_clone(function, kernels, f"{name}_from_python"))
    # As part of others it is kept with them; by itself it would be written, and hardly ever read.
    part: Callable[..., Any] = _jit(
        _clone(function, kernels, name), cache=False, no_cpython_wrapper=True, forceinline=True
    )
    return part


def compile_loop(kernel: Callable[..., Any], function: Callable[..., Any]) -> Callable[..., None]:
    """A compiled loop over subjects for a compiled rule, which lets other threads run beside it."""
    name = f"loop_over_{function.__module__}_{function.__name__}".replace(".", "_")
    return _open_to_python(_clone(_loop, {"_kernel": kernel}, name))


def _loop(x, offsets, limits, out):  # type: ignore[no-untyped-def] # Numba infers the types
    for subject in range(len(offsets) - 1):
        start, stop = offsets[subject], offsets[subject + 1]
        _kernel(x[start:stop], limits, out[start:stop])  # type: ignore[name-defined] # noqa: F821 (put in by _clone)


def _clone(function: Callable[..., Any], names: dict[str, Any], qualname: str) -> FunctionType:
    # What a compiled function calls is put among its globals: a closure would be a new key of the cache each time.
    code: Any = function.__code__
    clone = FunctionType(code, function.__globals__ | names, function.__name__, function.__defaults__)
    clone.__qualname__ = qualname
    clone.__module__ = function.__module__
    return clone


def _open_to_python(function: Callable[..., Any]) -> Callable[..., Any]:
    compiled = _jit(function, cache=True)

    @wraps(compiled)
    def call(*arguments: Any) -> Any:
        handed = hand_over(arguments)
        if compiled.overloads:
            return compiled(*handed)
        with _quick_compiler():
            return compiled(*handed)

    return call


@contextmanager
def _quick_compiler() -> Iterator[None]:
    """Compile without what takes long and brings nothing.

    More optimization than the first level, which vectorizes loops too, makes nothing here quicker. And compiling makes
    millions of objects that stay: to look among them for garbage takes time.
    """
    with _COMPILING:  # what is changed is the whole process's
        level, collects = numba.config.OPT, gc.isenabled()
        numba.config.OPT = type(level)(1)
        gc.disable()
        try:
            yield
        finally:
            numba.config.OPT = level
            if collects:
                gc.enable()


def _jit(function: Callable[..., Any], **options: Any) -> Any:
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(cache_folder())
    try:
        return numba.njit(nogil=True, no_cfunc_wrapper=True, **options)(function)
    finally:
        numba.config.CACHE_DIR = before
