"""Modules that are loaded when they are first used, and not when a process starts.

Only for what is large and seldom needed: printing and signing certificates, passkeys. Without them
a process starts in two thirds of the time, and one that never needs them never holds them.
"""

import importlib
from functools import cache
from typing import Any


@cache
def late(name: str) -> Any:
    """The module `name`, loaded now if it was not before."""
    return importlib.import_module(name)
