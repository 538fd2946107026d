from django.apps import AppConfig


class DtacConfig(AppConfig):
    name = "dtac"
    verbose_name = "D-TAC"
