"""Named events by which a lower feature tells higher ones, inside the same transaction.

A handler that raises rolls the whole transaction back: completing a cycle and issuing its
certificate happen together or not at all. Handlers are connected in a feature's `register(app)`.
"""

from blinker import Signal

cycle_completed = Signal("sender is the enrollments.Cycle that has just been completed")
cycle_withdrawn = Signal("sender is the enrollments.Cycle that a refund is about to end")
cycle_started = Signal("sender is the enrollments.Cycle that has just begun")
course_watched = Signal("sender is the enrollments.Cycle whose lessons are now all watched")
certificate_revoked = Signal("sender is the certificates.Certificate just revoked")
