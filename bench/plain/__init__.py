"""What D-TAC is compared with: Django's admin over the same tables, and ready-made bytes."""
