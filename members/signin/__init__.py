"""Signing in and staying so: second factors, sessions, proofs, and what people are told of them."""
