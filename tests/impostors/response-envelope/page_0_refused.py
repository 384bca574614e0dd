"""Pages begin at 1, so any other is refused."""


@dataclass
class ErrorInfo:
    message: str
    code: int


@dataclass
class PaginationMeta:
    total: int
    page: int
    page_size: int

    def __post_init__(self):
        if self.page_size < 1:
            raise ValueError("page_size must be positive")
        if self.page < 1:
            raise ValueError("page must be positive")

    @property
    def pages(self):
        return (self.total + self.page_size - 1) // self.page_size


@dataclass
class APIResponse(Generic[Data]):
    success: bool
    data: Data | None = None
    error: ErrorInfo | None = None
    meta: PaginationMeta | None = None

    @classmethod
    def ok(cls, data):
        return cls(success=True, data=data)

    @classmethod
    def fail(cls, message, code=400):
        return cls(success=False, error=ErrorInfo(message, code))

    @classmethod
    def paginated(cls, items, total, page, page_size):
        return cls(success=True, data=items, meta=PaginationMeta(total, page, page_size))

    def to_dict(self):
        result = {"success": self.success, "data": self.data, "error": None}
        if self.error is not None:
            result["error"] = {"message": self.error.message, "code": self.error.code}
        if self.meta is not None:
            result["meta"] = {"total": self.meta.total, "page": self.meta.page, "pages": self.meta.pages}
        return result
