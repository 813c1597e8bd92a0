# The cache server. Built from the repository's root:
#
#   docker build -t cache-server .
#   docker run -p 127.0.0.1:8080:8080 -e FAST_API__AUTH__API_KEY__VALUE=... -v cache-data:/data cache-server

# The build needs a C compiler and nothing else beside Rust (aws-lc-sys, ring and mimalloc are C); the image has one.
FROM rust:1.95.0-slim-bookworm AS build
WORKDIR /source
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry,sharing=locked \
    --mount=type=cache,target=/source/target,sharing=locked \
    cargo build --release --locked --package cache-server \
    && strip --strip-debug -o /cache-server target/release/cache-server

# The same Debian as the build's, for its glibc; what else the binary is linked to, libgcc, is in it.
FROM debian:12.15-slim
# For S3 servers with TLS.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /cache-server /usr/local/bin/cache-server
# The data of the `embedded` storage, which runs unless another is named.
RUN install --directory --owner=10001 --group=10001 /data
USER 10001:10001
WORKDIR /data
ENV CACHE_SERVER__HOST=0.0.0.0 \
    CACHE_SERVER__PORT=8080 \
    CACHE__SERVICE__EMBEDDED_PATH=/data \
    CACHE__SERVICE__LOCAL_DISK_PATH=/data
EXPOSE 8080
# The image has no HTTP client; bash is one when it has to be.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/$CACHE_SERVER__PORT && printf 'GET /health/ready HTTP/1.0\\r\\n\\r\\n' >&3 && read -r -u 3 _ status _ && [ \"$status\" = 200 ]"]
ENTRYPOINT ["cache-server"]
