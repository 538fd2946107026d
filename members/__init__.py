"""Members, premises, users, the data-sharing agreement, subscriptions, outgoing e-mail."""
