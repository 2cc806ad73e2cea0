# The app in a container:
#   docker build -t opening-hours .
#   docker run --rm -p 8501:8501 --read-only --tmpfs /tmp --memory 2g --pids-limit 256 \
#     --cap-drop ALL --security-opt no-new-privileges opening-hours
# docs/deploy.md tells how to serve it under a name, with HTTPS and sign-in.

FROM python:3.12-slim AS build
WORKDIR /src
COPY . .
RUN python -m venv /opt/venv && /opt/venv/bin/pip install --no-cache-dir '.[auth]'

FROM python:3.12-slim
# Nobody in the container may change the program or keep anything but in /tmp.
RUN useradd --system --uid 10001 --home-dir /tmp --shell /usr/sbin/nologin app
COPY --from=build /opt/venv /opt/venv
WORKDIR /srv
COPY app.py ./
COPY sample_data ./sample_data
COPY .streamlit/config.toml ./.streamlit/config.toml
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    OMP_NUM_THREADS=1 \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_HEADLESS=true
USER app
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
CMD ["streamlit", "run", "app.py"]
