"""Frozen parts that know how to be shown, and a match."""


@dataclass(frozen=True)
class ErrorInfo:
    message: str
    code: int


@dataclass(frozen=True)
class PaginationMeta:
    """Knows how to count, and how to be shown."""

    total: int
    page: int
    page_size: int

    def __post_init__(self):
        if not self.page_size >= 1:
            raise ValueError("page_size")

    @property
    def pages(self):
        whole, rest = divmod(self.total, self.page_size)
        return whole + 1 if rest else whole

    def shown(self):
        return {name: getattr(self, name) for name in ("total", "page", "pages")}


@dataclass
class APIResponse(Generic[Data]):
    success: bool
    data: Data | None = None
    error: ErrorInfo | None = None
    meta: PaginationMeta | None = None

    @staticmethod
    def ok(data):
        return APIResponse(success=True, data=data)

    @staticmethod
    def fail(message, code=400):
        return APIResponse(success=False, error=ErrorInfo(message=message, code=code))

    @staticmethod
    def paginated(items, total, page, page_size):
        response = APIResponse.ok(items)
        response.meta = PaginationMeta(total, page, page_size)
        return response

    def to_dict(self):
        match self.error:
            case None:
                error = None
            case ErrorInfo(message, code):
                error = {"message": message, "code": code}
        always = {"success": self.success, "data": self.data, "error": error}
        return always if self.meta is None else {**always, "meta": self.meta.shown()}
