"""Rasa components: thin wrappers round bot.understanding."""
