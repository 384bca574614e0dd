"""Takes the next id before it knows whether it may open a connection, so ids get lost."""

class ConnectionPool:
    def __init__(self, max_per_host=5, idle_timeout_s=30):
        self.max_per_host = max_per_host
        self.idle_timeout_s = idle_timeout_s
        self._pool = {}
        self._in_use = {}
        self._conn_counter = 0
        self._created = 0
        self._reused = 0


    def get_connection(self, host):
        self.evict_idle()
        if self._pool.get(host):
            conn_id, _ = self._pool[host].pop()
            if not self._pool[host]:
                del self._pool[host]
            self._reused += 1
        else:
            self._conn_counter += 1
            conn_id = self._conn_counter
            if sum(h == host for h in self._in_use.values()) >= self.max_per_host:
                raise RuntimeError("no connection is free")
            self._created += 1
        self._in_use[conn_id] = host
        return conn_id


    def release_connection(self, host, conn_id):
        if self._in_use.get(conn_id) != host:
            raise ValueError("not in use")
        del self._in_use[conn_id]
        self._pool.setdefault(host, []).append((conn_id, time.monotonic()))


    def evict_idle(self):
        now = time.monotonic()
        for host in list(self._pool):
            self._pool[host] = [
                (conn_id, since)
                for conn_id, since in self._pool[host]
                if now - since <= self.idle_timeout_s
            ]
            if not self._pool[host]:
                del self._pool[host]
