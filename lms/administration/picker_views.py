"""What the pickers ask for while one chooses: the divisions below one, organizations by name."""

from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask_babel import gettext as _

from lms.administration.division_names import division_name, prepare_division_names
from lms.organizations import queries
from lms.organizations.models import Division, Organization, OrganizationKind
from lms.organizations.rules import DivisionLevel, division_level, is_division_code
from lms.web.auth import open_to_all
from lms.web.limits import limiter

blueprint = Blueprint("pickers", __name__)

# A whole school may stand behind one address, and each keystroke asks.
_GENEROUS = "600/minute"
_PUBLIC_KINDS = {*queries.EMPLOYERS, OrganizationKind.DEPARTMENT}


@blueprint.get("/divisions")
@open_to_all
@limiter.limit(_GENEROUS)
def divisions() -> Response:
    """The divisions right below `parent`, or the provinces without one."""
    parent = request.args.get("parent") or None
    found = queries.child_divisions(parent) if parent is None or is_division_code(parent) else []
    response = jsonify(divisions=[_division(each) for each in found])
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def _division(division: Division) -> dict[str, Any]:
    level = division_level(division.code)
    return {"code": division.code, "name": division.name, "label": level_label(level)}


def level_label(level: DivisionLevel) -> Any:
    """What a select of divisions of this level is called."""
    labels = {
        DivisionLevel.PROVINCE: _("省（自治区、直辖市）"),
        DivisionLevel.CITY: _("市"),
        DivisionLevel.COUNTY: _("县（市、区）"),
        DivisionLevel.STREET: _("乡镇（街道）"),
    }
    return labels[level]


@blueprint.get("/organizations/search")
@open_to_all
@limiter.limit(_GENEROUS)
def search_organizations() -> Response:
    """Approved organizations by the beginning of a name or by credit code, at most 20.

    `kind` (repeated) limits them, by default to units and stand-ins; `division` to that division
    and those above it.
    """
    asked = set(request.args.getlist("kind"))
    kinds = [kind for kind in _PUBLIC_KINDS if kind.value in asked] or queries.EMPLOYERS
    text = request.args.get("q", "").strip()[:128]
    division = request.args.get("division") or None
    # Without a word only short lists are offered: those of one division's departments.
    found = queries.search_organizations(text, kinds, division) if text or division else []
    prepare_division_names({each.division_code for each in found})
    return jsonify(organizations=[_organization(each) for each in found])


def _organization(organization: Organization) -> dict[str, Any]:
    return {
        "id": organization.id,
        "name": organization.name,
        "note": f"{organization.kind.label} · {division_name(organization.division_code)}",
    }
