"""The store: the only room that knows SQLAlchemy and SQLCipher.

``store`` opens it and runs transactions; ``schema`` has the tables; one module a noun has that noun's queries.
Functions take the transaction they run in and give back domain values, never rows.
"""
