"""Refusals which all filings of an enterprise share."""

from shared.errors import Conflict, Forbidden


class NotForEnterprise(Forbidden):
    code = "not_for_enterprise"
    title, title_zh = "Act for an enterprise in this matter first", "请先切换为企业办理身份，并取得此事项的授权"


class EnterpriseNotActive(Conflict):
    code = "enterprise_not_active"
    title, title_zh = "Only enterprises in business report", "已注销或者吊销的企业无需报送"
