"""Who gets into which route with the records of here: written by hand, beside the code.

The code derives it from posts and scopes; this table says what ought to come out. A route that is
missing here fails the test.
"""

from tests.security.access.world import ELSEWHERE, VISITORS

EVERYONE = frozenset(VISITORS)
SIGNED_IN = EVERYONE - {"guest"}
NOBODY: frozenset[str] = frozenset()
OWNER = frozenset({"owner"})


def both(*names: str) -> frozenset[str]:
    """Those of here and those of elsewhere: pages without a record, where each sees their own."""
    return frozenset(names) | {name + ELSEWHERE for name in names}


def here(*names: str) -> frozenset[str]:
    """Those of here alone."""
    return frozenset(names)


TEACHERS = here("trainer", "base")
TEACHING_PAGES = both("trainer", "base")
BASE = here("base")
BASE_PAGES = both("base")
RESTUDY = here("base", "unit")

RULES: dict[str, frozenset[str]] = {
    # --- open to all, with or without an account
    "accounts.sign_in": EVERYONE,
    "accounts.sign_out": EVERYONE,
    "api-docs.openapi_json": EVERYONE,
    "cashier.cashier": EVERYONE,
    "catalog.course": EVERYONE,
    "catalog.courses": EVERYONE,
    "catalog.cover": EVERYONE,
    "catalog.etextbook": EVERYONE,
    "media.package_file": EVERYONE,
    "uploads.options": EVERYONE,
    "verify.check_file": EVERYONE,
    "verify.look_up": EVERYONE,
    "verify.record": EVERYONE,
    "verify.start": EVERYONE,
    "web.front": EVERYONE,
    "web.healthz": EVERYONE,
    "web.readyz": EVERYONE,
    "web.set_language": EVERYONE,
    # --- machines, by a signature or a token that no visitor has
    "hourbank_api.get_entry": NOBODY,
    "hourbank_api.state_year": NOBODY,
    "hourbank_api.take_credit": NOBODY,
    "hourbank_api.take_reversal": NOBODY,
    "payments_api.notify": NOBODY,
    "watching.key": NOBODY,
    # --- pages about oneself
    "accounts.me": SIGNED_IN,
    "certificates.mine": SIGNED_IN,
    "hourbank.me": SIGNED_IN,
    "hours.year": SIGNED_IN,
    "payments.orders": SIGNED_IN,
    # --- beginning something of one's own in an open course, which here costs money: only
    # who has paid gets further
    "enrollments.enrol": OWNER,
    "payments.place": SIGNED_IN,
    # --- a learner's own records
    "certificates.card": OWNER,
    "certificates.download": OWNER,
    "exams.attempt": OWNER,
    "exams.intro": OWNER,
    "exams.restudy": OWNER,
    "exams.save_answer": OWNER,
    "exams.start": OWNER,
    "exams.submit": OWNER,
    "hours.credit": OWNER,
    "payments.cancel": OWNER,
    "payments.check": OWNER,
    "payments.order": OWNER,
    "payments.pay": OWNER,
    "watching.cycle": OWNER,
    "watching.lease": OWNER,
    "watching.lesson": OWNER,
    # --- no lesson is in play and no pop-up is due
    "watching.answer": NOBODY,
    "watching.finish": NOBODY,
    "watching.popup": NOBODY,
    # --- courses of a base, by its trainers and managers
    "manage_catalog.course": TEACHERS,
    "manage_catalog.courses": TEACHING_PAGES,
    "manage_catalog.edit": TEACHERS,
    "manage_catalog.edit_lesson": TEACHERS,
    "manage_catalog.etextbooks": TEACHERS,
    "manage_catalog.lessons": TEACHERS,
    "manage_catalog.move_lesson": TEACHERS,
    "manage_catalog.new_course": TEACHING_PAGES,
    "manage_catalog.publish": TEACHERS,
    "manage_catalog.remove_cover": TEACHERS,
    "manage_catalog.remove_etextbook": TEACHERS,
    "manage_catalog.remove_lesson": TEACHERS,
    "manage_catalog.set_cover": TEACHERS,
    "manage_catalog.withdraw": TEACHERS,
    "manage_exams.edit": TEACHERS,
    "manage_questions.apply_import": TEACHERS,
    "manage_questions.edit_question": TEACHERS,
    "manage_questions.export": TEACHERS,
    "manage_questions.import_questions": TEACHERS,
    "manage_questions.new_question": TEACHERS,
    "manage_questions.questions": TEACHERS,
    "manage_questions.retire_question": TEACHERS,
    "manage_questions.template": TEACHERS,
    # The upload's file is not there, so even its owner finds nothing to append to.
    "uploads.append": NOBODY,
    "uploads.create": TEACHERS,
    "uploads.offset": here("base"),
    "uploads.terminate": here("base"),
    "videos_manage.add_subtitle": TEACHERS,
    "videos_manage.remove_subtitle": TEACHERS,
    "videos_manage.status": TEACHERS,
    # --- what a base answers for, by its managers
    "manage_certificates.index": BASE_PAGES,
    "manage_certificates.revoke": BASE,
    "manage_certificates.show": BASE,
    "payments_manage.order": BASE,
    "payments_manage.orders": BASE_PAGES,
    "payments_manage.refund": BASE,
    # --- deliveries to the bank: the base, and the bureaus above it
    "hours_manage.deliveries": both("base", "bureau") | here("province"),
    "hours_manage.retry": here("base", "bureau", "province"),
    # --- re-study: the base of the course, the learner's unit
    "manage_exams.decide_restudy": RESTUDY,
    "manage_exams.restudy_list": both("base", "unit", "stand_in"),
    # --- the bank's ledger
    "hourbank.ledger": both("bureau") | here("province"),
}
