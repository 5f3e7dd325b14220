"""What the runner says when the platform is ready."""

from pathlib import Path

from shared.local.demo import PASSWORD

DEMO_ACCOUNTS = (
    ("demo.citizen", "张伟，办事群众", "a citizen who founds a company"),
    ("demo.consumer", "李娜，消费者", "a consumer who complains"),
    ("demo.legal", "陈晓明，法定代表人", "the legal representative of nine enterprises"),
    ("reg.zengdu, reg.zengdu2, reg.suixian", "登记机关工作人员", "registrars of two counties"),
    ("cmp.zengdu, cmp.suixian", "12315 投诉处理人员", "complaint officers of two counties"),
    (
        "cred.zengdu, cred.suixian, cred.suizhou, insp.zengdu",
        "信用监管人员、检查人员",
        "registry officers, an inspector",
    ),
    ("pub.editor, pub.reviewer, pub.approver", "信息公开编辑、保密审查、审批", "editor, secrecy reviewer, approver"),
    ("ops, auditor, secadmin", "系统、审计、安全管理员", "administrators of system, audit and security"),
)


def greeting(port: int, data: Path, seconds: float, demo: bool) -> str:
    """Address, documentation, accounts, and how to stop, in Chinese and English."""
    lines = [
        "",
        f"一网已就绪（{seconds:.1f} 秒） / Yiwang is ready ({seconds:.1f} s)",
        "",
        f"  地址 / address        http://localhost:{port}",
        f"  接口文档 / API docs   http://localhost:{port}/docs",
        f"  数据与日志 / data     {data}  (logs/*.log)",
    ]
    first = data / "files" / "sso" / "first-administrator"
    if first.exists():
        lines += ["", f"  首个安全管理员的一次性密码 / one-time password of the first administrator: {first}"]
    if demo:
        lines += ["", f"  演示账号 / demo accounts, password {PASSWORD}:"]
        lines += [f"    {names:<52} {chinese} / {english}" for names, chinese, english in DEMO_ACCOUNTS]
        lines += [
            "",
            "  工作人员登录还需验证码 / staff also need a code:",
            "    make demo-code NAME=reg.zengdu",
        ]
        lines += ["", f"  走一遍全流程 / play the whole journey: make demo PORT={port}"]
    return "\n".join([*lines, "", "  停止 / stop: Ctrl-C", ""])
