# One image for each service: docker build --build-arg SERVICE=svc-complaints .
# An image holds that one service and shared/ without its local servers, so an import that
# crosses from one service into another fails in the build, not in production.
FROM python:3.13-slim AS base
RUN groupadd --gid 10001 yiwang \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin yiwang

# What makes a deployment's secrets before anything else starts. A new volume takes its owner from
# the folder it is mounted on, which is why the folders are here.
FROM base AS prepare
RUN for name in nats-data nats postgres gateway svc-sso svc-disclosure svc-services svc-complaints svc-credit-registry; do \
      install -d -o yiwang -g yiwang "/volumes/$name"; done
COPY deploy/make_secrets.py /make_secrets.py
USER yiwang
CMD ["python3", "/make_secrets.py", "/volumes"]

FROM base AS dependencies
RUN python3 -m venv /opt/venv
COPY requirements/runtime.txt /tmp/runtime.txt
RUN /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --only-binary :all: -r /tmp/runtime.txt

FROM base AS service
ARG SERVICE
RUN test -n "$SERVICE" && install -d -o yiwang -g yiwang -m 0750 /data
COPY --from=dependencies /opt/venv /opt/venv
COPY shared/shared /app/shared/shared
COPY ${SERVICE} /app/${SERVICE}
ENV SERVICE=${SERVICE} \
    PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/app/shared:/app/${SERVICE} \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MALLOC_ARENA_MAX=2
WORKDIR /app
# Compiled here, because the running container may not write; imported once, so that a module
# that is missing from the image is found now.
RUN python -m compileall -q /app && python -c "import importlib; importlib.import_module('${SERVICE}'.replace('-', '_') + '.main')"
USER yiwang
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=6 \
  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
# Forwarded headers are for the gateway alone, which believes only the proxies it is told of.
CMD ["bash", "-c", "case ${SERVICE} in gateway) http=gateway.listener:Listener;; svc-credit-registry) http=svc_credit_registry.listener:Listener;; svc-sso) http=svc_sso.listener:Listener;; *) http=httptools;; esac; exec uvicorn --factory ${SERVICE//-/_}.main:create_app --host 0.0.0.0 --port 8000 --loop uvloop --http $http --no-proxy-headers --no-access-log --no-server-header --log-level warning --timeout-graceful-shutdown 25"]
