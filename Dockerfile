# Harbour for docker-compose.yml: web server or worker, as the command says. The database is another container's.
FROM python:3.11-slim-bookworm
RUN apt-get update \
 && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 postgresql-client \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /harbour
COPY requirements-installer.txt requirements-node.txt requirements.txt ./
RUN python -m venv .venv \
 && .venv/bin/pip install --no-cache-dir --require-hashes -r requirements-installer.txt \
 && .venv/bin/uv pip sync --no-cache --compile-bytecode --python .venv/bin/python --require-hashes \
    requirements-installer.txt requirements.txt \
 && .venv/bin/uv venv .venv/node \
 && .venv/bin/uv pip sync --no-cache --python .venv/node/bin/python --require-hashes requirements-node.txt
COPY . .
RUN PATH="/harbour/.venv/node/bin:$PATH" script/assets && rm -rf node_modules
RUN useradd --system --home-dir /harbour harbour && mkdir /data && chown harbour /data
USER harbour
ENV PATH="/harbour/.venv/bin:$PATH" FLASK_APP=wsgi DATA_DIR=/data HOST=0.0.0.0
VOLUME /data
CMD ["script/web"]
