"""Extra time in exams for people on record."""
