"""Divisions and the organizations in them: bureaus, departments, units, bases."""
