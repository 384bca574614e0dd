"""Keeps each host's connections in an object of its own, and pops the expired from the front."""

from collections import deque
from dataclasses import dataclass, field
from itertools import count


@dataclass
class HostPool:
    idle: deque = field(default_factory=deque)
    busy: set = field(default_factory=set)

    def evict(self, timeout):
        while self.idle and time.monotonic() - self.idle[0][1] > timeout:
            self.idle.popleft()


class ConnectionPool:
    def __init__(self, max_per_host=5, idle_timeout_s=30):
        self.limit, self.timeout = max_per_host, idle_timeout_s
        self._hosts, self._ids = {}, count(1)
        self._created = self._reused = 0

    @property
    def _pool(self):
        return {name: list(host.idle) for name, host in self._hosts.items() if host.idle}

    def get_connection(self, host):
        own = self._hosts.setdefault(host, HostPool())
        own.evict(self.timeout)
        try:
            conn_id, _ = own.idle.pop()
            self._reused += 1
        except IndexError:
            if len(own.busy) >= self.limit:
                raise RuntimeError(f"{host} has {self.limit} connections in use") from None
            conn_id = next(self._ids)
            self._created += 1
        own.busy.add(conn_id)
        return conn_id

    def release_connection(self, host, conn_id):
        own = self._hosts.get(host, HostPool())
        try:
            own.busy.remove(conn_id)
        except KeyError:
            raise ValueError(f"{host} has no connection {conn_id} in use") from None
        own.idle.append((conn_id, time.monotonic()))

    def evict_idle(self):
        for host in self._hosts.values():
            host.evict(self.timeout)
        self._hosts = {name: host for name, host in self._hosts.items() if host.idle or host.busy}
