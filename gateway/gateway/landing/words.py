"""What people call the services and their states: Chinese, English."""

SERVICES = {
    "sso": ("统一身份认证", "Log-in and accounts"),
    "services": ("政务服务", "Service matters"),
    "credit-registry": ("信用公示", "Credit registry"),
    "complaints": ("投诉举报", "Complaints"),
    "disclosure": ("政务公开", "Disclosure"),
}
STATES = {
    "ok": ("正常", "In order"),
    "degraded": ("部分受影响", "Hampered"),
    "down": ("暂时不可用", "Not available"),
    "unknown": ("尚未查明", "Not known yet"),
}
