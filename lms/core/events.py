"""Named events by which a lower feature tells higher ones, inside the same transaction.

A handler that raises rolls the whole transaction back: completing a cycle and issuing its
certificate happen together or not at all. Handlers are connected in a feature's `register(app)`.
"""

from blinker import Signal

course_copied = Signal("sender is the new catalog.Course; source=, lessons= (new by old), actor=")
course_frozen = Signal("sender is the catalog.CourseVersion just made of a course as it is")
quality_marked = Signal("sender is the catalog.QualityMark just given to a course")
quality_taken_back = Signal(
    "sender is the catalog.QualityMark just taken back; it holds the reason"
)
cycle_completed = Signal("sender is the enrollments.Cycle that has just been completed")
cycle_reopened = Signal(
    "sender is the enrollments.Cycle that is not completed any more; actor=, reason= (in words)"
)
cycle_withdrawn = Signal("sender is the enrollments.Cycle that a refund is about to end")
cycle_started = Signal("sender is the enrollments.Cycle that has just begun")
attempt_submitted = Signal("sender is the exams.Attempt just marked; its cycle is settled")
restudy_decided = Signal("sender is the exams.RestudyApplication just decided")
course_watched = Signal("sender is the enrollments.Cycle whose lessons are now all watched")
certificate_revoked = Signal("sender is the certificates.Certificate just revoked")
certificate_ready = Signal("sender is the certificates.Certificate whose file was just made")
hours_refused = Signal("sender is the hours.Delivery that the bank has just refused")
exam_regraded = Signal(
    "sender is an exams.regrade.Regrade that has just changed marks of one person in its course; "
    "person=, attempts= (RegradedAttempt, before and after), cycles= (RegradedCycle, likewise)"
)
# What somebody may do, or whose they are, is no longer what a code made for them stood for.
standing_changed = Signal("sender is the accounts.Person with a new post or another unit")
# A duplicate is merged into the person who stays (memberships). What hangs on a study cycle follows
# the cycle: told before it passes to the survivor, after it has, or that it stays behind.
person_merged = Signal("sender is the surviving Person; duplicate=, actor=")
cycle_leaving = Signal("sender is the enrollments.Cycle about to pass to another person")
cycle_handed_over = Signal("sender is the enrollments.Cycle now of the survivor; actor=")
cycle_set_aside = Signal("sender is the enrollments.Cycle that stays behind; kept=, actor=")
