"""Has a key for every field among the errors, with None where it is right."""

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
        age_is_right = type(self.age) is int and 0 <= self.age <= 150
        errors = {
            "name": None if name else "Name cannot be empty",
            "email": None if local.strip() and domain.strip() else "Invalid email address",
            "age": None if age_is_right else "Age must be between 0 and 150",
        }
        if any(errors.values()):
            return False, errors
        return True, {"name": name, "email": email, "age": self.age}
