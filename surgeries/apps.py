from django.apps import AppConfig


class SurgeriesConfig(AppConfig):
    name = "surgeries"
    default_auto_field = "django.db.models.BigAutoField"
