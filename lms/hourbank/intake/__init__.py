"""Taking in credits and reversals, one or many at once, exactly once each."""
