"""Garbage collection: what a process loads at its start is never looked through again."""

import gc


def keep_what_is_loaded() -> None:
    """Take everything that is there now for good.

    The program and its tables are half a million objects. Looking through all of them again and
    again takes a fifth of a second each time, which some visitor would have to wait.
    """
    gc.collect()
    gc.freeze()
