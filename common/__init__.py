"""Tools that know no app: dates, money, references, uploads, e-mail, request types."""
