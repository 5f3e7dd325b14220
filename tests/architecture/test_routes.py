"""Who may call is declared for every route, or the route is on this short list."""

from typing import Any

PUBLIC = {
    "svc_sso": {
        "POST /v1/accounts",
        "GET /oauth2/authorize",
        "POST /oauth2/authorize",
        "GET /oauth2/login",
        "POST /oauth2/login",
        "GET /oauth2/passkey.js",
        "GET /account",
        "POST /account",
        "GET /account/access",
        "GET /account/consents",
        "POST /account/consents",
        "GET /account/factors",
        "POST /account/factors",
        "GET /account/mandates",
        "POST /account/mandates",
        "GET /v1/units",
        "GET /account/password",
        "POST /account/password",
        "GET /account/sessions",
        "POST /account/sessions",
        "GET /account/sign-ins",
        "POST /oauth2/par",
        "POST /oauth2/token",
        "POST /oauth2/revoke",
        "POST /oauth2/introspect",
        "GET /oauth2/logout",
        "POST /oauth2/logout",
        "GET /oauth2/userinfo",
        "POST /oauth2/userinfo",
        "GET /oauth2/jwks",
        "GET /.well-known/openid-configuration",
        "GET /.well-known/oauth-authorization-server",
    },
    "svc_disclosure": {
        "GET /v1/columns",
        "GET /v1/columns/{code}",
        "GET /v1/articles",
        "GET /v1/articles/export",
        "GET /v1/articles.atom",
        "GET /v1/articles/{article_id}",
        "GET /v1/articles/{article_id}/deadlines",
    },
    "svc_services": {
        "POST /v1/name-checks",
        "GET /v1/matters",
        "GET /v1/matters/{code}",
        "GET /v1/licences/keys",
        "GET /v1/licences/{number}",
        "POST /v1/licence-verifications",
        "GET /v1/tracking/{number}",
    },
    "svc_complaints": {"GET /v1/tracking/{number}"},
    "gateway": {
        "GET /",
        "GET /assets/pages.css",
        "GET /assets/try.js",
        "GET /docs",
        "GET /openapi.json",
        "GET /session",
        "GET /session/callback",
        "GET /session/context",
        "POST /session/context/form",
        "GET /session/login",
        "GET /api/hub/v1/status",
        "GET /api/hub/v1/announcements",
        "GET /api/hub/v1/event-types",
        "GET /api/hub/v1/search",
        "GET /search",
        "GET /status",
        "POST /session/logout",
    },
    "svc_credit_registry": {
        "GET /v1/enumerations",
        "GET /v1/enumerations/{name}",
        "GET /v1/statistics",
        "GET /v1/statistics/{figure}",
        "GET /v1/statistics/{figure}/cells.csv",
        "GET /v1/statistics/{figure}/chart.svg",
        "GET /v1/statistics/{figure}/rows.csv",
        "POST /v1/statistics/{figure}/re-runs",
        "GET /registry",
        "GET /registry/",
        "GET /registry/enterprises/{code}",
        "GET /registry/statistics",
        "GET /v1/enterprises",
        "GET /v1/enterprises/export",
        "GET /v1/enterprises/facets",
        "GET /v1/enterprises/suggestions",
        "GET /v1/trademarks",
        "GET /v1/exchange/batches",
        "GET /v1/snapshots",
        "GET /v1/snapshots/{snapshot_id}/files/{name}",
        "GET /v1/stream",
        "GET /v1/stream/state",
        "GET /v1/feeds",
        "GET /v1/resources",
        "GET /v1/resources/{code}",
        "GET /v1/enterprises/{code}",
        "GET /v1/enterprises/{code}/complaints",
        "GET /v1/enterprises/{code}/history",
        "GET /v1/enterprises/{code}/items",
        "GET /v1/enterprises/{code}/record",
        "GET /v1/record-items/{item_id}",
        "GET /v1/record-item-kinds",
        "GET /v1/certificates/keys",
        "GET /v1/certificates/{number}",
        "GET /v1/certificates/{number}/pdf",
        "GET /v1/certificates/{number}/verification",
        "POST /v1/certificate-verifications",
        "GET /v1/enterprises/{code}/annual-reports",
        "GET /v1/enterprises/{code}/immediate-information",
        "GET /v1/annual-reports/figures",
        "GET /v1/size-standards",
        "POST /v1/size-classifications",
        "GET /v1/small-micro-enterprises",
        "GET /v1/small-micro-enterprises/export",
        "GET /v1/enterprises/{code}/size",
        "GET /v1/enterprises/{code}/support-policies",
        "GET /v1/support-policies",
        "GET /v1/support-policies/{policy_id}",
        "GET /v1/support-benefits",
        "GET /v1/support-benefits/export",
        "GET /v1/enterprises/{code}/objections",
        "GET /v1/immediate-information/due-date",
        "GET /v1/risk-models",
        "GET /v1/risk-models/{version}",
        "GET /v1/risk-distribution",
        "GET /v1/inspection-plans",
        "GET /v1/inspection-plans/{plan_id}",
        "GET /v1/inspection-plans/{plan_id}/draw",
        "GET /v1/inspection-plans/{plan_id}/pool/codes",
        "GET /v1/inspection-plans/{plan_id}/pool/tokens",
        "GET /v1/inspection-results",
        "GET /v1/inspection-coverage",
        "POST /v1/name-comparisons",
        "GET /v1/names/decomposition",
        "GET /v1/regions",
        "GET /v1/industries",
        "GET /v1/list-entries",
        "GET /v1/list-entries/export",
        "GET /v1/list-entries/{entry_id}",
        "GET /v1/list-documents",
        "GET /v1/list-documents/entries",
        "GET /v1/list-terms",
        "GET /v1/repair-terms",
        "GET /v1/measures",
        "GET /v1/online-sites",
        "GET /v1/online-sites/{site_id}",
        "GET /v1/enterprises/{code}/online-sites",
        "GET /v1/measures/{measure}",
    },
}
HEALTH = {"GET /livez", "GET /readyz", "GET /metrics", "GET /openapi.json"}

