"""Measures the house: its speed, beside stock Rasa."""
