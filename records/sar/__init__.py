"""Subject access: search everything held, pick, remove what is others', pack, hand out."""