PAGES = {
    "GET /assets/pages.css",
    "GET /assets/try.js",
    "GET /docs",
    "GET /openapi.json",
}  # made of files and documents, without a database


def names(route: dict[str, Any]) -> list[str]:
    return [f"{method} {route['path']}" for method in route["methods"] if method != "HEAD"]


def test_every_route_declares_its_access_or_is_on_the_public_list(descriptions: dict[str, dict[str, Any]]) -> None:
    surprises = [
        f"{service}: {name} {route['access']}"
        for service, description in descriptions.items()
        for route in description["routes"]
        for name in names(route)
        if not [rule for rule in route["access"] if rule not in {"public", "optional"}]
        and name not in PUBLIC[service] | HEALTH
    ]
    assert not surprises


def test_an_open_route_says_that_it_is_open(descriptions: dict[str, dict[str, Any]]) -> None:
    silent = [
        f"{service}: {name}"
        for service, description in descriptions.items()
        for route in description["routes"]
        for name in names(route)
        if not route["access"]
    ]
    assert not silent


def test_the_public_list_names_only_routes_which_exist_and_are_open(descriptions: dict[str, dict[str, Any]]) -> None:
    for service, description in descriptions.items():
        is_open = {
            name
            for route in description["routes"]
            for name in names(route)
            if set(route["access"]) <= {"public", "optional"}
        }
        assert PUBLIC[service] <= is_open


def test_every_route_runs_in_a_transaction(descriptions: dict[str, dict[str, Any]]) -> None:
    outside = [
        route["path"]
        for description in descriptions.values()
        for route in description["routes"]
        if not route["transaction"] and not set(names(route)) <= HEALTH | PAGES
    ]
    assert not outside


def test_every_documented_route_has_a_docstring(descriptions: dict[str, dict[str, Any]]) -> None:
    bare = [
        route["endpoint"]
        for description in descriptions.values()
        for route in description["routes"]
        if route["schema"] and not route["doc"]
    ]
    assert not bare
