"""Returns at the first field that is wrong."""

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
        if not name:
            return False, {"name": "Name cannot be empty"}
        if not local.strip() or not domain.strip():
            return False, {"email": "Invalid email address"}
        if type(self.age) is not int or not 0 <= self.age <= 150:
            return False, {"age": "Age must be between 0 and 150"}
        return True, {"name": name, "email": email, "age": self.age}
