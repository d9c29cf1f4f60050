from django.apps import AppConfig


class DutiesConfig(AppConfig):
    name = "mingzhang.duties"

    def ready(self) -> None:
        """What is posted may fulfil a task, and what is taken back may open it again, in the same transaction."""
        from mingzhang.duties.actions.fulfilling import recount
        from mingzhang.ledger.posting import when_posted

        when_posted(recount)
