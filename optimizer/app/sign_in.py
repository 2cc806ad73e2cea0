"""Signing in, where the server asks for it: an `[auth]` section in .streamlit/secrets.toml."""

import streamlit as st

from optimizer.app import state
from optimizer.language import say


def asked() -> bool:
    """Whether this server lets in only those who have signed in."""
    return st.secrets.load_if_toml_exists() and "auth" in st.secrets


def ask() -> None:
    """Let in who has signed in; others see a button and nothing else."""
    if not asked():
        return
    if not st.user.get("is_logged_in"):
        st.subheader(state.t(say("Opening hours")), anchor=False)
        state.paragraphs(say("Sign in with your organisation's account to use this tool."))
        st.button(state.t(say("Sign in")), type="primary", on_click=st.login)
        st.stop()


def leave() -> None:
    """A button to sign out again, where there was a sign-in."""
    if asked():
        st.button(state.t(say("Sign out")), on_click=st.logout)
