"""Systems under test by name, by module, or by file."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType

from histories.names import UnknownNameError, pick
from systems.system import System

SHIPPED: Mapping[str, str] = {
    "lww": "systems.lww:Lww",
    "raft": "systems.raft:Raft",
    "chain": "systems.chain:Chain",
    "chain-anywhere": "systems.chain:ChainAnywhere",
    "mvcc": "systems.mvcc:Mvcc",
    "serializable": "systems.serializable:Serializable",
    "locking-read-uncommitted": "systems.locking:LockingReadUncommitted",
    "locking-read-committed": "systems.locking:LockingReadCommitted",
    "locking-repeatable-read": "systems.locking:LockingRepeatableRead",
    "locking-serializable": "systems.locking:LockingSerializable",
}


def known() -> dict[str, str]:
    """Every system by name, and where its class is: those shipped, and those of installed packages."""
    installed = {point.name: point.value for point in entry_points(group="fallacy.systems")}
    return {**installed, **SHIPPED}


def load_system(name: str) -> System:
    """The system called so: a name, `package.module:Class`, or `path/to/file.py[:Class]`.

    Raises `UnknownNameError` where there is none, and lets an error inside the module itself come out.
    """
    place, _, wanted = name.partition(":")
    if place.endswith(".py"):
        return _only(_from_file(Path(place)), wanted, name)()
    if not wanted:
        return load_system(pick(name, known(), "system"))
    try:
        module = importlib.import_module(place)
    except ModuleNotFoundError as error:
        if error.name is not None and place.startswith(error.name):
            raise UnknownNameError(f"unknown system {name!r}: there is no module {place}") from None
        raise
    return _only(module, wanted, name)()


def _from_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise UnknownNameError(f"unknown system {str(path)!r}: there is no such file")
    name = f"_system_{path.stem}"  # which hides no module that the file itself may import
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise UnknownNameError(f"unknown system {str(path)!r}: Python cannot load it")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _only(module: ModuleType, wanted: str, name: str) -> type[System]:
    found = {
        label: member
        for label, member in vars(module).items()
        if inspect.isclass(member) and issubclass(member, System) and not inspect.isabstract(member)
    }
    own = {label: member for label, member in found.items() if member.__module__ == module.__name__}
    if wanted:
        return pick(wanted, found, f"class in {name.partition(':')[0]}")
    if len(own) != 1:
        listed = ", ".join(own) or "none"
        raise UnknownNameError(f"{name}: expected one class of a System, found {listed}; name it with :Class")
    return next(iter(own.values()))
