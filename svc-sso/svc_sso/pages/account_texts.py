"""The words of the pages about the own account and its devices, Chinese first."""

ZH: dict[str, str] = {
    "trust_level": "实名等级",
    "trust_self_declared": "自报(尚未核验)",
    "trust_two_factor": "两要素核验",
    "trust_in_person": "现场核验",
    "trust_check": "核验姓名和身份证号码",
    "trust_confirmed": "身份已核验。",
    "trust_not_confirmed": "姓名与身份证号码未能在人口登记中核实。请核对,或持证件到窗口办理。",
    "devices": "常用设备",
    "devices_lead": "您用下列浏览器登录过。别人猜测密码时,常用设备仍可登录。移除后,该设备上的登录也会结束。",
    "first_seen": "首次使用",
    "forget_device": "移除常用设备 {what}",
    "forgotten": "已移除该设备并结束其登录。",
}
EN: dict[str, str] = {
    "trust_level": "Identity",
    "trust_self_declared": "as declared by you, not checked yet",
    "trust_two_factor": "name and number checked against the population register",
    "trust_in_person": "checked in person at a counter",
    "trust_check": "Have name and number checked",
    "trust_confirmed": "Your identity is checked.",
    "trust_not_confirmed": "The population register does not know this name under this number. "
    "Look at both again, or come to a counter with your document.",
    "devices": "Known devices",
    "devices_lead": "You have logged in by these browsers. While someone guesses at your password, they still get in. "
    "Removing one also ends the log-ins on it.",
    "first_seen": "First used",
    "forget_device": "Remove the known device {what}",
    "forgotten": "The device is removed and the log-ins on it have ended.",
}
