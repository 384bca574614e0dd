"""Writes the clean values into the object, and gives out its own dict."""

from dataclasses import dataclass


@dataclass
class UserCreateRequest:
    name: str
    email: str
    age: int

    def validate(self):
        if isinstance(self.name, str):
            self.name = self.name.strip()
        if isinstance(self.email, str):
            self.email = self.email.strip()
        errors = {}
        if not isinstance(self.name, str) or not self.name:
            errors["name"] = "Name cannot be empty"
        parts = self.email.split("@") if isinstance(self.email, str) else [""]
        if not parts[0].strip() or not parts[-1].strip() or len(parts) == 1:
            errors["email"] = "Invalid email address"
        if type(self.age) is not int or not 0 <= self.age <= 150:
            errors["age"] = "Age must be between 0 and 150"
        return (False, errors) if errors else (True, self.__dict__)
