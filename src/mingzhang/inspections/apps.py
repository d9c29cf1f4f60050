from django.apps import AppConfig


class InspectionsConfig(AppConfig):
    name = "mingzhang.inspections"
