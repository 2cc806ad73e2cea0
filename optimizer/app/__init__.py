"""The pages of the Streamlit app; `state` is their one bridge to the package."""
