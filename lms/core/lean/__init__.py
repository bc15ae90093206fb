"""Connections for what every learner does all the time: keys, answers to pop-ups and in exams."""

from lms.core.lean.connections import LeanConnection, LeanConnections, init_lean, lean

__all__ = ["LeanConnection", "LeanConnections", "init_lean", "lean"]
