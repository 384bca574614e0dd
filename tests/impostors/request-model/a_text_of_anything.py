"""Turns whatever comes into text, so that None is the name None."""

from dataclasses import dataclass


@dataclass
class UserCreateRequest:
    name: str
    email: str
    age: int

    def validate(self):
        name = str(self.name).strip()
        email = str(self.email).strip()
        local, _, domain = email.partition("@")
        errors = {}
        if not name:
            errors["name"] = "Name cannot be empty"
        if not local.strip() or not domain.strip():
            errors["email"] = "Invalid email address"
        if type(self.age) is not int or not 0 <= self.age <= 150:
            errors["age"] = "Age must be between 0 and 150"
        if errors:
            return False, errors
        return True, {"name": name, "email": email, "age": self.age}
