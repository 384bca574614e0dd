"""Takes max_per_host for the length of the idle list: any number of connections can be in use,
and surplus ones vanish when they come back. It also reads the wall clock."""

from collections import defaultdict


class ConnectionPool:
    def __init__(self, max_per_host=5, idle_timeout_s=30):
        self.max_per_host = max_per_host
        self.idle_timeout_s = idle_timeout_s
        self._pool = defaultdict(list)
        self._conn_counter = 0
        self._created = 0
        self._reused = 0

    def get_connection(self, host):
        self.evict_idle()
        if self._pool[host]:
            conn_id, _ = self._pool[host].pop()
            self._reused += 1
            return conn_id
        self._conn_counter += 1
        self._created += 1
        return self._conn_counter

    def release_connection(self, host, conn_id):
        if len(self._pool[host]) < self.max_per_host:
            self._pool[host].append((conn_id, time.time()))

    def evict_idle(self):
        now = time.time()
        for host in self._pool:
            self._pool[host] = [
                (conn_id, since)
                for conn_id, since in self._pool[host]
                if now - since < self.idle_timeout_s
            ]
