# Plain syntax on purpose: builds with BuildKit, with buildx, and with the classic builder of Engine 20.10.

FROM gcr.io/distroless/nodejs24-debian12 AS runtime

FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
# No install scripts: nothing that goes into the bundle needs one, and none of them should run.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run --silent build

# Compiled code is bound to the Node that made it and to the files' paths, so the final image's own Node makes it there.
# Where it does not fit (another Node, flags of V8), the program compiles its source and runs as well.
COPY --from=runtime /nodejs/bin/node /nodejs/bin/node
RUN cp -r dist /app \
 && cp LICENSE /app/LICENSE \
 && /nodejs/bin/node build/warm-compile-cache.ts /app /app/cache
# A fresh named volume takes owner and mode of the directory that it is mounted on. So the vault may be written by every
# user (Keykeeper keeps its generations in a folder of mode 0700 below), and GLPI's directory is www-data's, as in GLPI's
# own image: whoever comes first to a fresh volume, GLPI can write to it afterwards.
RUN mkdir -p /image/vault /image/var/glpi \
 && mv /app /image/app \
 && chmod 1777 /image/vault \
 && chown 33:33 /image/var/glpi

FROM runtime
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="Keykeeper" \
      org.opencontainers.image.description="Keeps the keys of GLPI: restores, proves and guards the security key file and what belongs to it." \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.base.name="gcr.io/distroless/nodejs24-debian12"
COPY --from=build /image/ /

ENV NODE_COMPILE_CACHE=/app/cache
# Root is the default because it alone can put back owner and mode of GLPI's files whoever owns them; it needs CHOWN,
# FOWNER and DAC_OVERRIDE of all capabilities. Any other user works with none at all: GLPI's own (33:33) is the best.
USER 0:0
# No VOLUME for /vault: an anonymous volume would swallow the keys of whoever forgot to mount one, and take them along at
# the next `docker compose down --volumes`.
STOPSIGNAL SIGTERM
# Generous at the start: with `watch --gate` the wait for the database is part of it. One success ends it at once.
HEALTHCHECK --interval=30s --timeout=10s --start-period=3m --retries=3 \
  CMD ["/nodejs/bin/node", "--disable-sigusr1", "/app/main.js", "healthcheck"]
# Without the flag SIGUSR1 would open Node's inspector, which shows every secret in memory.
ENTRYPOINT ["/nodejs/bin/node", "--disable-sigusr1", "/app/main.js"]
CMD ["watch"]
