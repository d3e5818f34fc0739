# syntax=docker/dockerfile:1
# The worker: a Lambda function as it is, a segment of a Batch job with the command `chalicelib.worker`.
#
#   docker build -f infra/worker.Dockerfile -t mien-worker .                                  (VARIANT=cpu)
#   docker build -f infra/worker.Dockerfile -t mien-worker:cuda --build-arg VARIANT=cuda .
#
# The base image is named by its tag here. To pin it, and to see what a newer one changes, look its digest up with
# `docker buildx imagetools inspect TAG` and pass PYTHON_IMAGE=TAG@sha256:...; stages run what was built by its digest,
# so a base that moves changes nothing until somebody deploys. The CUDA variant has the same base: NVIDIA's libraries
# come from requirements/worker-cuda.txt, by hash, and the driver from the machine.
ARG PYTHON_IMAGE=public.ecr.aws/docker/library/python:3.13-slim-bookworm

FROM ${PYTHON_IMAGE} AS packages
ARG VARIANT=cpu
COPY requirements/worker.txt /build/cpu.txt
COPY requirements/worker-cuda.txt /build/cuda.txt
RUN python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes --only-binary=:all: \
      --target /opt/mien/packages -r "/build/${VARIANT}.txt" \
 && python -m compileall -q /opt/mien/packages

# Models that `make setup` converted, each against its hash in the manifest; a wrong or missing one ends the build.
FROM ${PYTHON_IMAGE} AS models
WORKDIR /build
COPY infra/__init__.py infra/__init__.py
COPY infra/models infra/models
COPY models models
RUN python -m infra.models.prepare --models-dir models

FROM ${PYTHON_IMAGE}
RUN useradd --system --uid 10001 --no-create-home mien
COPY --from=packages /opt/mien/packages /opt/mien/packages
COPY --from=models /build/models /opt/mien/models
COPY chalicelib /opt/mien/app/chalicelib
RUN python -m compileall -q /opt/mien/app
WORKDIR /opt/mien/app
# LD_LIBRARY_PATH: where the wheels put NVIDIA's libraries, which ONNX Runtime otherwise does not find and silently falls
# back to the processor; in the CPU variant there is nothing there.
ENV PYTHONPATH=/opt/mien/app:/opt/mien/packages \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MIEN_MODELS_DIR=/opt/mien/models \
    ORT_DISABLE_TELEMETRY=1 \
    HOME=/tmp \
    LD_LIBRARY_PATH=/opt/mien/packages/nvidia/cu13/lib:/opt/mien/packages/nvidia/cudnn/lib \
    NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
USER 10001
ENTRYPOINT ["python", "-m"]
CMD ["awslambdaric", "chalicelib.worker.lambda_main.handler"]
