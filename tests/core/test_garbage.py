"""What a process has loaded is not looked through again for garbage."""

import gc

from lms.core.garbage import keep_what_is_loaded


def test_what_is_there_is_kept_for_good_and_what_comes_later_is_not():
    before = gc.get_freeze_count()
    loaded = [[] for _ in range(1000)]
    keep_what_is_loaded()
    kept = gc.get_freeze_count()
    later = [[] for _ in range(1000)]
    assert kept >= before + len(loaded)
    assert gc.get_freeze_count() - kept < len(later)
