"""Becomes another program: as another user where that is asked, and never outliving the process that started it.

Run by file path with the standard library only, so that it costs some milliseconds:
`python -I -S launch.py PARENT_PID DEATH_SIGNAL USER PROGRAM ARGUMENT...` (USER `-` changes nothing).
"""

import ctypes
import os
import pwd
import sys

PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 8, 47, 2
PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP = 28, 1 << 2
CAPABILITY_VERSION_3 = 0x20080522
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2


def _libc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def become(name: str, command: list[str], libc: ctypes.CDLL | None) -> None:
    """Changes to the user `name`, without any rights of root; with one exception.

    A checkout under `/root` could not be used then: PostgreSQL refuses to run as root, and another user may not even
    enter that folder. Only where a path of the command lies in such a folder, the right to search folders is kept.
    """
    account = pwd.getpwnam(name)
    keeps = libc is not None and not all(_enters(account.pw_uid, word) for word in command if word.startswith("/"))
    if libc is not None and keeps:
        libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
        # access(2), by which PostgreSQL looks for its own programs, counts such rights only with this.
        libc.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)
    os.environ.update(HOME="/", USER=name, LOGNAME=name)
    if libc is not None and keeps:
        _keep_search(libc)


def _enters(uid: int, path: str) -> bool:
    """Whether that user may enter all folders above `path`."""
    folder = os.path.dirname(os.path.realpath(path))
    while True:
        state = os.stat(folder)
        if not state.st_mode & (0o100 if state.st_uid == uid else 0o001):
            return False
        if folder == os.path.dirname(folder):
            return True
        folder = os.path.dirname(folder)


def _keep_search(libc: ctypes.CDLL) -> None:
    """Drops all rights but one: to search folders, or where a container has not got it, the next wider one."""
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    data = (ctypes.c_uint32 * 6)()
    if libc.capget(header, data) != 0:
        return
    capability = CAP_DAC_READ_SEARCH if data[1] & (1 << CAP_DAC_READ_SEARCH) else CAP_DAC_OVERRIDE
    data[0] = data[1] = data[2] = data[1] & (1 << capability)
    data[3] = data[4] = data[5] = 0
    libc.capset(header, data)
    libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0)


def main(arguments: list[str]) -> None:
    """Changes user, ties its life to the parent, and executes the program."""
    parent, death_signal, user, *command = arguments
    libc = _libc()
    if user != "-":
        become(user, command, libc)
    if libc is not None:
        libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != int(parent):  # It died before the line above: nobody would tell this process.
            sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 - this is what the file is for


if __name__ == "__main__":
    main(sys.argv[1:])
