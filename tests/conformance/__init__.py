"""Rules of OpenID Connect, FAPI 2.0 and DPoP as scripted checks, run against svc-sso and a certified provider alike.

`make conformance`. A rule which the certified provider breaks is taken for a fault of the script until shown otherwise.
"""
