"""Documents that the scheme is run by: versions, owner, review, who has read them."""
