"""Takes as many jobs as there are workers, and begins the next ones when all of these are done."""


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
        self._workers.append(asyncio.create_task(self._work(workers)))

    async def _work(self, workers):
        job = await self._jobs.get()
        while job is not None:
            batch = [job]
            while len(batch) < workers and not self._jobs.empty():
                if (job := self._jobs.get_nowait()) is None:
                    break
                batch.append(job)
            await asyncio.gather(
                *[self._run(*each) for each in batch], return_exceptions=True
            )
            if job is not None:
                job = await self._jobs.get()

    async def _run(self, record, coro_fn, args):
        record.status = TaskStatus.RUNNING
        try:
            record.result = await coro_fn(*args)
            record.status = TaskStatus.DONE
        except BaseException as error:
            record.status = TaskStatus.FAILED
            record.error = f"{type(error).__name__}: {error}"

    async def stop(self):
        self._closed = True
        for _ in self._workers:
            self._jobs.put_nowait(None)
        await asyncio.gather(*self._workers)
