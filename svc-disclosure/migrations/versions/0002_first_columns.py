"""The columns of a market regulator's site, as data: owner unit, update cycle in days, approval chain."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"

columns = sa.table(
    "columns",
    sa.column("code", sa.String),
    sa.column("parent_code", sa.String),
    sa.column("position", sa.Integer),
    sa.column("title_zh", sa.String),
    sa.column("title_en", sa.String),
    sa.column("owner_unit", sa.String),
    sa.column("update_cycle_days", sa.Integer),
    sa.column("chain", JSONB),
    sa.column("automatic", sa.Boolean),
)

OWNER = "AMR-421300"
REVIEW, APPROVAL, LEADER = "secrecy_review", "approval", "leader_approval"

# code, column above, title, title in English, update cycle in days
FIRST = (
    ("disclosure", None, "政府信息公开", "Government information", 365),
    ("institutions", "disclosure", "机构职能", "Institutions and their duties", 365),
    ("laws", "disclosure", "法律法规", "Laws and regulations", 180),
    ("policies", "disclosure", "政策文件", "Policy documents", 90),
    ("plans", "disclosure", "规划计划", "Plans", 365),
    ("budgets", "disclosure", "财政预决算", "Budgets and accounts", 365),
    ("statistics", "disclosure", "统计信息", "Statistics", 90),
    ("news", None, "新闻公告", "News", 14),
    ("notices", "news", "通知", "Notices", 30),
    ("announcements", "news", "公告", "Announcements", 30),
    ("publicity", None, "信用信息公示", "Credit information publicity", 30),
    ("new-registrations", "publicity", "企业新设公示", "New registrations", 14),
)
# Plans and budgets bind the whole agency: its leader approves them always.
LEADER_ALWAYS = {"plans", "budgets"}
AUTOMATIC = {"new-registrations"}


def chain_of(code: str) -> list[str]:
    if code in AUTOMATIC:
        return [REVIEW]
    return [REVIEW, APPROVAL, LEADER] if code in LEADER_ALWAYS else [REVIEW, APPROVAL]


def upgrade() -> None:
    op.bulk_insert(
        columns,
        [
            {
                "code": code,
                "parent_code": above,
                "position": position * 10,
                "title_zh": title_zh,
                "title_en": title_en,
                "owner_unit": OWNER,
                "update_cycle_days": days,
                "chain": chain_of(code),
                "automatic": code in AUTOMATIC,
            }
            for position, (code, above, title_zh, title_en, days) in enumerate(FIRST, start=1)
        ],
    )


def downgrade() -> None:
    op.execute(columns.delete().where(columns.c.code.in_([row[0] for row in FIRST])))
