"""The access log, for whom it is about and for who answers for them."""
