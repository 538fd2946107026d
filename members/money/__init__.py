"""Fees, subscriptions, invoices and payments of members."""
