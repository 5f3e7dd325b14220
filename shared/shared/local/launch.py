"""Becomes another program: as another user where that is asked, and never outliving the process that started it.

Run by file path with the standard library only, so that it costs some milliseconds:
`python -I -S launch.py PARENT_PID DEATH_SIGNAL USER PROGRAM ARGUMENT...` (USER `-` changes nothing).
"""

import ctypes
import os
import pwd
import sys

PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 8, 47, 2
CAPABILITY_VERSION_3 = 0x20080522
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2
SEARCH = (1 << CAP_DAC_OVERRIDE) | (1 << CAP_DAC_READ_SEARCH)


def _libc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def become(name: str, libc: ctypes.CDLL | None) -> None:
    """Changes to the user `name`, keeping only the right to walk through folders which belong to root.

    Without that right a checkout under `/root` could not be used: PostgreSQL refuses to run as root,
    and another user may not even enter the folder. Where the kernel does not grant it, the change is made without.
    """
    account = pwd.getpwnam(name)
    if libc is not None:
        libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)
    os.environ.update(HOME="/", USER=name, LOGNAME=name)
    if libc is not None:
        _keep_search(libc)


def _keep_search(libc: ctypes.CDLL) -> None:
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    data = (ctypes.c_uint32 * 6)()
    if libc.capget(header, data) != 0:
        return
    kept = data[1] & SEARCH
    data[0], data[1], data[2] = kept, kept, kept
    data[3] = data[4] = data[5] = 0
    libc.capset(header, data)
    for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
        libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0)


def main(arguments: list[str]) -> None:
    """Changes user, ties its life to the parent, and executes the program."""
    parent, death_signal, user, *command = arguments
    libc = _libc()
    if user != "-":
        become(user, libc)
    if libc is not None:
        libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != int(parent):  # It died before the line above: nobody would tell this process.
            sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 - this is what the file is for


if __name__ == "__main__":
    main(sys.argv[1:])
