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
UPLOADER = here("trainer")
BASE = here("base")
BASE_PAGES = both("base")
RESTUDY = here("base", "unit")
# Over a unit here: its own manager, its department, the bureaus above.
UNIT = here("unit", "department", "bureau", "province")
# The same without the department, which oversees units but keeps no people.
KEEPERS = here("unit", "bureau", "province")
KEEPER_PAGES = both("unit", "stand_in", "bureau") | here("province")
BUREAUS = here("bureau", "province")
BUREAU_PAGES = both("bureau") | here("province")
DEPARTMENT = here("department", "bureau", "province")
DEPARTMENT_PAGES = both("department", "bureau") | here("province")
PEOPLE_PAGES = both("unit", "stand_in", "department", "bureau") | here("province")
POSTS = both("auditor", "base", "bureau", "department", "stand_in", "trainer", "unit")
ANY_POST = POSTS | here("province")
AUDITOR = here("auditor")

RULES: dict[str, frozenset[str]] = {
    # --- open to all, with or without an account
    "accounts.sign_in": EVERYONE,
    "accounts.sign_out": EVERYONE,
    "api-docs.openapi_json": EVERYONE,
    "cashier.cashier": EVERYONE,
    "annual_certificates.check_file": EVERYONE,
    "annual_certificates.record": EVERYONE,
    "annual_certificates.verify": EVERYONE,
    "catalog.course": EVERYONE,
    "catalog.courses": EVERYONE,
    "catalog.cover": EVERYONE,
    "catalog.etextbook": EVERYONE,
    "etextbooks.chapter": EVERYONE,
    "etextbooks.picture": EVERYONE,
    "etextbooks.read": EVERYONE,
    "hourbank_log.feed": EVERYONE,
    "hourbank_log.list_heads": EVERYONE,
    "hourbank_log.prove_consistency": EVERYONE,
    "hourbank_log.prove_inclusion": EVERYONE,
    "media.package_file": EVERYONE,
    "schemes.index": EVERYONE,
    "schemes.print_out": EVERYONE,
    "schemes.revision": EVERYONE,
    "schemes.show": EVERYONE,
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
    "hourbank_api.get_daily_statement": NOBODY,
    "hourbank_api.get_entry": NOBODY,
    "hourbank_api.state_year": NOBODY,
    "hourbank_api.take_batch": NOBODY,
    "hourbank_api.take_credit": NOBODY,
    "hourbank_api.take_reversal": NOBODY,
    "payments_api.notify": NOBODY,
    "statements_api.person_years": NOBODY,
    "watching.key": NOBODY,
    # --- pages about oneself
    "accounts.me": SIGNED_IN,
    "certificates.mine": SIGNED_IN,
    # --- the rules of hours: public to whoever has an account
    "policies.calculate": SIGNED_IN,
    "policies.index": SIGNED_IN,
    "policies.show": SIGNED_IN,
    "hours.year": SIGNED_IN,
    "payments.orders": SIGNED_IN,
    # A year that is not met has no certificate; the page tells so.
    "annual_certificates.issue": SIGNED_IN,
    "statements.register_form": SIGNED_IN,
    "statements.title_review": SIGNED_IN,
    "statements.title_review_form": SIGNED_IN,
    "statements.year": SIGNED_IN,
    # --- beginning something of one's own in an open course, which here costs money: only
    # who has paid gets further
    "enrollments.enrol": OWNER,
    "payments.place": SIGNED_IN - {"joiner"},
    # --- a learner's own records
    "annual_certificates.download": OWNER,
    "certificates.card": OWNER,
    "certificates.download": OWNER,
    "exam_allowances.end": KEEPERS,
    "exam_allowances.grant": KEEPERS,
    "exams.attempt": OWNER,
    # The learner sees a picture of their questions, and the base its own.
    "questions.picture": OWNER | TEACHERS,
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
    "notes.course": OWNER,
    "notes.export": OWNER,
    "notes.remove": OWNER,
    "notes.save": OWNER,
    "watching.cycle": OWNER,
    "watching.lease": OWNER,
    "watching.lesson": OWNER,
    # --- no lesson is in play and no pop-up is due
    "watching.answer": NOBODY,
    "watching.finish": NOBODY,
    "watching.popup": NOBODY,
    "watching.position": NOBODY,
    # --- courses of a base, by its trainers and managers
    "manage_catalog.add_named_lesson": TEACHERS,
    "manage_catalog.copy": TEACHERS,
    "manage_catalog.course": TEACHERS,
    "manage_catalog.courses": TEACHING_PAGES,
    "manage_catalog.edit": TEACHERS,
    "manage_catalog.edit_lesson": TEACHERS,
    "manage_catalog.etextbooks": TEACHERS,
    "manage_catalog.lessons": TEACHERS,
    "manage_catalog.mark_quality": here("province"),
    "manage_catalog.move_lesson": TEACHERS,
    "manage_catalog.new_course": TEACHING_PAGES,
    "manage_catalog.order_lessons": TEACHERS,
    "manage_catalog.publish": TEACHERS,
    "manage_catalog.recall": TEACHERS,
    "manage_catalog.remove_cover": TEACHERS,
    "manage_catalog.remove_etextbook": TEACHERS,
    "manage_catalog.remove_lesson": TEACHERS,
    "manage_catalog.set_cover": TEACHERS,
    "manage_catalog.subjects": TEACHERS,
    "manage_catalog.set_lecturer": TEACHERS,
    "manage_catalog.submit": TEACHERS,
    "manage_catalog.take_quality_back": here("province"),
    "manage_catalog.withdraw": TEACHERS,
    "exam_statistics.ask": TEACHERS,
    "exam_statistics.patterns": TEACHERS,
    "exam_statistics.question": TEACHERS,
    "exam_statistics.show": TEACHERS,
    "exam_statistics.workbook": TEACHERS,
    "manage_exams.edit": TEACHERS,
    # A file that was checked is its uploader's alone.
    "manage_questions.apply_import": UPLOADER,
    "manage_questions.checked_import": UPLOADER,
    "manage_questions.edit_question": TEACHERS,
    "manage_questions.export": TEACHERS,
    "manage_questions.export_choice": TEACHERS,
    "manage_questions.faulty_questions": UPLOADER,
    "manage_questions.history": TEACHERS,
    "manage_questions.import_questions": TEACHERS,
    "manage_questions.new_question": TEACHERS,
    "manage_questions.pictures": TEACHERS,
    "manage_questions.questions": TEACHERS,
    "manage_questions.remove_question_picture": TEACHERS,
    "manage_questions.retire_question": TEACHERS,
    "manage_questions.template": TEACHERS,
    "quotas.edit": BUREAUS,
    "quotas.index": BUREAU_PAGES,
    # The upload's file is not there, so even its owner finds nothing to append to.
    "uploads.append": NOBODY,
    "uploads.create": TEACHERS,
    "uploads.offset": here("base"),
    "uploads.terminate": here("base"),
    "videos_manage.add_subtitle": TEACHERS,
    "videos_manage.cancel": TEACHERS,
    "videos_manage.poster": TEACHERS,
    "videos_manage.remove_subtitle": TEACHERS,
    "videos_manage.retry": TEACHERS,
    "videos_manage.status": TEACHERS,
    "manage_quiet.edit": TEACHERS,
    # --- a lesson looked at: the draft by trainers, a version by who judges it
    "preview_draft.key": TEACHERS,
    "preview_draft.lease": TEACHERS,
    "preview_draft.lesson": TEACHERS,
    "preview_version.key": BASE,
    "preview_version.lease": BASE,
    "preview_version.lesson": BASE,
    # Without the state that a lease gave no pop-up is asked.
    "preview_draft.answer": NOBODY,
    "preview_draft.popup": NOBODY,
    "preview_version.answer": NOBODY,
    "preview_version.popup": NOBODY,
    # --- what a base answers for, by its managers
    "manage_certificates.index": BASE_PAGES,
    "manage_certificates.revoke": BASE,
    "manage_certificates.show": BASE,
    "payments_manage.order": BASE,
    "payments_manage.orders": BASE_PAGES,
    "payments_manage.refund": BASE,
    # --- courses on their way to learners: the base's manager; the bureau, public ones alone
    "manage_reviews.review": BASE,
    "manage_reviews.reviews": both("base", "bureau") | here("province"),
    # --- deliveries to the bank: the base, and the bureaus above it
    "hours_manage.credit": BUREAUS,
    "hours_manage.deliveries": both("base", "bureau") | here("province"),
    "hours_manage.retry": here("base", "bureau", "province"),
    # --- re-study: the base of the course, the learner's unit
    "manage_exams.decide_restudy": RESTUDY,
    "regrades.index": BASE,
    "regrades.mend": BASE,
    "regrades.progress": BASE,
    "regrades.show": BASE,
    "manage_exams.restudy_list": both("base", "unit", "stand_in"),
    # --- the bank's ledger
    "hourbank.ledger": both("bureau") | here("province"),
    # --- how the people of a unit stand in a year: itself, its department, the bureaus
    "manage_statements.export": PEOPLE_PAGES,
    "manage_statements.people": PEOPLE_PAGES,
    "manage_statements.person": UNIT,
    "manage_statements.register_form": UNIT,
    "manage_statements.title_review_form": UNIT,
    # --- trying a changed policy on the claims of one's own division
    "policies.dry_run": BUREAU_PAGES,
    "policies.run": BUREAU_PAGES,
    "policies.workbook": BUREAU_PAGES,
    # --- becoming somebody with an account
    "accounts.privacy": EVERYONE,
    "activation.activate": EVERYONE,
    "activation.first_password": EVERYONE,
    "activation.new_password": EVERYONE,
    "activation.reset": EVERYONE,
    "activation.reset_code": EVERYONE,
    "administration.register_unit": EVERYONE,
    "administration.unit_registered": EVERYONE,
    "memberships.register": EVERYONE,
    "pickers.divisions": EVERYONE,
    "pickers.search_organizations": EVERYONE,
    # --- the second step of signing in: for those who are between the two
    "factor_sign_in.passkey": NOBODY,
    "factor_sign_in.passkey_options": NOBODY,
    "factor_sign_in.second": SIGNED_IN,
    # --- one's own account
    "my_membership.contact": SIGNED_IN,
    "my_membership.membership": SIGNED_IN,
    "my_membership.profile": SIGNED_IN,
    "notices.mine": SIGNED_IN,
    "notices.open_one": OWNER,
    "notices.read": OWNER,
    "notices.read_all": SIGNED_IN,
    "notices.settings": SIGNED_IN,
    "second_factor.begin_totp": SIGNED_IN,
    "second_factor.confirm": SIGNED_IN,
    "second_factor.keep_passkey": SIGNED_IN,
    "second_factor.new_passkey": SIGNED_IN,
    "second_factor.overview": SIGNED_IN,
    "second_factor.passkey_options": SIGNED_IN,
    "second_factor.recovery_codes": SIGNED_IN,
    "second_factor.remove_totp": SIGNED_IN,
    # Nobody here has an authenticator app; staff are told first that they need a factor.
    "second_factor.remove_totp POST": ANY_POST,
    "second_factor.totp": SIGNED_IN,
    "security.change_password": SIGNED_IN,
    "security.change_username": SIGNED_IN,
    "security.end_other_sessions": SIGNED_IN,
    "security.security": SIGNED_IN,
    # --- records of one's own account
    "administration.mend_unit": NOBODY,
    "my_membership.answer": NOBODY,
    "my_membership.cancel": here("joiner"),
    "second_factor.passkey": OWNER,
    "second_factor.remove_passkey": OWNER,
    "security.end_one_session": OWNER,
    # --- the people of a unit
    "activation_manage.issue": PEOPLE_PAGES,
    "factor_reset.reset": UNIT,
    "manage_merging.choose": BUREAUS,
    # Which two people are merged stands in a form that the preview signed.
    "manage_merging.merge": NOBODY,
    "manage_people.change_state": KEEPERS,
    "manage_people.edit": KEEPERS,
    "manage_people.export": PEOPLE_PAGES,
    "manage_people.identity": KEEPERS,
    "manage_people.move": KEEPERS,
    "manage_people.people": PEOPLE_PAGES,
    "manage_people.person": UNIT,
    "manage_people.search": PEOPLE_PAGES,
    "manage_requests.approve": KEEPER_PAGES,
    "manage_requests.ask": KEEPER_PAGES,
    "manage_requests.cancel": NOBODY,
    "manage_requests.refuse": KEEPERS,
    "manage_requests.requests": KEEPER_PAGES,
    # --- rosters
    # Whoever may see it is told that only the uploader applies it.
    "roster.apply": UNIT,
    "roster.cancel": here("unit"),
    "roster.check": here("unit"),
    "roster.index": PEOPLE_PAGES,
    "roster.marked": here("unit"),
    "roster.show": UNIT,
    "roster.status": UNIT,
    "roster.template": PEOPLE_PAGES,
    "roster.upload": PEOPLE_PAGES,
    # --- organizations and posts
    "manage_organizations.close": here("department", "bureau", "province"),
    "manage_organizations.create": both("department", "bureau") | here("province"),
    "manage_organizations.edit": UNIT,
    "manage_organizations.organizations": ANY_POST,
    "manage_organizations.reopen": here("department", "bureau", "province"),
    "manage_organizations.show": UNIT | AUDITOR,
    "manage_permissions.table": ANY_POST,
    "manage_posts.change": UNIT,
    "manage_posts.confirm_hand_over": UNIT,
    "manage_posts.end": UNIT,
    "manage_posts.grant": UNIT,
    "manage_posts.hand_over": UNIT,
    "manage_posts.new": UNIT,
    "manage_unit_requests.approve": here("department", "bureau", "province"),
    "manage_unit_requests.refuse": here("department", "bureau", "province"),
    "manage_unit_requests.requests": both("department", "bureau") | here("province"),
    "manage_unit_requests.show": here("department", "bureau", "province"),
    # --- the study schemes of a department: itself, and the bureaus above it
    "manage_schemes.add": DEPARTMENT,
    "manage_schemes.courses": DEPARTMENT,
    "manage_schemes.discard": DEPARTMENT,
    "manage_schemes.edit": DEPARTMENT,
    "manage_schemes.export": DEPARTMENT_PAGES,
    "manage_schemes.move": DEPARTMENT,
    "manage_schemes.new": DEPARTMENT_PAGES,
    "manage_schemes.publish": DEPARTMENT,
    "manage_schemes.remove": DEPARTMENT,
    "manage_schemes.schemes": DEPARTMENT_PAGES,
    "manage_schemes.search": DEPARTMENT,
    "manage_schemes.show": DEPARTMENT,
    "manage_schemes.withdraw": DEPARTMENT,
    # --- the audit trail
    "auditing.event": AUDITOR,
    "auditing.events": both("auditor"),
    "auditing.export": both("auditor"),
    "auditing.find_actor": both("auditor"),
}
