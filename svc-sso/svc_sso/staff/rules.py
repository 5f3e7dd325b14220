"""Which kinds of unit there are."""

HEAD_OFFICE, DEPARTMENT, CENTRE, PROVINCE, CITY, COUNTY = (
    "head_office",
    "department",
    "centre",
    "province",
    "city",
    "county",
)
KINDS = (HEAD_OFFICE, DEPARTMENT, CENTRE, PROVINCE, CITY, COUNTY)
