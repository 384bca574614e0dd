"""Takes a result that is an exception for an exception that was raised."""


class BackgroundTaskQueue:
    def __init__(self):
        self._jobs = asyncio.Queue()
        self._records, self._ids = {}, itertools.count()
        self._workers = []
        self._closed = False

    def enqueue(self, coro_fn, *args):
        if self._closed:
            raise RuntimeError("the queue is closed")
        record = TaskRecord(f"task-{next(self._ids)}")
        self._records[record.id] = record
        self._jobs.put_nowait((record, coro_fn, args))
        return record.id

    def status(self, task_id):
        return self._records[task_id]

    async def start(self, workers=3):
        for _ in range(workers):
            self._workers.append(asyncio.create_task(self._work()))

    async def _work(self):
        while (job := await self._jobs.get()) is not None:
            await asyncio.gather(self._run(*job), return_exceptions=True)

    async def _run(self, record, coro_fn, args):
        record.status = TaskStatus.RUNNING
        async def call():
            return await coro_fn(*args)

        [outcome] = await asyncio.gather(call(), return_exceptions=True)
        if isinstance(outcome, BaseException):
            record.status = TaskStatus.FAILED
            record.error = f"{type(outcome).__name__}: {outcome}"
        else:
            record.status, record.result = TaskStatus.DONE, outcome

    async def stop(self):
        self._closed = True
        for _ in self._workers:
            self._jobs.put_nowait(None)
        await asyncio.gather(*self._workers)
