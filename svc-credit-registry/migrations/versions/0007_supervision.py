"""Random inspections and risk classes."""

import hashlib
import json

from alembic import op
from sqlalchemy import text

revision = "0007"
down_revision = "0006"

HEAVY = (
    "licence_revoked", "business_restricted", "qualification_lowered", "heavier_fine", "detention", "closure", "吊销", "暂扣",
    "降低资质", "停产", "停业", "关闭", "限制开展", "限制从业", "拘留",
)  # fmt: skip
"""Parts of the words by which decisions call the heavier penalties (Administrative Penalty Law, article 9)."""
PROBLEMS = (
    "report_missing", "information_missing", "information_false", "unreachable", "ordered_to_correct", "uncooperative",
    "to_be_handled", "未按规定公示", "弄虚作假", "无法联系", "责令改正", "不配合检查", "待后续处理",
)  # fmt: skip
"""Parts of the results of inspections which found something; CLEAN of those which did not."""
CLEAN = ("nothing_found", "未发现问题")
WATCHED = ("B06", "C13", "C14", "C15", "C26", "C27", "F526", "H62", "J69", "Q84")


def _items(
    code: str, label: str, label_en: str, kind: str, bands: list[list[int]], **more: object
) -> dict[str, object]:
    return {"code": code, "label": label, "label_en": label_en, "measure": "items", "kind": kind, "bands": bands} | more


DOCUMENT = {
    "classes": {"A": 0, "B": 15, "C": 40, "D": 70},
    "indicators": [
        _items("serious_violation", "被列入严重违法失信名单", "On the serious-violation list", "serious_violation",
               [[1, 70]], lowest_class="D"),
        _items("serious_violation_past", "三年内曾被列入严重违法失信名单", "Was on the serious-violation list within three years",
               "serious_violation", [[1, 20]], standing="ended", within_months=36),
        {"code": "revoked", "label": "被吊销营业执照", "label_en": "Business licence revoked", "measure": "revoked",
         "bands": [[1, 70]], "lowest_class": "D"},
        _items("abnormal_operation", "被列入经营异常名录", "On the abnormal-operation list", "abnormal_operation",
               [[1, 30], [2, 45], [3, 60]], lowest_class="C"),
        _items("abnormal_operation_past", "三年内曾被列入经营异常名录", "Was on the abnormal-operation list within three years",
               "abnormal_operation", [[1, 5], [2, 10], [3, 15]], standing="ended", within_months=36),
        _items("penalty_heavy_recent", "一年内较重行政处罚", "Heavier penalties within a year", "penalty",
               [[1, 25], [2, 45], [3, 60]], within_months=12, field="penalty_types", values=list(HEAVY), parts=True),
        _items("penalty_heavy_older", "一至三年内较重行政处罚", "Heavier penalties one to three years ago", "penalty",
               [[1, 12], [2, 20], [3, 26]], within_months=36, after_months=12, field="penalty_types", values=list(HEAVY), parts=True),
        _items("penalty_recent", "一年内其他行政处罚", "Other penalties within a year", "penalty",
               [[1, 10], [2, 18], [3, 25]], within_months=12, field="penalty_types", values=list(HEAVY), parts=True, others=True),
        _items("penalty_older", "一至三年内其他行政处罚", "Other penalties one to three years ago", "penalty",
               [[1, 4], [2, 8], [3, 12]], within_months=36, after_months=12, field="penalty_types", values=list(HEAVY), parts=True,
               others=True),
        {"code": "report_missing", "label": "到期未报送年度报告", "label_en": "Annual reports due and not filed",
         "measure": "reports_missing", "bands": [[1, 15], [2, 30]], "years": 2, "first_year": 2026},
        {"code": "report_late", "label": "三年内逾期报送年度报告", "label_en": "Annual reports filed late in three years",
         "measure": "reports_late", "bands": [[1, 5], [2, 10], [3, 15]], "years": 3},
        {"code": "complaint", "label": "一年内公示的消费者投诉", "label_en": "Complaints published within a year",
         "measure": "complaints", "bands": [[1, 2], [3, 8], [10, 15], [30, 25]], "within_months": 12},
        _items("inspection_problem", "两年内抽查检查发现问题", "Inspections within two years which found something", "inspection",
               [[1, 10], [2, 18]], within_months=24, field="result", values=list(PROBLEMS), parts=True),
        _items("inspection_clean", "一年内抽查检查未发现问题", "Inspections within a year which found nothing", "inspection",
               [[1, -5]], within_months=12, field="result", values=list(CLEAN), parts=True),
        _items("licence_lapsed", "一年内许可有效期届满", "Licences which ran out within a year", "licence", [[1, 5], [2, 8]],
               standing="lapsed", within_months=12),
        _items("equity_freeze", "股权被司法冻结", "Equity frozen by a court", "equity_freeze", [[1, 8], [3, 12]]),
        _items("joint_measure", "正在实施的联合惩戒措施", "Joint measures in force", "joint_measure", [[1, 10], [3, 20]]),
        _items("commitment_broken", "三年内违背信用承诺", "Commitments broken within three years", "commitment",
               [[1, 10], [2, 18]], within_months=36, field="state", values=["broken", "违背", "未履行"], parts=True),
        {"code": "age_years", "label": "成立年限", "label_en": "Full years since establishment", "measure": "age_years",
         "bands": [[0, 6], [1, 4], [3, 2], [5, 0]]},
        {"code": "watched_industry", "label": "重点监管行业", "label_en": "Industry under closer watch", "measure": "industry",
         "bands": [[1, 5]], "prefixes": list(WATCHED)},
    ],
}  # fmt: skip
"""The first version of the model. Later ones are published over HTTP; none is ever edited."""

