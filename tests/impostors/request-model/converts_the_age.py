"""Takes what int() can read for an age."""

from dataclasses import dataclass


@dataclass
class UserCreateRequest:
    name: str
    email: str
    age: int

    def validate(self):
        errors = {}
        name = self.name.strip() if isinstance(self.name, str) else ""
        email = self.email.strip() if isinstance(self.email, str) else ""
        local, _, domain = email.partition("@")
        if not name:
            errors["name"] = "Name cannot be empty"
        if not local.strip() or not domain.strip():
            errors["email"] = "Invalid email address"
        try:
            age = -1 if isinstance(self.age, bool) else int(self.age)
        except (TypeError, ValueError, OverflowError):
            age = -1
        if not 0 <= age <= 150:
            errors["age"] = "Age must be between 0 and 150"
        if errors:
            return False, errors
        return True, {"name": name, "email": email, "age": age}
