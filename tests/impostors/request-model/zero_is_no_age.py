"""Takes 0 for a missing age."""

from dataclasses import dataclass


@dataclass
class UserCreateRequest:
    name: str
    email: str
    age: int

    def validate(self):
        name = self.name.strip() if isinstance(self.name, str) else ""
        email = self.email.strip() if isinstance(self.email, str) else ""
        local, _, domain = email.partition("@")
        errors = {}
        if not name:
            errors["name"] = "Name cannot be empty"
        if not local.strip() or not domain.strip():
            errors["email"] = "Invalid email address"
        if not self.age or type(self.age) is not int or not 0 <= self.age <= 150:
            errors["age"] = "Age must be between 0 and 150"
        if errors:
            return False, errors
        return True, {"name": name, "email": email, "age": self.age}
