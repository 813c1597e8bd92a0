# The cache server, and with `--target send-admin` the service of SGraph Send's administrators. Built from the repository's root:
#
#   docker build -t cache-server .
#   docker run -p 127.0.0.1:8080:8080 -e FAST_API__AUTH__API_KEY__VALUE=... -v cache-data:/data cache-server
#   docker build -t send-admin --target send-admin .

# The build needs a C compiler and nothing else beside Rust (aws-lc-sys, ring and mimalloc are C); the image has one.
FROM rust:1.95.0-slim-bookworm AS build
WORKDIR /source
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry,sharing=locked \
    --mount=type=cache,target=/source/target,sharing=locked \
    cargo build --release --locked --package cache-server --package send-wrapper --features send-wrapper/admin,send-wrapper/aws --bins \
    && mkdir /programs \
    && strip --strip-debug -o /programs/cache-server target/release/cache-server \
    && strip --strip-debug -o /programs/send-admin target/release/send-admin

# The same Debian as the build's, for its glibc; what else the programs are linked to, libgcc, is in it.
FROM debian:12.15-slim AS base
# For servers with TLS.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
# The data of the `embedded` storage, which runs unless another is named.
RUN install --directory --owner=10001 --group=10001 /data
USER 10001:10001
WORKDIR /data
ENV CACHE__SERVICE__EMBEDDED_PATH=/data \
    CACHE__SERVICE__LOCAL_DISK_PATH=/data

FROM base AS send-admin
COPY --from=build /programs/send-admin /usr/local/bin/send-admin
ENV SEND_ADMIN__HOST=0.0.0.0 \
    SEND_ADMIN__PORT=8081
EXPOSE 8081
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["send-admin", "health"]
ENTRYPOINT ["send-admin"]

FROM base AS cache-server
COPY --from=build /programs/cache-server /usr/local/bin/cache-server
ENV CACHE_SERVER__HOST=0.0.0.0 \
    CACHE_SERVER__PORT=8080
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["cache-server", "health"]
ENTRYPOINT ["cache-server"]
