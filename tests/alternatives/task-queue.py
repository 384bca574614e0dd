"""A deque and an event instead of a queue and sentinels; asyncio.wait for the task of each job."""

import collections


class BackgroundTaskQueue:
    def __init__(self):
        self.waiting, self.records = collections.deque(), []
        self.news, self.open, self.workers = asyncio.Event(), True, []

    def enqueue(self, coro_fn, *args):
        if not self.open:
            raise RuntimeError("closed")
        record = TaskRecord(id=f"task-{len(self.records)}")
        self.records.append(record)
        self.waiting.append((record, coro_fn, args))
        self.news.set()
        return record.id

    def status(self, task_id):
        for record in self.records:
            if record.id == task_id:
                return record
        raise KeyError(task_id)

    async def start(self, workers=3):
        self.workers = [asyncio.create_task(self.work()) for _ in range(workers)]

    async def work(self):
        while self.waiting or self.open:
            if not self.waiting:
                self.news.clear()
                await self.news.wait()
                continue
            record, coro_fn, args = self.waiting.popleft()
            record.status = TaskStatus.RUNNING
            task = asyncio.create_task(self.call(coro_fn, args))
            try:
                await asyncio.wait([task])
            finally:
                task.cancel()
            self.note(record, task)

    async def call(self, coro_fn, args):
        return await coro_fn(*args)

    def note(self, record, task):
        try:
            record.result = task.result()
        except (Exception, asyncio.CancelledError) as error:
            record.status, record.error = TaskStatus.FAILED, repr(error)
        else:
            record.status = TaskStatus.DONE

    async def stop(self):
        self.open = False
        self.news.set()
        if self.workers:
            await asyncio.wait(self.workers)
