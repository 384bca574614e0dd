"""Landlock (https://docs.kernel.org/userspace-api/landlock.html): a process gives up rights to files.

It needs neither privileges nor namespaces. Student code may read the system and Python, write to its
own folder, and signal its own processes only (from ABI 6 on). The network stays open.
"""

import ctypes
import functools
import os
import struct
import sys

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # syscall numbers, the same on all machines
RULESET_VERSION, PATH_BENEATH = 1, 1
PR_SET_NO_NEW_PRIVS = 38
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
TRUNCATE, IOCTL_DEV = 1 << 14, 1 << 15
OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV  # rights that a file can have
ABSTRACT_SOCKETS, SIGNALS = 1, 2  # scopes, from ABI 6 on
SYSTEM = "/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/etc"
OF_PROC = "cpuinfo", "meminfo", "stat", "loadavg", "uptime", "self"  # of others it would tell too much
DEVICES = "/dev/null", "/dev/zero", "/dev/urandom", "/dev/random", "/dev/full"

_libc = ctypes.CDLL(None, use_errno=True)


@functools.cache
def abi():
    """int: the version of Landlock that the system has, 0 for none."""
    if not sys.platform.startswith("linux"):
        return 0
    return max(0, _libc.syscall(CREATE_RULESET, None, 0, RULESET_VERSION))


def missing():
    """str: why it cannot be used here, empty if it can."""
    return "" if abi() else "the kernel has no Landlock"


def restrict(folder, readable):
    """Keep this process and its children to what is listed, for good.

    Args:
        folder (str): may be read and written.
        readable (list[str]): folders that may be read, beside the system's.

    Raises:
        OSError: if the system refuses.
    """
    rights = _all_rights()
    scopes = ABSTRACT_SOCKETS | SIGNALS if abi() >= 6 else 0
    attributes = struct.pack("QQQ", rights, 0, scopes)[: {1: 8, 2: 8, 3: 8, 4: 16, 5: 16}.get(abi(), 24)]
    rules = _checked(_libc.syscall(CREATE_RULESET, attributes, len(attributes), 0))
    try:
        of_proc = [f"/proc/{name}" for name in OF_PROC]
        for path in (*SYSTEM, *of_proc, *readable):
            _allow(rules, path, EXECUTE | READ_FILE | READ_DIR)
        for path in DEVICES:
            _allow(rules, path, READ_FILE | WRITE_FILE | (IOCTL_DEV & rights))
        _allow(rules, folder, rights)
        _checked(_libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        _checked(_libc.syscall(RESTRICT_SELF, rules, 0))
    finally:
        os.close(rules)


def _all_rights():
    """int: every right that this version knows; what is not named stays allowed."""
    return (1 << {1: 13, 2: 14, 3: 15, 4: 15}.get(abi(), 16)) - 1


def _allow(rules, path, rights):
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not os.path.isdir(path):
            rights &= OF_FILES
        rule = struct.pack("=Qi", rights & _all_rights(), place)
        _checked(_libc.syscall(ADD_RULE, rules, PATH_BENEATH, rule, 0))
    finally:
        os.close(place)


def _checked(result):
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"Landlock: {os.strerror(number)}")
    return result
