"""The screens: the only room that knows Qt. It sees services and domain values, never a row or a connection."""
