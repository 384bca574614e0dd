"""Calls the methods of a text on whatever a field holds."""

from dataclasses import dataclass


@dataclass
class UserCreateRequest:
    name: str
    email: str
    age: int

    def validate(self):
        errors = {}
        if not self.name.strip():
            errors["name"] = "Name cannot be empty"
        if "@" not in self.email.strip()[1:-1]:
            errors["email"] = "Invalid email address"
        if isinstance(self.age, bool) or not 0 <= self.age <= 150:
            errors["age"] = "Age must be between 0 and 150"
        if errors:
            return False, errors
        clean = {"name": self.name.strip(), "email": self.email.strip(), "age": self.age}
        return True, clean
