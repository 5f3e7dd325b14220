from tests.conformance.checks import Plan
PLAN = Plan("logout")
