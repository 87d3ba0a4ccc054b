# The product without the embedded services: DATABASE_URL and REDIS_URL name yours.
FROM python:3.12-slim AS libraries
RUN python -m venv /venv
COPY requirements/runtime.lock /tmp/runtime.lock
RUN /venv/bin/pip install --no-cache-dir --no-deps --only-binary=:all: --require-hashes -r /tmp/runtime.lock

FROM python:3.12-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PRM_MEDIA_ROOT=/media
RUN useradd --system --uid 10001 --create-home product && install -d -o product /media
COPY --from=libraries /venv /venv
WORKDIR /product
COPY . .
# The static files are the same everywhere, so they are part of the image; the values here are used for nothing else.
RUN DATABASE_URL=postgres://none/none REDIS_URL=redis://none/0 PRM_SECRET_KEY=only-to-collect-static-files \
    python manage.py collectstatic --noinput --verbosity 0
USER product
VOLUME /media
EXPOSE 8000
CMD ["gunicorn", "prm.wsgi:application", "--bind=0.0.0.0:8000", "--worker-class=gthread", "--workers=2", "--threads=8", \
     "--timeout=120", "--graceful-timeout=20", "--keep-alive=75", "--no-control-socket", "--worker-tmp-dir=/dev/shm"]
