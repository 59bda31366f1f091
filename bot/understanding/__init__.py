"""Understanding what she writes: pure functions over text, no I/O, no Rasa. Used by the gateway and by bot.nlu."""
