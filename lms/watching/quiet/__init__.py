"""Stretches of a film in which no pop-up may stand, because a trainer says so."""
