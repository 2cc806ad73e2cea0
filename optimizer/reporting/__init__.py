"""Numbers to sentences, tables and pictures: data in, artefact out; nothing is computed."""
