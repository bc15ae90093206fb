"""Who may supervise whom: what kind, and in which division."""

from flask_babel import lazy_gettext as _l

from lms.core.errors import Invalid
from lms.organizations.models import Organization, OrganizationKind
from lms.organizations.queries import superior_divisions

_KIND = OrganizationKind
# A bureau stands above whatever is in its division without being named for it.
SUPERIORS_OF: dict[OrganizationKind, tuple[OrganizationKind, ...]] = {
    _KIND.BASE: (_KIND.DEPARTMENT,),
    _KIND.BUREAU: (),
    _KIND.DEPARTMENT: (_KIND.DEPARTMENT,),
    _KIND.STAND_IN: (),
    _KIND.UNIT: (_KIND.DEPARTMENT,),
}


def check_superior(
    kind: OrganizationKind,
    division_code: str,
    superior: Organization | None,
    field: str = "parent_id",
) -> None:
    """Raise Invalid unless `superior`, if any, may supervise such an organization there.

    It must work, be of a fitting kind, and of the same division or one above it; a department is
    supervised only by one of a division above its own, so that nobody ends up above themselves.
    """
    if superior is None:
        return
    if superior.kind not in SUPERIORS_OF[kind] or not superior.is_approved:
        raise Invalid(_l("这个机构不能作为主管部门。"), field=field)
    above = superior_divisions(division_code)
    if kind is _KIND.DEPARTMENT:
        above = above[:-1]
    if superior.division_code not in above:
        raise Invalid(_l("主管部门应在同一地区或其上级地区。"), field=field)
