"""Asks whether the name is empty, before white space is taken off."""

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
        if not self.name or not isinstance(self.name, str):
            errors["name"] = "Name cannot be empty"
        if not local.strip() or not domain.strip():
            errors["email"] = "Invalid email address"
        if type(self.age) is not int or not 0 <= self.age <= 150:
            errors["age"] = "Age must be between 0 and 150"
        if errors:
            return False, errors
        return True, {"name": name, "email": email, "age": self.age}
