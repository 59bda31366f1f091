"""Measures the house, beside stock Rasa: its speed, and how well it understands."""
