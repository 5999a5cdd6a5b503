FROM python:3.13-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

# The only folder the app writes to is /var/lib/tenantscope, which belongs to its own user.
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin tenantscope \
    && install -d -o tenantscope -g tenantscope /app /var/lib/tenantscope

WORKDIR /app
COPY requirements.txt .
RUN pip install --requirement requirements.txt
COPY . .

USER tenantscope
ENV TENANTSCOPE_VAR=/var/lib/tenantscope \
    NUMBA_CACHE_DIR=/var/lib/tenantscope/compiled \
    HOST=0.0.0.0 \
    PORT=8501
# What reads files is compiled into a new volume's first content, so that nobody's first file waits for it.
RUN python -m data.sources.warm
VOLUME /var/lib/tenantscope
EXPOSE 8501

# There is no sign-in yet: a container that is reachable from outside needs TENANTSCOPE_OPEN=1, said by whoever starts it.
HEALTHCHECK --interval=30s --timeout=5s --start-period=90s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/healthz', timeout=4)"]

CMD ["python", "-m", "scripts.serve"]
