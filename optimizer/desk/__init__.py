"""Contacts + Case -> a service desk's hours and people: phone, chat, mail, and closing time."""
