"""Regular expressions in a table of rules; the values are cleaned before anything is asked."""

import re
from dataclasses import asdict, dataclass

AGES = frozenset(range(151))
RULES = {
    "name": (lambda value: value != "" and isinstance(value, str), "Name cannot be empty"),
    "email": (
        lambda value: isinstance(value, str) and re.match(r"[^@]*\S[^@]*@\s*\S", value) is not None,
        "Invalid email address",
    ),
    "age": (
        lambda value: value.__class__ is int and value in AGES,
        "Age must be between 0 and 150",
    ),
}


@dataclass
class UserCreateRequest:
    name: object
    email: object
    age: object

    def validate(self):
        clean = {
            field: value.strip() if isinstance(value, str) else value
            for field, value in asdict(self).items()
        }
        errors = {
            field: message for field, (is_right, message) in RULES.items() if not is_right(clean[field])
        }
        return not errors, errors or clean