RISK = (
    """
    CREATE TABLE risk_models (
        version VARCHAR(20) NOT NULL,
        since DATE NOT NULL,
        basis VARCHAR NOT NULL,
        document JSONB NOT NULL,
        digest VARCHAR(64) NOT NULL,
        published_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        published_by VARCHAR NOT NULL,
        CONSTRAINT pk_risk_models PRIMARY KEY (version),
        CONSTRAINT uq_risk_models_since UNIQUE (since)
    )
    """,
    """
    CREATE FUNCTION refuse_change_of_risk_model() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'a published risk model is never changed: publish a new version';
    END
    $$
    """,
    """
    CREATE TRIGGER risk_models_stay BEFORE UPDATE OR DELETE ON risk_models
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_risk_model()
    """,
    """
    CREATE TABLE risk_runs (
        id UUID DEFAULT uuidv7() NOT NULL, kind VARCHAR NOT NULL, month DATE NOT NULL, region VARCHAR(6),
        model VARCHAR(20) NOT NULL, as_of DATE NOT NULL, cutoff TIMESTAMP WITH TIME ZONE NOT NULL,
        state VARCHAR NOT NULL, position VARCHAR(18) COLLATE "C" NOT NULL, entities INTEGER NOT NULL,
        changed INTEGER NOT NULL, requested_by VARCHAR NOT NULL, reason VARCHAR,
        started_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, finished_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_risk_runs PRIMARY KEY (id),
        CONSTRAINT ck_risk_runs_kind CHECK (kind IN ('monthly', 'ad_hoc', 'joined')),
        CONSTRAINT ck_risk_runs_state CHECK (state IN ('running', 'finished')),
        CONSTRAINT ck_risk_runs_finished CHECK ((state = 'finished') = (finished_at IS NOT NULL)),
        CONSTRAINT fk_risk_runs_model_risk_models FOREIGN KEY(model) REFERENCES risk_models (version)
    )
    """,
    "CREATE UNIQUE INDEX uq_risk_runs_month ON risk_runs (month) WHERE kind = 'monthly'",
    "CREATE UNIQUE INDEX uq_risk_runs_joined ON risk_runs (month) WHERE kind = 'joined'",
    """
    CREATE TABLE risk_followed (
        id SMALLINT NOT NULL,
        position BIGINT NOT NULL,
        CONSTRAINT pk_risk_followed PRIMARY KEY (id),
        CONSTRAINT ck_risk_followed_one_row CHECK (id = 1)
    )
    """,
    "INSERT INTO risk_followed (id, position) VALUES (1, 0)",
    "CREATE UNIQUE INDEX uq_risk_runs_running ON risk_runs (state) WHERE state = 'running'",
    """
    CREATE TABLE risk_classes (
        code VARCHAR(18) COLLATE "C" NOT NULL,
        class VARCHAR(1) COLLATE "C" NOT NULL,
        score SMALLINT NOT NULL,
        found SMALLINT[] NOT NULL,
        model VARCHAR(20) NOT NULL,
        since DATE NOT NULL,
        as_of DATE NOT NULL,
        CONSTRAINT pk_risk_classes PRIMARY KEY (code)
    )
    """,
    """
    CREATE TABLE risk_changes (
        code VARCHAR(18) COLLATE "C" NOT NULL,
        run_id UUID NOT NULL,
        changed_on DATE NOT NULL,
        before VARCHAR(1) COLLATE "C",
        class VARCHAR(1) COLLATE "C",
        score SMALLINT,
        found SMALLINT[],
        model VARCHAR(20) NOT NULL,
        CONSTRAINT pk_risk_changes PRIMARY KEY (code, run_id),
        CONSTRAINT fk_risk_changes_run_id_risk_runs FOREIGN KEY(run_id) REFERENCES risk_runs (id)
    )
    """,
    """
    CREATE TABLE risk_figures (
        run_id UUID NOT NULL,
        dimension VARCHAR(8) NOT NULL,
        key VARCHAR(6) COLLATE "C" NOT NULL,
        class VARCHAR(1) COLLATE "C" NOT NULL,
        entities INTEGER NOT NULL,
        CONSTRAINT pk_risk_figures PRIMARY KEY (run_id, dimension, key, class),
        CONSTRAINT fk_risk_figures_run_id_risk_runs FOREIGN KEY(run_id) REFERENCES risk_runs (id)
    )
    """,
)
INSPECTORS = (
    """
    CREATE TABLE inspectors (
        id VARCHAR(64) NOT NULL,
        certificate VARCHAR(40) COLLATE "C" NOT NULL,
        name VARCHAR NOT NULL,
        unit VARCHAR(32) NOT NULL,
        region VARCHAR(6) COLLATE "C" NOT NULL,
        active BOOLEAN NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        version INTEGER DEFAULT '1' NOT NULL,
        CONSTRAINT pk_inspectors PRIMARY KEY (id),
        CONSTRAINT uq_inspectors_certificate UNIQUE (certificate)
    )
    """,
    "CREATE INDEX ix_inspectors_region ON inspectors (region, certificate)",
    """
    CREATE TABLE inspector_relations (
        id UUID DEFAULT uuidv7() NOT NULL,
        inspector_id VARCHAR(64) NOT NULL,
        code VARCHAR(18) COLLATE "C" NOT NULL,
        kind VARCHAR(16) NOT NULL,
        note BYTEA,
        declared_by VARCHAR(64) NOT NULL,
        declared_on DATE NOT NULL,
        ended_on DATE,
        entered_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_inspector_relations PRIMARY KEY (id),
        CONSTRAINT fk_inspector_relations_inspector_id_inspectors FOREIGN KEY(inspector_id) REFERENCES inspectors (id)
    )
    """,
    "CREATE INDEX ix_inspector_relations_inspector ON inspector_relations (inspector_id, declared_on)",
    "CREATE INDEX ix_inspector_relations_lasting ON inspector_relations (code) WHERE ended_on IS NULL",
)
INSPECTIONS = (
    "CREATE SEQUENCE inspection_plan_numbers MINVALUE 1",
    """
    CREATE TABLE inspection_plans (
        id UUID DEFAULT uuidv7() NOT NULL, number VARCHAR(40) NOT NULL, title VARCHAR NOT NULL,
        region VARCHAR(6) COLLATE "C" NOT NULL, unit VARCHAR(32) NOT NULL, departments JSONB NOT NULL,
        matters JSONB NOT NULL, period_from DATE NOT NULL, period_until DATE NOT NULL,
        criteria JSONB NOT NULL, ratios JSONB NOT NULL, inspectors_each SMALLINT NOT NULL,
        conflict_months SMALLINT NOT NULL, entropy_source VARCHAR, entropy_from DATE, state VARCHAR NOT NULL,
        created_by VARCHAR(64) NOT NULL, published_on DATE, cancelled_reason VARCHAR,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, version INTEGER DEFAULT '1' NOT NULL,
        CONSTRAINT pk_inspection_plans PRIMARY KEY (id),
        CONSTRAINT uq_inspection_plans_number UNIQUE (number),
        CONSTRAINT ck_inspection_plans_state CHECK (state IN ('draft', 'published', 'frozen', 'drawn', 'cancelled')),
        CONSTRAINT ck_inspection_plans_period CHECK (period_until >= period_from)
    )
    """,
    "CREATE INDEX ix_inspection_plans_region ON inspection_plans (region, period_from)",
    """
    CREATE TABLE inspection_draws (
        plan_id UUID NOT NULL, algorithm VARCHAR NOT NULL, commitment VARCHAR(64) NOT NULL,
        seed BYTEA NOT NULL, blind BYTEA NOT NULL, frozen_at TIMESTAMP WITH TIME ZONE NOT NULL,
        entities INTEGER NOT NULL, codes_digest VARCHAR(64) NOT NULL, tokens_digest VARCHAR(64) NOT NULL,
        strata JSONB NOT NULL, inspectors JSONB NOT NULL, inspectors_digest VARCHAR(64) NOT NULL,
        entropy VARCHAR, drawn_at TIMESTAMP WITH TIME ZONE, drawn INTEGER,
        CONSTRAINT pk_inspection_draws PRIMARY KEY (plan_id),
        CONSTRAINT fk_inspection_draws_plan_id_inspection_plans FOREIGN KEY(plan_id) REFERENCES inspection_plans (id)
    )
    """,
    """
    CREATE TABLE inspection_pool (
        plan_id UUID NOT NULL,
        code VARCHAR(18) COLLATE "C" NOT NULL,
        stratum VARCHAR(1) COLLATE "C" NOT NULL,
        token BYTEA NOT NULL,
        CONSTRAINT pk_inspection_pool PRIMARY KEY (plan_id, code),
        CONSTRAINT fk_inspection_pool_plan_id_inspection_plans FOREIGN KEY(plan_id) REFERENCES inspection_plans (id)
    )
    """,
    "CREATE UNIQUE INDEX uq_inspection_pool_token ON inspection_pool (plan_id, token)",
    """
    CREATE TABLE inspection_tasks (
        id UUID DEFAULT uuidv7() NOT NULL, number VARCHAR(48) NOT NULL, plan_id UUID NOT NULL,
        position INTEGER NOT NULL, code VARCHAR(18) COLLATE "C" NOT NULL,
        region VARCHAR(6) COLLATE "C" NOT NULL, stratum VARCHAR(1) COLLATE "C" NOT NULL,
        token VARCHAR(64) NOT NULL, salt VARCHAR(64) NOT NULL, state VARCHAR NOT NULL,
        drawn_on DATE NOT NULL, due_on DATE NOT NULL, inspected_on DATE, result VARCHAR(32), remark VARCHAR,
        reported_by VARCHAR(64), reported_on DATE, publish_after DATE, publish_by DATE, published_on DATE,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, version INTEGER DEFAULT '1' NOT NULL,
        CONSTRAINT pk_inspection_tasks PRIMARY KEY (id),
        CONSTRAINT uq_inspection_tasks_number UNIQUE (number),
        CONSTRAINT uq_inspection_tasks_plan_id_code UNIQUE (plan_id, code),
        CONSTRAINT ck_inspection_tasks_state CHECK (state IN ('assigned', 'reported', 'published')),
        CONSTRAINT ck_inspection_tasks_result CHECK ((state IN ('reported', 'published')) = (result IS NOT NULL)),
        CONSTRAINT fk_inspection_tasks_plan_id_inspection_plans FOREIGN KEY(plan_id) REFERENCES inspection_plans (id),
        CONSTRAINT fk_inspection_tasks_code_enterprises FOREIGN KEY(code) REFERENCES enterprises (code)
    )
    """,
    "CREATE INDEX ix_inspection_tasks_code ON inspection_tasks (code, drawn_on)",
    "CREATE INDEX ix_inspection_tasks_region ON inspection_tasks (region, due_on, id)",
    "CREATE INDEX ix_inspection_tasks_published ON inspection_tasks (published_on, id) WHERE published_on IS NOT NULL",
    "CREATE INDEX ix_inspection_tasks_to_publish ON inspection_tasks (publish_after, id) WHERE state = 'reported'",
    """
    CREATE TABLE inspection_assignments (
        id UUID DEFAULT uuidv7() NOT NULL,
        task_id UUID NOT NULL,
        inspector_id VARCHAR(64) NOT NULL,
        certificate VARCHAR(40) NOT NULL,
        place SMALLINT,
        assigned_on DATE NOT NULL,
        ended_on DATE,
        ended_ground VARCHAR(16),
        ended_reason BYTEA,
        substitute VARCHAR(40),
        passed_over JSONB,
        CONSTRAINT pk_inspection_assignments PRIMARY KEY (id),
        CONSTRAINT uq_inspection_assignments_task_id_inspector_id UNIQUE (task_id, inspector_id),
        CONSTRAINT fk_inspection_assignments_task_id_inspection_tasks FOREIGN KEY(task_id) REFERENCES inspection_tasks (id),
        CONSTRAINT fk_inspection_assignments_inspector_id_inspectors FOREIGN KEY(inspector_id) REFERENCES inspectors (id)
    )
    """,
    "CREATE INDEX ix_inspection_assignments_inspector ON inspection_assignments (inspector_id, task_id)",
    """
    CREATE TABLE inspection_exclusions (
        task_id UUID NOT NULL,
        inspector_id VARCHAR(64) NOT NULL,
        certificate VARCHAR(40) NOT NULL,
        ground VARCHAR(16) NOT NULL,
        CONSTRAINT pk_inspection_exclusions PRIMARY KEY (task_id, inspector_id),
        CONSTRAINT fk_inspection_exclusions_task_id_inspection_tasks FOREIGN KEY(task_id) REFERENCES inspection_tasks (id),
        CONSTRAINT fk_inspection_exclusions_inspector_id_inspectors FOREIGN KEY(inspector_id) REFERENCES inspectors (id)
    )
    """,
)
STATEMENTS: tuple[str, ...] = (*RISK, *INSPECTORS, *INSPECTIONS)
TABLES: tuple[str, ...] = (
    "risk_models",
    "risk_runs",
    "risk_followed",
    "risk_classes",
    "risk_changes",
    "risk_figures",
    "inspectors",
    "inspector_relations",
    "inspection_plans",
    "inspection_draws",
    "inspection_pool",
    "inspection_tasks",
    "inspection_assignments",
    "inspection_exclusions",
)
FIRST_MODEL = text(
    "INSERT INTO risk_models (version, since, basis, document, digest, published_by)"
    " VALUES (:version, CAST(CAST(:since AS text) AS date), :basis, CAST(:document AS jsonb), :digest, 'system')"
)
BASIS = "《市场监管总局关于推进企业信用风险分类管理进一步提升监管效能的意见》（国市监信发〔2022〕6号）；指标与权重为本平台自定"


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    canonical = json.dumps(DOCUMENT, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    values = {"version": "2026-01", "since": "2026-01-01", "basis": BASIS, "document": canonical, "digest": digest}
    op.execute(FIRST_MODEL.bindparams(**values))


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP SEQUENCE inspection_plan_numbers")
    op.execute("DROP FUNCTION refuse_change_of_risk_model()")
