"""Lessons to notebooks, and the gates."""
