"""Refusals about enterprises and those who act for them."""

from shared.errors import Forbidden, Invalid, NotFound


class OrganisationUnknown(NotFound):
    """Also for an enterprise for which the caller may not speak: others have no business with its mandates."""

    code, title, title_zh = (
        "organisation_unknown",
        "You do not represent such an enterprise",
        "您不是该企业的法定代表人",
    )


class EnterpriseUnknown(Invalid):
    code, title, title_zh = "enterprise_unknown", "The register knows no such enterprise", "登记簿中没有此企业"


class NotRepresentative(Forbidden):
    code, title, title_zh = (
        "not_representative",
        "It could not be confirmed that you are the legal representative",
        "未能核实您是该企业的法定代表人",
    )
