"""The register of recruiting agencies: reading it out of what people can get, and what an entry says. No I/O but the file it is given."""
