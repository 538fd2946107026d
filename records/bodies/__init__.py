"""Controllers, joint controllers and processors; and the agreements under which data is shared."""
