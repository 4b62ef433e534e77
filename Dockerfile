FROM node:22-bookworm-slim AS build
WORKDIR /src
COPY . .
RUN npm run build

# glibc and libgcc are all the program needs; its certificates and its database are inside.
FROM debian:bookworm-slim
RUN mkdir /data && chown 10001:10001 /data
COPY --from=build --chmod=755 /src/dist/xinex /usr/local/bin/xinex
USER 10001:10001
ENV XINEX_DATA=/data XINEX_LISTEN=0.0.0.0:3000
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["xinex", "doctor", "--health"]
ENTRYPOINT ["xinex"]
CMD ["serve"]
