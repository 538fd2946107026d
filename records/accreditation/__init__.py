"""Accreditation: what a standard asks for, what in the system shows it, and the pack of both."""
