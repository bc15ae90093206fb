"""Notes and bookmarks at a moment of a lesson: the learner's own, and nobody else's."""
