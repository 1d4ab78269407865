"""Use cases: one function a user action, one transaction each, with the role checked first.

Windows and commands call the same functions. They take the session, return frozen domain values and say what changed.
"""
