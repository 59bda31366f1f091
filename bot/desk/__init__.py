"""The counsellors' desk at /desk."""
