"""The sharing register: to whom what was given, under which law and agreement."""
