"""For all tests: hypothesis draws the same examples in every run, so that a run says something about the change and not about luck."""

from hypothesis import settings

settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")
