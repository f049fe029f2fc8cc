# One image for both processes: `node dist/apps/api/main.js` and `node dist/apps/worker/main.js` (see docker-compose.yml).
FROM node:20-bookworm-slim AS build
WORKDIR /podbox
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM node:20-bookworm-slim
WORKDIR /podbox
ENV NODE_ENV=production
COPY --from=build /podbox/package.json ./
COPY --from=build /podbox/node_modules node_modules
COPY --from=build /podbox/prisma prisma
COPY --from=build /podbox/dist dist
RUN mkdir /data && chown node:node /data
USER node
ENV PODBOX_DATA=/data
CMD ["node", "dist/apps/api/main.js"]
