"""The settings pages: units, posts, people, appointments, roles and packs."""
