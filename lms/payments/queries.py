"""Orders of a learner, and those that staff of a base look after."""

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from lms.accounts.models import Person
from lms.accounts.queries import organizations_with
from lms.catalog.models import Course
from lms.core import clock
from lms.core.db import db
from lms.core.errors import NotFound
from lms.core.permissions import Permission
from lms.payments.models import Order, OrderState, Payment, Refund


def orders_of(person: Person) -> Select[Order]:
    """A person's orders with their courses."""
    query = select(Order).where(Order.person_id == person.id)
    return query.options(joinedload(Order.course).joinedload(Course.version))


def get_own_order(person: Person, number: str) -> Order:
    """The person's order; raises NotFound for another's as for none."""
    order = find_order(number)
    if order is None or order.person_id != person.id:
        raise NotFound()
    return order


def find_order(number: str) -> Order | None:
    """The order of this number."""
    return db.session.scalar(select(Order).where(Order.number == number))


def lock_buyer(person_id: int) -> None:
    """Let one transaction at a time touch a person's orders; taken before any of them is read.

    Two orders of one course otherwise each see the other as it was. The mode leaves rows that
    refer to the person free to be written.
    """
    lock = select(Person.id).where(Person.id == person_id).with_for_update(key_share=True)
    db.session.execute(lock)


def lock_order(number: str) -> Order | None:
    """The order of this number as it is now, its buyer locked until the transaction ends."""
    buyer = db.session.scalar(select(Order.person_id).where(Order.number == number))
    if buyer is None:
        return None
    lock_buyer(buyer)
    query = select(Order).where(Order.number == number).with_for_update()
    return db.session.scalar(query.execution_options(populate_existing=True))


def order_in(person: Person, course: Course, state: OrderState) -> Order | None:
    """The person's newest order of the course in this state."""
    query = select(Order).where(
        Order.person_id == person.id, Order.course_id == course.id, Order.state == state
    )
    newest = query.order_by(Order.id.desc()).limit(1)
    return db.session.scalar(newest.execution_options(populate_existing=True))


def expired_numbers(limit: int = 100) -> list[str]:
    """Pending orders whose time is over."""
    query = select(Order.number).where(
        Order.state == OrderState.PENDING, Order.expires_at <= clock.now()
    )
    return list(db.session.scalars(query.order_by(Order.expires_at).limit(limit)))


def open_refund_ids(limit: int = 100) -> list[int]:
    """Refunds that the gateway has not yet confirmed."""
    query = select(Refund.id).where(Refund.done_at.is_(None)).order_by(Refund.id)
    return list(db.session.scalars(query.limit(limit)))


def managed_orders(actor: Person, state: OrderState | None) -> Select[Order]:
    """Orders of the courses of the bases over which `actor` may see them."""
    bases = organizations_with(actor, Permission.PAYMENTS_ORDER_READ)
    query = select(Order).join(Order.course).where(Course.base_id.in_(bases))
    if state is not None:
        query = query.where(Order.state == state)
    courses = joinedload(Order.course).joinedload(Course.version)
    return query.options(courses, joinedload(Order.person))


def get_managed_order(actor: Person, number: str) -> Order:
    """An order that `actor` may see; raises NotFound otherwise."""
    query = managed_orders(actor, None).where(Order.number == number)
    found = db.session.scalar(
        query.options(selectinload(Order.payments).joinedload(Payment.refund))
    )
    if found is None:
        raise NotFound()
    return found
